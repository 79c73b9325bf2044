using System.Security.Cryptography;
using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>
/// Gathers the buffers of a file to be written: contents that are equal share one. Number 0 is the empty one. Contents are read when the file goes out, and once before
/// where another of the same length must be told apart. One writing's worth; not thread-safe.
/// </summary>
internal sealed class TFLiteBufferWriter
{
    // What 32-bit offsets reach, with room for the tables.
    private const long LargestInside = 2_000_000_000;
    private const int Part = 1 << 20;

    private readonly List<(long Length, Action<Stream> Write)> _buffers = [];
    private readonly Dictionary<long, List<(int Index, byte[]? Hash)>> _byLength = [];
    private readonly Dictionary<TensorData, int> _tensors = new(ReferenceEqualityComparer.Instance);

    /// <summary>Number of the buffer with a tensor's dense form.</summary>
    public int Add(TensorData content)
    {
        if (!_tensors.TryGetValue(content, out int index))
        {
            _tensors[content] = index = content is ITFLiteTensor stored and not TFLiteSparseTensor ? Add(stored.Content)
                : content.Type == DataType.String ? Add(TFLiteStrings.Encode(content.GetStrings()))
                : Add(content.ByteLength, stream => Copy(content, stream));
        }

        return index;
    }

    /// <summary>Number of the buffer with bytes of a file.</summary>
    public int Add(TFLiteContent? content) => content is null ? 0 : Add(content.Length, stream => Copy(content, stream));

    /// <summary>Number of the buffer with bytes in memory.</summary>
    public int Add(ReadOnlyMemory<byte> content) => Add(content.Length, stream => stream.Write(content.Span));

    /// <summary>The tables, in order.</summary>
    /// <param name="append">Whether contents go behind the tables rather than among them, which they must when they are too large.</param>
    public List<FlatObject> ToTables(bool append)
    {
        long total = _buffers.Sum(b => b.Length + 32);
        append |= total > LargestInside;
        List<FlatObject> tables = [TFLiteSchema.New("Buffer")];
        foreach ((long length, Action<Stream> write) in _buffers)
        {
            FlatBlob blob = new(length, write);
            tables.Add(append && length > 0 ? TFLiteSchema.New("Buffer").With("offset", blob).With("size", length) : TFLiteSchema.New("Buffer").With("data", blob));
        }

        return tables;
    }

    private int Add(long length, Action<Stream> write)
    {
        if (!_byLength.TryGetValue(length, out List<(int Index, byte[]? Hash)>? same))
        {
            _byLength[length] = same = [];
        }

        byte[]? hash = null;
        if (same.Count > 0)
        {
            if (same[0].Hash is null)
            {
                same[0] = (same[0].Index, HashOf(_buffers[same[0].Index - 1].Write));
            }

            hash = HashOf(write);
            foreach ((int index, byte[]? known) in same)
            {
                if (known.AsSpan().SequenceEqual(hash))
                {
                    return index;
                }
            }
        }

        _buffers.Add((length, write));
        same.Add((_buffers.Count, hash));
        return _buffers.Count;
    }

    private static byte[] HashOf(Action<Stream> write)
    {
        using SHA256 hash = SHA256.Create();
        using (CryptoStream stream = new(Stream.Null, hash, CryptoStreamMode.Write))
        {
            write(stream);
        }

        return hash.Hash!;
    }

    private static void Copy(TensorData content, Stream stream)
    {
        if (content.TryGetBytes(out ReadOnlySpan<byte> dense))
        {
            stream.Write(dense);
        }
        else
        {
            byte[] part = new byte[(int)Math.Min(Part, content.ByteLength)];
            for (long at = 0; at < content.ByteLength; at += part.Length)
            {
                Span<byte> chunk = part.AsSpan(0, (int)Math.Min(part.Length, content.ByteLength - at));
                content.ReadBytes(at, chunk);
                stream.Write(chunk);
            }
        }

        content.Unload();
    }

    private static void Copy(TFLiteContent content, Stream stream)
    {
        for (long at = 0; at < content.Length; at += int.MaxValue / 2)
        {
            ReadOnlyMemory<byte> part = content.Source.Slice(content.Offset + at, (int)Math.Min(int.MaxValue / 2, content.Length - at));
            stream.Write(part.Span);
            MappedByteSource.Unload(part);
        }
    }
}
