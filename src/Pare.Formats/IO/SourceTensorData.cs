namespace Pare.Formats;

/// <summary>A tensor whose dense form lies in a byte source, which may be longer than memory: read in parts when it exceeds 2 GB.</summary>
internal sealed class SourceTensorData : TensorData
{
    private const int Part = 1 << 30;

    private readonly ByteSource _source;
    private readonly long _offset;

    /// <exception cref="GraphException">The number of bytes is not that of shape and type.</exception>
    public SourceTensorData(DataType type, TensorShape shape, ByteSource source, long offset, long length)
        : base(type, shape)
    {
        if (length != ByteLength)
        {
            throw new GraphException($"a tensor {type}{shape} takes {ByteLength} bytes, found {length}");
        }

        _source = source;
        _offset = offset;
    }

    /// <summary>Where the bytes lie.</summary>
    public ByteSource Source => _source;

    /// <summary>Where they start in it.</summary>
    public long Offset => _offset;

    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        for (int done = 0; done < destination.Length;)
        {
            int n = Math.Min(Part, destination.Length - done);
            ReadOnlyMemory<byte> part = _source.Slice(_offset + offset + done, n);
            if (!MappedByteSource.TryRead(part, 0, destination.Slice(done, n)))
            {
                part.Span.CopyTo(destination[done..]);
            }

            done += n;
        }
    }

    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        bool whole = ByteLength <= int.MaxValue;
        bytes = whole ? _source.Slice(_offset, (int)ByteLength).Span : default;
        return whole;
    }

    public override void Unload()
    {
        for (long at = 0; at < ByteLength; at += Part)
        {
            MappedByteSource.Unload(_source.Slice(_offset + at, (int)Math.Min(Part, ByteLength - at)));
        }
    }
}
