namespace Pare.Formats.Packed;

/// <summary>
/// Finds arrays of numbers in bytes whose structure is not known: in windows of 4,096 bytes it compares the entropy of the bytes as they come with that of each
/// second or fourth byte by itself; sign and exponent of floats share a column that is far from random. What looks random throughout is told apart too.
/// </summary>
internal static class TypedRunFinder
{
    /// <summary>Shorter stretches are not looked at.</summary>
    public const int Shortest = 1 << 13;

    private const int Window = 1 << 12;

    /// <summary>The runs of a stretch, in order and without gaps: the width of their elements, 0 for structure.</summary>
    public static List<(long Start, long End, int Width)> Find(ByteSource content, long start, long end)
    {
        List<(long Start, long End, int Width)> runs = [];
        if (end - start < Shortest)
        {
            runs.Add((start, end, 0));
            return runs;
        }

        int[] counts = new int[4 * 256];
        long at = start;
        while (at < end)
        {
            long next = end - at < 2 * Window ? end : at + Window;
            (int width, int phase) = Classify(content.Slice(at, (int)(next - at)).Span, counts);
            long from = at;
            if (width > 1)
            {
                // Elements start where the phase says; what is left over goes to the run before.
                from += phase;
            }

            if (runs.Count > 0 && runs[^1].Width == width && (width < 2 || (from - runs[^1].Start) % width == 0))
            {
                runs[^1] = runs[^1] with { End = next };
            }
            else
            {
                if (from > at)
                {
                    Extend(runs, at, from);
                }

                runs.Add((from, next, width));
            }

            at = next;
        }

        return Whole(runs);
    }

    private static void Extend(List<(long Start, long End, int Width)> runs, long at, long to)
    {
        if (runs.Count > 0 && runs[^1].Width == 0)
        {
            runs[^1] = runs[^1] with { End = to };
        }
        else
        {
            runs.Add((at, to, 0));
        }
    }

    // Runs of two and four byte elements take whole elements; the rest becomes structure, neighbours of which are joined.
    private static List<(long Start, long End, int Width)> Whole(List<(long Start, long End, int Width)> runs)
    {
        List<(long Start, long End, int Width)> whole = [];
        foreach ((long start, long end, int width) in runs)
        {
            long stop = width > 1 ? start + ((end - start) / width * width) : end;
            if (width == 0 || stop - start < Window)
            {
                Extend(whole, start, end);
                continue;
            }

            whole.Add((start, stop, width));
            if (stop < end)
            {
                Extend(whole, stop, end);
            }
        }

        return whole;
    }

    private static (int Width, int Phase) Classify(ReadOnlySpan<byte> window, int[] counts)
    {
        Array.Clear(counts);
        for (int k = 0; k < window.Length; k++)
        {
            counts[(k & 3) * 256 + window[k]]++;
        }

        Span<double> quarter = stackalloc double[4];
        Span<int> sum = stackalloc int[256];
        double four = 0;
        for (int lane = 0; lane < 4; lane++)
        {
            quarter[lane] = Entropy(counts.AsSpan(lane * 256, 256));
            four += quarter[lane] / 4;
        }

        Add(counts, sum, 0b1111);
        double one = Entropy(sum);
        Span<double> half = stackalloc double[2];
        for (int lane = 0; lane < 2; lane++)
        {
            Add(counts, sum, 0b0101 << lane);
            half[lane] = Entropy(sum);
        }

        double two = (half[0] + half[1]) / 2;
        if (four < one - 0.2 && four < two - 0.1 && four > 4.5)
        {
            int least = 0;
            for (int lane = 1; lane < 4; lane++)
            {
                least = quarter[lane] < quarter[least] ? lane : least;
            }

            return (4, (least + 1) & 3);
        }

        if (two < one - 0.2 && two > 3.5)
        {
            return (2, half[0] < half[1] ? 1 : 0);
        }

        return one > 7.9 ? (1, 0) : (0, 0);
    }

    private static void Add(int[] counts, Span<int> sum, int lanes)
    {
        sum.Clear();
        for (int lane = 0; lane < 4; lane++)
        {
            if ((lanes >> lane & 1) != 0)
            {
                for (int v = 0; v < 256; v++)
                {
                    sum[v] += counts[lane * 256 + v];
                }
            }
        }
    }

    // With the correction of Miller and Madow, without which few samples of many values look less random than they are.
    private static double Entropy(ReadOnlySpan<int> counts)
    {
        int total = 0;
        int seen = 0;
        double bits = 0;
        foreach (int n in counts)
        {
            if (n > 0)
            {
                total += n;
                seen++;
                bits -= n * Math.Log2(n);
            }
        }

        return total == 0 ? 0 : bits / total + Math.Log2(total) + (seen - 1) / (2 * Math.Log(2) * total);
    }
}
