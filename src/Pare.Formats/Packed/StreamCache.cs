namespace Pare.Formats.Packed;

/// <summary>Keeps the streams last decoded, so that memory stays bounded by a few of them while neighbours are read. Thread-safe; a stream is decoded by one thread at a time.</summary>
internal sealed class StreamCache(Func<PackedStream, byte[]> decode)
{
    private const int Kept = 6;

    private readonly Lock _lock = new();
    private readonly LinkedList<(PackedStream Stream, Lazy<byte[]> Bytes)> _entries = [];

    public byte[] Get(PackedStream stream)
    {
        Lazy<byte[]> found;
        lock (_lock)
        {
            LinkedListNode<(PackedStream Stream, Lazy<byte[]> Bytes)>? node = _entries.First;
            while (node is not null && node.Value.Stream != stream)
            {
                node = node.Next;
            }

            if (node is not null)
            {
                _entries.Remove(node);
            }

            found = node?.Value.Bytes ?? new Lazy<byte[]>(() => decode(stream));
            _entries.AddFirst((stream, found));
            if (_entries.Count > Kept)
            {
                _entries.RemoveLast();
            }
        }

        return found.Value;
    }
}
