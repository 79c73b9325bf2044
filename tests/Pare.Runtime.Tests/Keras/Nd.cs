namespace Pare.Runtime.Tests.Keras;

/// <summary>An array of numbers with a shape, for references written as plain loops. Not thread-safe.</summary>
internal sealed class Nd(float[] data, params int[] shape)
{
    public Nd(params int[] shape)
        : this(new float[shape.Aggregate(1, (p, e) => p * e)], shape)
    {
    }

    public int[] Shape => shape;

    public float[] Data => data;

    public float this[params ReadOnlySpan<int> index]
    {
        get => data[At(index)];
        set => data[At(index)] = value;
    }

    /// <summary>Numbers between -1 and 1 that a seed decides.</summary>
    public static Nd Random(int seed, params int[] shape)
    {
        Random random = new(seed);
        Nd result = new(shape);
        for (int i = 0; i < result.Data.Length; i++)
        {
            result.Data[i] = (random.NextSingle() * 2) - 1;
        }

        return result;
    }

    /// <summary>A copy whose elements a function gives.</summary>
    public Nd Map(Func<float, float> f) => new(Array.ConvertAll(data, v => f(v)), shape);

    /// <summary>A function of each pair of elements of two arrays of one shape.</summary>
    public Nd Zip(Nd other, Func<float, float, float> f) => new([.. data.Zip(other.Data, f)], shape);

    /// <summary>Axis i of the result is axis <c>axes[i]</c>.</summary>
    public Nd Transpose(params int[] axes)
    {
        Nd result = new([.. axes.Select(a => shape[a])]);
        foreach (int[] at in result.Indices())
        {
            int[] from = new int[axes.Length];
            for (int i = 0; i < axes.Length; i++)
            {
                from[axes[i]] = at[i];
            }

            result[at] = this[from];
        }

        return result;
    }

    /// <summary>The last axis in second place: how layers of <c>channels_first</c> hold pictures.</summary>
    public Nd ChannelsFirst() => Transpose([0, shape.Length - 1, .. Enumerable.Range(1, shape.Length - 2)]);

    /// <summary>The same numbers in another shape.</summary>
    public Nd Reshape(params int[] other) => new(data, other);

    /// <summary>Every index, the last axis fastest.</summary>
    public IEnumerable<int[]> Indices() => IndicesOf(shape);

    /// <summary>Every index of a shape, the last axis fastest.</summary>
    public static IEnumerable<int[]> IndicesOf(int[] extents)
    {
        int count = extents.Aggregate(1, (p, e) => p * e);
        for (int i = 0; i < count; i++)
        {
            int[] index = new int[extents.Length];
            int rest = i;
            for (int axis = extents.Length - 1; axis >= 0; axis--)
            {
                index[axis] = rest % extents[axis];
                rest /= extents[axis];
            }

            yield return index;
        }
    }

    /// <summary>The array as a tensor of binary32.</summary>
    public TensorData ToTensor() => DenseTensorData.Create(data, new TensorShape([.. shape.Select(e => (long)e)]));

    private int At(ReadOnlySpan<int> index)
    {
        int at = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            if (index[i] < 0 || index[i] >= shape[i])
            {
                throw new ArgumentOutOfRangeException(nameof(index));
            }

            at = (at * shape[i]) + index[i];
        }

        return at;
    }
}
