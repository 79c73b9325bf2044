namespace Pare.Formats;

/// <summary>A byte source with some runs of bytes replaced and others appended, written out without holding it in memory. Not thread-safe.</summary>
internal sealed class PatchedSource(ByteSource bytes)
{
    private const int Part = 1 << 20;
    private readonly SortedDictionary<long, TensorData> _patches = [];
    private readonly List<byte[]> _tail = [];

    /// <summary>Length with what is appended.</summary>
    public long Length { get; private set; } = bytes.Length;

    /// <summary>Whether anything is replaced or appended.</summary>
    public bool IsChanged => _patches.Count > 0 || _tail.Count > 0;

    /// <summary>Replaces bytes by a tensor's dense form. Two patches at one place must be equal; the later wins.</summary>
    public void Replace(long offset, TensorData content)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.ByteLength, bytes.Length - offset);
        _patches[offset] = content;
    }

    /// <summary>Replaces bytes.</summary>
    public void Replace(long offset, byte[] content) => Replace(offset, new DenseTensorData(DataType.UInt8, new TensorShape(content.Length), content));

    /// <summary>Makes the same replacements as another source that views a part of this one's bytes.</summary>
    public void ReplaceAsIn(PatchedSource part, long offset)
    {
        foreach ((long at, TensorData content) in part._patches)
        {
            Replace(offset + at, content);
        }
    }

    /// <summary>Appends bytes, 8-aligned as counted from <paramref name="baseAddress"/>.</summary>
    /// <returns>Where they start.</returns>
    public long Append(byte[] content, long baseAddress)
    {
        int pad = (int)((8 - ((Length - baseAddress) % 8)) % 8);
        _tail.Add(new byte[pad]);
        _tail.Add(content);
        long at = Length + pad;
        Length = at + content.Length;
        return at;
    }

    /// <summary>Writes everything.</summary>
    public void WriteTo(Stream stream)
    {
        long at = 0;
        byte[] buffer = new byte[Part];
        foreach ((long offset, TensorData content) in _patches)
        {
            Copy(stream, at, offset);
            for (long done = 0; done < content.ByteLength;)
            {
                int n = (int)Math.Min(Part, content.ByteLength - done);
                content.ReadBytes(done, buffer.AsSpan(0, n));
                stream.Write(buffer, 0, n);
                done += n;
            }

            content.Unload();
            at = offset + content.ByteLength;
        }

        Copy(stream, at, bytes.Length);
        foreach (byte[] t in _tail)
        {
            stream.Write(t);
        }
    }

    private void Copy(Stream stream, long from, long to)
    {
        while (from < to)
        {
            ReadOnlyMemory<byte> part = bytes.Slice(from, (int)Math.Min(Part, to - from));
            stream.Write(part.Span);
            MappedByteSource.Unload(part);
            from += part.Length;
        }
    }
}
