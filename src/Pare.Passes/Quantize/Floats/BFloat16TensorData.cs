using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Passes.Quantize;

/// <summary>A binary32 tensor as bfloat16, rounded to nearest even when it is read.</summary>
internal sealed class BFloat16TensorData(TensorData source) : TensorData(DataType.BFloat16, source.Shape)
{
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        long first = offset / 2;
        int count = (int)(((offset + destination.Length + 1) / 2) - first);
        float[] values = ArrayPool<float>.Shared.Rent(count);
        ushort[] halves = ArrayPool<ushort>.Shared.Rent(count);
        source.ReadFloats(first, values.AsSpan(0, count));
        for (int i = 0; i < count; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]);
            halves[i] = float.IsNaN(values[i]) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }

        MemoryMarshal.AsBytes(halves.AsSpan(0, count)).Slice((int)(offset % 2), destination.Length).CopyTo(destination);
        ArrayPool<ushort>.Shared.Return(halves);
        ArrayPool<float>.Shared.Return(values);
    }

    public override void Unload() => source.Unload();
}
