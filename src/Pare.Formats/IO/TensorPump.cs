namespace Pare.Formats;

/// <summary>
/// Writes the contents of tensors to a stream, one after the other. What must be computed first (rounded or decoded values) is computed a few parts ahead on other threads, so that computing and
/// writing overlap; memory is bounded by those parts. One thread drives it.
/// </summary>
internal sealed class TensorPump : IDisposable
{
    private const int PartSize = 1 << 19;
    private const int PartsAhead = 3;

    private readonly Stream _stream;
    private readonly IEnumerator<TensorData> _order;
    private readonly IEnumerator<Part> _computed;
    private readonly Queue<Part> _ahead = new();
    private readonly Stack<byte[]> _free = new();

    public TensorPump(Stream stream, IEnumerable<TensorData> tensors)
    {
        _stream = stream;
        TensorData[] all = [.. tensors];
        _order = ((IEnumerable<TensorData>)all).GetEnumerator();
        _computed = Parts(all).GetEnumerator();
    }

    /// <summary>Writes the next tensor.</summary>
    public void WriteNext()
    {
        _order.MoveNext();
        TensorData tensor = _order.Current;
        if (tensor.TryGetBytes(out ReadOnlySpan<byte> dense))
        {
            _stream.Write(dense);
        }
        else
        {
            for (long at = 0; at < tensor.ByteLength; at += PartSize)
            {
                while (_ahead.Count < PartsAhead && _computed.MoveNext())
                {
                    _ahead.Enqueue(_computed.Current);
                }

                Part part = _ahead.Dequeue();
                part.Work.GetAwaiter().GetResult();
                _stream.Write(part.Buffer, 0, part.Length);
                _free.Push(part.Buffer);
            }
        }

        tensor.Unload();
    }

    /// <summary>Waits for what is still being computed.</summary>
    public void Dispose()
    {
        foreach (Part p in _ahead)
        {
            ((IAsyncResult)p.Work).AsyncWaitHandle.WaitOne();
        }

        _order.Dispose();
        _computed.Dispose();
    }

    private IEnumerable<Part> Parts(TensorData[] tensors)
    {
        foreach (TensorData tensor in tensors)
        {
            if (tensor.TryGetBytes(out _))
            {
                continue;
            }

            for (long from = 0; from < tensor.ByteLength; from += PartSize)
            {
                long at = from;
                int length = (int)Math.Min(PartSize, tensor.ByteLength - at);
                byte[] buffer = _free.TryPop(out byte[]? used) && used.Length >= length ? used : new byte[length];
                yield return new Part(Task.Run(() => tensor.ReadBytes(at, buffer.AsSpan(0, length))), buffer, length);
            }
        }
    }

    private sealed record Part(Task Work, byte[] Buffer, int Length);
}
