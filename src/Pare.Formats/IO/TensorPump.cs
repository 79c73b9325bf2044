namespace Pare.Formats;

/// <summary>
/// Writes contents to a stream, one after the other. What must be computed first (rounded or decoded values) or lies in a mapped file is read a few parts ahead on other threads, so that reading,
/// computing and writing overlap; memory is bounded by those parts. One thread drives it.
/// </summary>
internal sealed class TensorPump : IDisposable
{
    private const int PartSize = 1 << 18;
    private const int PartsAhead = 6;

    private readonly Stream _stream;
    private readonly IEnumerator<PumpedContent> _order;
    private readonly IEnumerator<Part> _parts;
    private readonly Queue<Part> _ahead = new();
    private readonly Stack<byte[]> _free = new();

    public TensorPump(Stream stream, PumpedContent[] contents)
    {
        _stream = stream;
        _order = ((IEnumerable<PumpedContent>)contents).GetEnumerator();
        _parts = Parts(contents).GetEnumerator();
    }

    /// <summary>Writes the next content.</summary>
    public void WriteNext()
    {
        _order.MoveNext();
        PumpedContent content = _order.Current;
        if (content.TryGetBytes(out ReadOnlySpan<byte> near))
        {
            _stream.Write(near);
        }
        else
        {
            for (long at = 0; at < content.Length; at += PartSize)
            {
                while (_ahead.Count < PartsAhead && _parts.MoveNext())
                {
                    _ahead.Enqueue(_parts.Current);
                }

                Part part = _ahead.Dequeue();
                part.Work.GetAwaiter().GetResult();
                _stream.Write(part.Buffer, 0, part.Length);
                _free.Push(part.Buffer);
            }
        }

        content.Unload();
    }

    /// <summary>Waits for what is still being computed.</summary>
    public void Dispose()
    {
        foreach (Part p in _ahead)
        {
            ((IAsyncResult)p.Work).AsyncWaitHandle.WaitOne();
        }

        _order.Dispose();
        _parts.Dispose();
    }

    private IEnumerable<Part> Parts(PumpedContent[] contents)
    {
        foreach (PumpedContent content in contents)
        {
            if (content.TryGetBytes(out _))
            {
                continue;
            }

            for (long from = 0; from < content.Length; from += PartSize)
            {
                long at = from;
                int length = (int)Math.Min(PartSize, content.Length - at);
                byte[] buffer = _free.TryPop(out byte[]? used) ? used : GC.AllocateUninitializedArray<byte>(PartSize);
                yield return new Part(Task.Run(() => content.Read(at, buffer.AsSpan(0, length))), buffer, length);
            }
        }
    }

    private sealed record Part(Task Work, byte[] Buffer, int Length);
}
