namespace Pare.Formats.Hdf5;

/// <summary>A chunk as it lies in the file.</summary>
/// <param name="At">Where its bytes lie.</param>
/// <param name="Size">How many they are, filters applied.</param>
/// <param name="SkippedFilters">Bit i: filter i was left out for this chunk.</param>
/// <param name="KeyAt">Where a version 1 B-tree states its size (4 bytes); negative for other indexes.</param>
/// <param name="AddressAt">Where its address is stated; negative where it follows from others.</param>
internal readonly record struct Hdf5Chunk(long At, long Size, uint SkippedFilters, long KeyAt, long AddressAt);
