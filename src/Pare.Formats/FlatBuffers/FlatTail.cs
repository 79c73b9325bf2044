using System.Buffers.Binary;

namespace Pare.Formats.FlatBuffers;

/// <summary>What follows the tables of a file: blobs, aligned to 16, with short texts and vectors in the gaps between. One writing's worth; not thread-safe.</summary>
internal sealed class FlatTail
{
    private const int BlobAlignment = 16;

    private readonly LinkedList<FlatLeaf> _leaves;
    private readonly Action<FlatLeaf, int> _placed;
    private readonly Dictionary<FlatBlob, long> _starts = new(ReferenceEqualityComparer.Instance);
    private readonly List<(byte[] Before, FlatBlob? Blob)> _parts = [];
    private long _end;

    /// <param name="start">Where the tail begins in the file.</param>
    /// <param name="leaves">Texts and vectors that fit into gaps.</param>
    /// <param name="placed">Told where each of them went.</param>
    public FlatTail(int start, IEnumerable<FlatLeaf> leaves, Action<FlatLeaf, int> placed)
    {
        _end = start;
        _placed = placed;
        _leaves = new LinkedList<FlatLeaf>(leaves.OrderByDescending(l => l.Bytes.Length));
    }

    /// <summary>Whether a text or vector fits into a gap.</summary>
    public static bool Fits(FlatLeaf leaf) => leaf.Alignment <= 4 && leaf.Bytes.Length <= BlobAlignment - 4;

    /// <summary>Places a blob as a vector of bytes and gives the start of the vector.</summary>
    public long PlaceInside(FlatBlob blob)
    {
        if (_starts.TryGetValue(blob, out long known))
        {
            return known - 4;
        }

        long start = Align(_end + 4, BlobAlignment);
        byte[] before = new byte[start - _end];
        Fill(before.AsSpan(0, before.Length - 4));
        BinaryPrimitives.WriteUInt32LittleEndian(before.AsSpan(before.Length - 4), (uint)blob.Length);
        Add(before, blob, start);
        return _end <= int.MaxValue ? start - 4 : throw new GraphException($"the tables reach {_end} bytes; at most {int.MaxValue} can be addressed");
    }

    /// <summary>Places the texts and vectors for which there was no gap.</summary>
    public void PlaceRest()
    {
        if (_leaves.Count > 0)
        {
            byte[] rest = new byte[Align(_end, 4) - _end + _leaves.Sum(l => Align(l.Bytes.Length, 4))];
            Fill(rest);
            _parts.Add((rest, null));
            _end += rest.Length;
        }
    }

    /// <summary>Places a blob beyond what 32-bit offsets reach and gives its start.</summary>
    public long PlaceBehind(FlatBlob blob)
    {
        if (!_starts.TryGetValue(blob, out long start))
        {
            start = Align(_end, BlobAlignment);
            Add(new byte[start - _end], blob, start);
        }

        return start;
    }

    /// <summary>Writes everything.</summary>
    public void WriteTo(Stream stream)
    {
        foreach ((byte[] before, FlatBlob? blob) in _parts)
        {
            stream.Write(before);
            blob?.WriteTo(stream);
        }
    }

    private void Add(byte[] before, FlatBlob blob, long start)
    {
        _starts[blob] = start;
        _parts.Add((before, blob));
        _end = start + blob.Length;
    }

    // Puts texts and vectors, the longest that fit first, into bytes that begin at the end so far.
    private void Fill(Span<byte> gap)
    {
        int at = (int)(Align(_end, 4) - _end);
        for (LinkedListNode<FlatLeaf>? node = _leaves.First; node is not null && at + 4 <= gap.Length;)
        {
            LinkedListNode<FlatLeaf>? next = node.Next;
            if (at + node.Value.Bytes.Length <= gap.Length)
            {
                node.Value.Bytes.CopyTo(gap[at..]);
                _placed(node.Value, (int)_end + at);
                at = (int)Align(at + node.Value.Bytes.Length + _end, 4) - (int)_end;
                _leaves.Remove(node);
            }

            node = next;
        }
    }

    private static long Align(long position, int alignment) => (position + alignment - 1) / alignment * alignment;
}
