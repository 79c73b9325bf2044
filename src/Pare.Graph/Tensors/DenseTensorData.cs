using System.Runtime.InteropServices;

namespace Pare;

/// <summary>A tensor whose dense form lies in memory, owned or mapped from a file.</summary>
public class DenseTensorData : TensorData
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Wraps dense bytes without copying them.</summary>
    /// <param name="type">Element type of fixed width.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="bytes">Exactly the dense form; must not change afterwards.</param>
    /// <exception cref="GraphException">The number of bytes is not that of shape and type.</exception>
    public DenseTensorData(DataType type, TensorShape shape, ReadOnlyMemory<byte> bytes)
        : base(type, shape)
    {
        if (bytes.Length != type.ByteLength(shape.Count))
        {
            throw new GraphException($"a tensor {type}{shape} takes {type.ByteLength(shape.Count)} bytes, found {bytes.Length}");
        }

        _bytes = bytes;
    }

    /// <summary>The dense bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>A tensor of binary32 values (copied).</summary>
    public static DenseTensorData Create(ReadOnlySpan<float> values, TensorShape shape) => Create<float>(DataType.Float32, values, shape);

    /// <summary>A tensor of 64-bit integers (copied).</summary>
    public static DenseTensorData Create(ReadOnlySpan<long> values, TensorShape shape) => Create<long>(DataType.Int64, values, shape);

    /// <summary>A tensor of 32-bit integers (copied).</summary>
    public static DenseTensorData Create(ReadOnlySpan<int> values, TensorShape shape) => Create<int>(DataType.Int32, values, shape);

    /// <summary>A tensor of values whose layout is that of <paramref name="type"/> (copied).</summary>
    public static DenseTensorData Create<T>(DataType type, ReadOnlySpan<T> values, TensorShape shape)
        where T : unmanaged => new(type, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <inheritdoc/>
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, _bytes.Length, nameof(offset));
        _bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = _bytes.Span;
        return true;
    }
}
