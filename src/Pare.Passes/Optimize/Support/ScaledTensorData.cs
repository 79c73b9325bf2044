using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Passes.Optimize;

/// <summary>
/// A binary32 tensor times one factor a channel, multiplied when it is read: value i is <c>(float)(source[i] * scale[(i / inner) mod scale.Length])</c>, the product in binary64.
/// So folding a batch norm into the weights of a mapped file takes no memory.
/// </summary>
internal sealed class ScaledTensorData : TensorData
{
    private readonly TensorData _source;
    private readonly double[] _scale;
    private readonly long _inner;

    private ScaledTensorData(TensorData source, double[] scale, long inner)
        : base(DataType.Float32, source.Shape)
    {
        _source = source;
        _scale = scale;
        _inner = inner;
    }

    /// <summary>Multiplies a tensor.</summary>
    /// <param name="source">A tensor of binary32.</param>
    /// <param name="scale">Factors.</param>
    /// <param name="inner">Neighbouring elements that share a factor.</param>
    public static TensorData Create(TensorData source, double[] scale, long inner) =>
        source is ScaledTensorData s && s._inner == inner && s._scale.Length == scale.Length
            ? new ScaledTensorData(s._source, [.. s._scale.Zip(scale, (a, b) => a * b)], inner)
            : new ScaledTensorData(source, scale, inner);

    /// <summary>The same with axes in another order, where the factors run along one whole axis; else null.</summary>
    public TensorData? Transpose(ReadOnlySpan<long> permutation)
    {
        long after = 1;
        int axis = Shape.Rank;
        while (axis > 0 && after != _inner)
        {
            after *= Shape[--axis];
        }

        // The axis before what shares a factor.
        if (after != _inner || --axis < 0 || Shape[axis] != _scale.Length)
        {
            return null;
        }

        TensorData moved = Conversion.TransposedTensorData.Of(_source, permutation);
        long inner = 1;
        for (int i = permutation.Length - 1; permutation[i] != axis; i--)
        {
            inner *= Shape[(int)permutation[i]];
        }

        return Create(moved, _scale, inner);
    }

    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        if (offset % 4 == 0 && destination.Length % 4 == 0)
        {
            ReadFloats(offset / 4, MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        // Read the whole elements around the part.
        long first = offset / 4;
        int count = (int)(((offset + destination.Length + 3) / 4) - first);
        float[] buffer = ArrayPool<float>.Shared.Rent(count);
        ReadFloats(first, buffer.AsSpan(0, count));
        MemoryMarshal.AsBytes(buffer.AsSpan(0, count)).Slice((int)(offset % 4), destination.Length).CopyTo(destination);
        ArrayPool<float>.Shared.Return(buffer);
    }

    public override void ReadFloats(long start, Span<float> destination)
    {
        _source.ReadFloats(start, destination);
        if (_inner == 1)
        {
            int c = (int)(start % _scale.Length);
            for (int i = 0; i < destination.Length;)
            {
                int run = Math.Min(_scale.Length - c, destination.Length - i);
                Span<float> part = destination.Slice(i, run);
                ReadOnlySpan<double> factors = _scale.AsSpan(c, run);
                for (int j = 0; j < part.Length; j++)
                {
                    part[j] = (float)(part[j] * factors[j]);
                }

                i += run;
                c = 0;
            }

            return;
        }

        for (int i = 0; i < destination.Length;)
        {
            long at = start + i;
            double factor = _scale[at / _inner % _scale.Length];
            int run = (int)Math.Min(_inner - (at % _inner), destination.Length - i);
            foreach (ref float v in destination.Slice(i, run))
            {
                v = (float)(v * factor);
            }

            i += run;
        }
    }

    /// <inheritdoc/>
    public override void Unload() => _source.Unload();
}
