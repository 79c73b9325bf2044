namespace Pare.Formats.Hdf5;

/// <summary>How a dataset is cut into chunks and where each lies, by any of HDF5's indexes. Immutable and thread-safe.</summary>
internal sealed class Hdf5Chunks
{
    private const long FreeBytes = 64L << 20;

    // Deflate cannot do better than 258 bytes in 2 bits: 1032 to 1.
    private const long MaxRatio = 1032;

    private Hdf5Chunks(long[] shape, long[] extents, long bytes, IReadOnlyList<Hdf5Filter> filters)
    {
        Shape = shape;
        Extents = extents;
        Bytes = bytes;
        Filters = filters;
        Grid = [.. shape.Zip(extents, (s, e) => (s + e - 1) / e)];
    }

    /// <summary>The dataset's extents.</summary>
    public long[] Shape { get; }

    /// <summary>A chunk's extents.</summary>
    public long[] Extents { get; }

    /// <summary>Dense bytes of a chunk.</summary>
    public long Bytes { get; }

    /// <summary>How many chunks lie along each axis.</summary>
    public long[] Grid { get; }

    /// <summary>The filters in the order of writing.</summary>
    public IReadOnlyList<Hdf5Filter> Filters { get; }

    /// <summary>The chunks that were written, by their row-major position in the grid.</summary>
    public IReadOnlyDictionary<long, Hdf5Chunk> ByPosition { get; private set; } = new Dictionary<long, Hdf5Chunk>();

    /// <summary>Reads a chunked layout message and its index.</summary>
    public static Hdf5Chunks Read(Hdf5Bytes bytes, long at, TensorShape shape, int elementSize, IReadOnlyList<Hdf5Filter> filters, string path)
    {
        int version = bytes.Byte(at);
        bool newer = version >= 4;
        int flags = newer ? bytes.Byte(at + 2) : 0;
        int dimensions = bytes.Byte(at + (newer ? 3 : version == 3 ? 2 : 1));
        int width = newer ? bytes.Byte(at + 4) : 4;
        long first = newer ? at + 5 : version == 3 ? at + 3 + bytes.OffsetSize : at + 8 + bytes.OffsetSize;
        if (dimensions != shape.Rank + 1 || width is 0 or > 8)
        {
            bytes.Fail(at, $"the dataset '{path}' of {shape.Rank} dimensions has chunks of {dimensions - 1}");
        }

        long[] extents = new long[shape.Rank];
        long size = elementSize;
        for (int i = 0; i < extents.Length; i++)
        {
            extents[i] = bytes.Number(first + ((long)i * width), width, "a chunk's extent");
            if (extents[i] is 0 or > int.MaxValue || (size *= extents[i]) > int.MaxValue)
            {
                bytes.Fail(at, $"the dataset '{path}' has chunks of [{string.Join(",", extents)}] elements");
            }
        }

        Hdf5Chunks chunks = new(shape.ToArray(), extents, size, filters);
        long index = first + ((long)dimensions * width);
        chunks.ByPosition = newer
            ? ChunkIndex.Read(bytes, chunks, index, flags)
            : ReadTree(bytes, chunks, bytes.Offset(version == 3 ? at + 3 : at + 8));
        chunks.CheckClaims(bytes, at, elementSize, path);
        return chunks;
    }

    /// <summary>The grid position of a chunk from its place in elements; negative where it lies outside.</summary>
    public long Position(ReadOnlySpan<long> place)
    {
        long position = 0;
        for (int i = 0; i < Grid.Length; i++)
        {
            long index = place[i] / Extents[i];
            if (index < 0 || index >= Grid[i] || place[i] % Extents[i] != 0)
            {
                return -1;
            }

            position = (position * Grid[i]) + index;
        }

        return position;
    }

    private static Dictionary<long, Hdf5Chunk> ReadTree(Hdf5Bytes bytes, Hdf5Chunks chunks, long root)
    {
        Dictionary<long, Hdf5Chunk> found = [];
        if (root == Hdf5Bytes.Undefined)
        {
            return found;
        }

        int rank = chunks.Extents.Length;
        long[] place = new long[rank];
        foreach ((long key, long child, long childAt) in BTree1.Entries(bytes, root, 1, 8 + (8 * (rank + 1))))
        {
            for (int i = 0; i < rank; i++)
            {
                place[i] = bytes.Number(key + 8 + (8L * i), 8, "a chunk's place");
            }

            long size = bytes.UInt32(key);
            long position = chunks.Position(place);
            _ = bytes.Slice(child, size, "a chunk");
            if (position >= 0 && !found.TryAdd(position, new Hdf5Chunk(child, size, bytes.UInt32(key + 4), key, childAt)))
            {
                bytes.Fail(key, $"two chunks lie at [{string.Join(",", place)}]");
            }
        }

        return found;
    }

    // Chunks that were never written read as the fill value, so that a few bytes could claim any amount.
    private void CheckClaims(Hdf5Bytes bytes, long at, int elementSize, string path)
    {
        double dense = Shape.Aggregate((double)elementSize, (a, b) => a * b);
        double stored = ByPosition.Values.Sum(c => (double)c.Size) * (Filters.Any(f => f.Id == Hdf5Filter.Deflate) ? MaxRatio : 1);
        if (dense > FreeBytes && dense > stored * 2)
        {
            bytes.Fail(at, $"the dataset '{path}' claims {dense:F0} bytes; its {ByPosition.Count} chunks cannot hold more than {stored:F0}");
        }
    }
}
