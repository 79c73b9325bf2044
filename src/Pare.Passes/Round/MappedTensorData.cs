using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Passes.Round;

/// <summary>
/// A binary32 tensor whose elements are a function of another's, computed when they are read: rounding a model takes no memory beyond a table a tensor.
/// </summary>
internal sealed class MappedTensorData : TensorData
{
    private readonly TensorData _source;
    private readonly IValueMap _map;

    /// <summary>Wraps a tensor.</summary>
    public MappedTensorData(TensorData source, IValueMap map)
        : base(DataType.Float32, source.Shape)
    {
        _source = source;
        _map = map;
    }

    /// <inheritdoc/>
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        if (offset % 4 == 0 && destination.Length % 4 == 0)
        {
            ReadFloats(offset / 4, MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        const int Part = 4096;
        float[] values = ArrayPool<float>.Shared.Rent(Part);
        try
        {
            while (!destination.IsEmpty)
            {
                long first = offset / 4;
                int skip = (int)(offset % 4);
                int count = (int)Math.Min(Part, Count - first);
                ReadFloats(first, values.AsSpan(0, count));
                int n = Math.Min(destination.Length, count * 4 - skip);
                MemoryMarshal.AsBytes(values.AsSpan(0, count)).Slice(skip, n).CopyTo(destination);
                destination = destination[n..];
                offset += n;
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(values);
        }
    }

    /// <inheritdoc/>
    public override void ReadFloats(long start, Span<float> destination)
    {
        _source.ReadFloats(start, destination);
        _map.Apply(destination, destination);
    }

    /// <inheritdoc/>
    public override void Unload() => _source.Unload();
}
