namespace Pare;

/// <summary>A tensor given by its first values, the last of which repeats to the end (TensorFlow's short constants, zero-filled constants).</summary>
public class SplatTensorData : TensorData
{
    private readonly ReadOnlyMemory<byte> _head;
    private readonly int _elementSize;

    /// <summary>Wraps the leading elements without copying them.</summary>
    /// <param name="type">Element type of whole bytes.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="head">Dense bytes of the first elements, at least one and no more than the tensor has (one may be given for an empty tensor).</param>
    /// <exception cref="GraphException">The bytes are no whole number of elements, or more than the tensor has.</exception>
    public SplatTensorData(DataType type, TensorShape shape, ReadOnlyMemory<byte> head)
        : base(type, shape)
    {
        _elementSize = type.BitWidth() / 8;
        if (_elementSize == 0 || head.Length < _elementSize || head.Length % _elementSize != 0
            || (head.Length > _elementSize && head.Length / _elementSize > shape.Count))
        {
            throw new GraphException($"{head.Length} bytes are no leading values of a tensor {type}{shape}");
        }

        _head = head;
    }

    /// <summary>Dense bytes of the leading elements.</summary>
    public ReadOnlyMemory<byte> Head => _head;

    /// <inheritdoc/>
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        ReadOnlySpan<byte> head = _head.Span;
        int done = 0;
        if (offset < head.Length)
        {
            done = (int)Math.Min(destination.Length, head.Length - offset);
            head.Slice((int)offset, done).CopyTo(destination);
        }

        ReadOnlySpan<byte> last = head[^_elementSize..];
        for (; done < destination.Length; done++)
        {
            destination[done] = last[(int)((offset + done) % _elementSize)];
        }
    }

    /// <inheritdoc/>
    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        bool whole = _head.Length == ByteLength;
        bytes = whole ? _head.Span : default;
        return whole;
    }
}
