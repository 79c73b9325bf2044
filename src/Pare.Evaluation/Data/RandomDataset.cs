using System.Globalization;
using System.Runtime.InteropServices;

namespace Pare.Evaluation;

/// <summary>
/// Random inputs for a model (<c>--check random:N</c>): floats uniform from -1 to 1, integers 0 or 1, booleans false; the same for one seed on every machine. Thread-safe.
/// </summary>
public sealed class RandomDataset : Dataset
{
    private readonly IReadOnlyList<ValueDescription> _inputs;
    private readonly TensorShape[] _shapes;
    private readonly int _seed;
    private readonly SampleInfo[] _items;

    private RandomDataset(IReadOnlyList<ValueDescription> inputs, TensorShape[] shapes, int count, int seed)
    {
        _inputs = inputs;
        _shapes = shapes;
        _seed = seed;
        _items = [.. Enumerable.Range(0, count).Select(i => new SampleInfo("random:" + i.ToString(CultureInfo.InvariantCulture)))];
    }

    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override IReadOnlyList<SampleInfo> Items => _items;

    /// <inheritdoc/>
    public override bool IsImages => false;

    /// <summary>Makes inputs for a model.</summary>
    /// <param name="inputs">The model's inputs. An open first dimension is the batch's; a fixed one above 1 is filled by repeating; fixed ones that differ from input to input belong to the samples.</param>
    /// <param name="count">Samples, at least 1.</param>
    /// <param name="seed">Seed.</param>
    /// <exception cref="UsageException">An input's shape or type leaves open what to feed; the message names it.</exception>
    public static RandomDataset Create(IReadOnlyList<ValueDescription> inputs, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        TensorShape[] shapes = new TensorShape[inputs.Count];

        // First dimensions that are fixed and differ are no batch.
        int batchAxes = inputs.Select(i => i.Shape is { Rank: > 0 } s ? s[0].Value : null).OfType<long>().Distinct().Count() > 1 ? 0 : 1;
        for (int i = 0; i < shapes.Length; i++)
        {
            ValueDescription input = inputs[i];
            if (input.Shape is not { } shape || shape.Dimensions.Skip(batchAxes).Any(d => d.Value is null) || input.Type.BitWidth() < 8)
            {
                throw new UsageException($"the input '{input.Name}' ({input.Type}{input.Shape?.ToString() ?? " of unknown shape"}) cannot be fed with random values; give data");
            }

            shapes[i] = shape.Rank == 0 ? TensorShape.Scalar : new TensorShape([.. shape.Dimensions.Skip(batchAxes).Select(d => d.Value!.Value)]);
            if (shapes[i].Count > 1 << 28)
            {
                throw new UsageException($"the input '{input.Name}' of shape {shape} is too large for random values; give data");
            }
        }

        return new RandomDataset(inputs, shapes, count, seed);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        foreach (int i in selection)
        {
            yield return new Sample(i, _items[i], () => new TensorContent([.. _inputs.Select((input, k) => KeyValuePair.Create(input.Name, Values(i, k)))]));
        }
    }

    private TensorData Values(int sample, int input)
    {
        DataType type = _inputs[input].Type;
        TensorShape shape = _shapes[input];
        float[] values = new float[shape.Count];
        if (type != DataType.Boolean)
        {
            ulong state = unchecked(((ulong)(uint)_seed << 32) ^ ((ulong)(uint)sample << 8) ^ (uint)input);
            for (int i = 0; i < values.Length; i++)
            {
                // SplitMix64 (G. Steele, D. Lea, C. Flood, 2014).
                state = unchecked(state + 0x9E3779B97F4A7C15UL);
                ulong z = state;
                z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
                z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
                z ^= z >> 31;
                values[i] = type.IsFloat() ? ((z >> 40) * (2f / (1 << 24))) - 1 : z & 1;
            }
        }

        if (type == DataType.Float32)
        {
            return new DenseTensorData(type, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }

        if (type == DataType.Boolean)
        {
            return new DenseTensorData(type, shape, new byte[values.Length]);
        }

        byte[] packed = new byte[type.ByteLength(values.Length)];
        NumberPacker.Pack(values, type, 1, 0, packed);
        return new DenseTensorData(type, shape, packed);
    }
}
