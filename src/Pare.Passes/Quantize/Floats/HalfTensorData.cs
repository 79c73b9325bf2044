using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pare.Passes.Quantize;

/// <summary>A binary32 tensor as binary16, rounded to nearest even when it is read; what lies beyond ±65,504 is put there.</summary>
internal sealed class HalfTensorData(TensorData source) : TensorData(DataType.Float16, source.Shape)
{
    private const float Largest = 65504;

    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        long first = offset / 2;
        int count = (int)(((offset + destination.Length + 1) / 2) - first);
        float[] values = ArrayPool<float>.Shared.Rent(count);
        Half[] halves = ArrayPool<Half>.Shared.Rent(count);
        Span<float> part = values.AsSpan(0, count);
        source.ReadFloats(first, part);
        TensorPrimitives.Clamp(part, -Largest, Largest, part);
        TensorPrimitives.ConvertToHalf(part, halves);
        MemoryMarshal.AsBytes(halves.AsSpan(0, count)).Slice((int)(offset % 2), destination.Length).CopyTo(destination);
        ArrayPool<Half>.Shared.Return(halves);
        ArrayPool<float>.Shared.Return(values);
    }

    public override void Unload() => source.Unload();
}
