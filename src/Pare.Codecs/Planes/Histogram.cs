namespace Pare.Codecs;

/// <summary>Counts bytes.</summary>
internal static class Histogram
{
    /// <summary>Counts how often each byte occurs.</summary>
    /// <param name="bytes">The bytes, fewer than 2^31.</param>
    /// <param name="counts">256 counts; overwritten.</param>
    public static void Count(ReadOnlySpan<byte> bytes, Span<int> counts)
    {
        // Four tables, so that runs of one byte do not wait for their own store.
        Span<int> more = stackalloc int[3 * 256];
        more.Clear();
        counts.Clear();
        int i = 0;
        for (; i + 4 <= bytes.Length; i += 4)
        {
            counts[bytes[i]]++;
            more[bytes[i + 1]]++;
            more[256 + bytes[i + 2]]++;
            more[512 + bytes[i + 3]]++;
        }

        for (; i < bytes.Length; i++)
        {
            counts[bytes[i]]++;
        }

        for (int s = 0; s < 256; s++)
        {
            counts[s] += more[s] + more[256 + s] + more[512 + s];
        }
    }
}
