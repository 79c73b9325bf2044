namespace Pare.Formats.Packed;

/// <summary>The streams and segments of a container.</summary>
internal sealed class PackedDirectory
{
    /// <summary>All streams, the first stream included.</summary>
    public List<PackedStream> Streams { get; } = [];

    /// <summary>All segments in the order of the unpacked file, without gaps.</summary>
    public List<PackedSegment> Segments { get; } = [];

    /// <summary>Index of the segment that holds a byte of the unpacked file.</summary>
    public int Find(long position)
    {
        int low = 0, high = Segments.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = Segments[middle].Start <= position ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
