namespace Pare.Formats;

/// <summary>
/// Writes contents to a stream, one after the other. What must be computed first (rounded or decoded values) or lies in a mapped file is read a few parts ahead on other threads, so that reading,
/// computing and writing overlap; memory is bounded by those parts. One thread drives it. What was not flushed when it is disposed of is not written.
/// </summary>
internal sealed class TensorPump(Stream stream) : IDisposable
{
    private const int PartSize = 1 << 18;
    private const int PartsAhead = 6;

    private readonly Queue<Item> _items = new();
    private readonly Stack<byte[]> _free = new();
    private int _partsAhead;

    /// <summary>Writes a content, now or when those before it are written. It must not change until then.</summary>
    public void Write(PumpedContent content)
    {
        if (content.TryGetBytes(out _))
        {
            _items.Enqueue(new Item(content, null, [], 0, true));
            WriteReady(PartsAhead);
            return;
        }

        for (long from = 0; from < content.Length; from += PartSize)
        {
            WriteReady(PartsAhead - 1);
            long at = from;
            int length = (int)Math.Min(PartSize, content.Length - at);
            byte[] buffer = _free.TryPop(out byte[]? used) ? used : GC.AllocateUninitializedArray<byte>(PartSize);
            Task work = Task.Run(() => content.Read(at, buffer.AsSpan(0, length)));
            _items.Enqueue(new Item(content, work, buffer, length, at + length == content.Length));
            _partsAhead++;
        }
    }

    /// <summary>Writes what is still to be written.</summary>
    public void Flush() => WriteReady(0);

    /// <summary>Waits for what is still being computed.</summary>
    public void Dispose()
    {
        foreach (Item item in _items)
        {
            if (item.Work is IAsyncResult work)
            {
                work.AsyncWaitHandle.WaitOne();
            }
        }
    }

    // Whatever need not be waited for; and for as many parts as it takes to have no more than so many ahead.
    private void WriteReady(int partsAhead)
    {
        while (_items.TryPeek(out Item? item) && (item.Work is null || item.Work.IsCompleted || _partsAhead > partsAhead))
        {
            if (item.Work is null)
            {
                item.Content.TryGetBytes(out ReadOnlySpan<byte> near);
                stream.Write(near);
            }
            else
            {
                item.Work.GetAwaiter().GetResult();
                stream.Write(item.Buffer, 0, item.Length);
                _free.Push(item.Buffer);
                _partsAhead--;
            }

            _items.Dequeue();
            if (item.IsLast)
            {
                item.Content.Unload();
            }
        }
    }

    private sealed record Item(PumpedContent Content, Task? Work, byte[] Buffer, int Length, bool IsLast);
}
