namespace Pare.Codecs;

/// <summary>Cells cut into consecutive segments.</summary>
/// <param name="Boundaries">First cell of each segment, then the number of cells.</param>
/// <param name="ZeroSegment">Which segment has the centroid 0; -1 where none must.</param>
internal sealed record Segmentation(int[] Boundaries, int ZeroSegment);
