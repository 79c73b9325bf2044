using System.Buffers.Binary;

namespace Pare.Formats.Packed;

/// <summary>
/// Finds long runs of bytes that stood earlier in the file: equal tensors, blocks that repeat. Positions whose next eight bytes hash to a chosen pattern (one in
/// 64) are noted; a later one of the same hash is compared and grown both ways. No run takes from another run.
/// </summary>
internal sealed class RepeatFinder
{
    /// <summary>Shortest run that is worth a segment.</summary>
    public const int Shortest = 1024;

    // Content of one value has no position that stands out, or nothing else: some are taken by their place.
    private const int Regular = 512;
    private const int Window = 1 << 30;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly ByteSource _content;
    private readonly List<RepeatRun> _runs = [];
    private readonly Dictionary<ulong, long> _anchors = [];

    private RepeatFinder(ByteSource content) => _content = content;

    /// <param name="content">The file.</param>
    /// <param name="ranges">Where to look, in order: start, end, and the step between positions (an element's width in tensors, 1 elsewhere).</param>
    /// <param name="cancellation">Stops between ranges.</param>
    public static List<RepeatRun> Find(ByteSource content, IEnumerable<(long Start, long End, int Step)> ranges, CancellationToken cancellation)
    {
        RepeatFinder finder = new(content);
        foreach ((long start, long end, int step) in ranges)
        {
            cancellation.ThrowIfCancellationRequested();
            finder.Scan(start, end, step);
        }

        return finder._runs;
    }

    private void Scan(long start, long end, int step)
    {
        long done = start;
        for (long at = start; at < end;)
        {
            int length = (int)Math.Min(end - at, Window);
            ReadOnlySpan<byte> bytes = _content.Slice(at, length).Span;
            int k = 0;
            int last = length - 16;
            while (k <= last)
            {
                ulong hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes[k..]) * Multiplier;
                if (hash >> 58 != 0x2a && (k & (Regular - 1)) >= step)
                {
                    k += step;
                    continue;
                }

                long position = at + k;
                hash ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes[(k + 8)..]) * (Multiplier << 1 | 1);
                if (_anchors.TryGetValue(hash, out long candidate) && Grow(candidate, position, done, end) is { } run)
                {
                    _runs.Add(run);
                    done = run.End;
                    k = (int)Math.Min(done - at, length);
                    continue;
                }

                _anchors[hash] = position;
                k += step;
            }

            at += Math.Max(length, done - at);
        }
    }

    private RepeatRun? Grow(long source, long position, long least, long end)
    {
        // The source may reach from the end of the run before it to the start of the run behind it.
        int behind = FirstAfter(source);
        if (behind > 0 && _runs[behind - 1].End > source)
        {
            return null;
        }

        long sourceLeast = behind > 0 ? _runs[behind - 1].End : 0;
        long sourceEnd = behind < _runs.Count ? _runs[behind].Start : long.MaxValue;
        int back = Backward(source, position, (int)Math.Min(Math.Min(position - least, source - sourceLeast), 1 << 20));
        source -= back;
        position -= back;
        long distance = position - source;
        long period = Math.Min(distance, sourceEnd - source);
        long length = Forward(source, position, Math.Min(end - position, period));
        if (length == period && length < end - position)
        {
            // All of the source: it may go on from its start.
            while (length < end - position)
            {
                long n = Math.Min(period, end - position - length);
                long equal = Forward(source, position + length, n);
                length += equal;
                if (equal < n)
                {
                    break;
                }
            }
        }

        return length < Shortest ? null : new RepeatRun(position, length, distance, period == distance || length <= period ? distance : period);
    }

    private int FirstAfter(long position)
    {
        int low = 0, high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _runs[middle].Start > position ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private int Backward(long a, long b, int most)
    {
        if (most <= 0)
        {
            return 0;
        }

        ReadOnlySpan<byte> x = _content.Slice(a - most, most).Span;
        ReadOnlySpan<byte> y = _content.Slice(b - most, most).Span;
        int n = 0;
        while (n < most && x[most - 1 - n] == y[most - 1 - n])
        {
            n++;
        }

        return n;
    }

    private long Forward(long a, long b, long most)
    {
        long equal = 0;
        while (equal < most)
        {
            int n = (int)Math.Min(most - equal, 1 << 20);
            int common = _content.Slice(a + equal, n).Span.CommonPrefixLength(_content.Slice(b + equal, n).Span);
            equal += common;
            if (common < n)
            {
                break;
            }
        }

        return equal;
    }
}
