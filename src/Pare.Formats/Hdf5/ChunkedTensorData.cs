using System.IO.Compression;

namespace Pare.Formats.Hdf5;

/// <summary>A tensor cut into chunks, decoded as a whole when first read, and again after <see cref="Unload"/>.</summary>
internal sealed class ChunkedTensorData(Hdf5Dataset dataset) : TensorData(dataset.ElementType, dataset.Shape)
{
    private readonly Lock _lock = new();
    private byte[]? _decoded;

    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        Decoded().AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = Decoded();
        return true;
    }

    public override void Unload()
    {
        lock (_lock)
        {
            _decoded = null;
        }
    }

    /// <summary>The dense bytes of a chunk, little-endian as stored.</summary>
    public static byte[] DecodeChunk(Hdf5Dataset dataset, Hdf5Chunk chunk)
    {
        Hdf5Chunks chunks = dataset.Chunks!;
        Hdf5Bytes file = dataset.File.Bytes;
        ReadOnlyMemory<byte> bytes = file.Memory(chunk.At, chunk.Size, "a chunk");
        for (int i = chunks.Filters.Count - 1; i >= 0; i--)
        {
            if ((chunk.SkippedFilters >> i & 1) != 0)
            {
                continue;
            }

            Hdf5Filter filter = chunks.Filters[i];
            bytes = filter.Id switch
            {
                Hdf5Filter.Deflate => Inflate(dataset, chunk, bytes),
                Hdf5Filter.Shuffle => Unshuffle(bytes.Span, filter.Parameter),
                _ => bytes.Length >= 4 ? bytes[..^4] : bytes,
            };
        }

        return bytes.Length == chunks.Bytes
            ? bytes.ToArray()
            : throw file.Damaged(chunk.At, $"a chunk of the dataset '{dataset.Path}' holds {bytes.Length} bytes; {chunks.Bytes} were expected");
    }

    private byte[] Decoded()
    {
        lock (_lock)
        {
            return _decoded ??= Decode();
        }
    }

    private byte[] Decode()
    {
        if (ByteLength > Array.MaxLength)
        {
            throw new GraphException($"the dataset '{dataset.Path}' takes {ByteLength} bytes, too many to be decoded in one piece");
        }

        byte[] dense = new byte[ByteLength];
        int size = dataset.Datatype.Size;
        if (dataset.Fill.Span.ContainsAnyExcept((byte)0))
        {
            for (int i = 0; i + size <= dense.Length; i += size)
            {
                dataset.Fill.Span.CopyTo(dense.AsSpan(i));
            }
        }

        ChunkGrid grid = new(dataset.Chunks!, size);
        foreach ((long position, Hdf5Chunk chunk) in dataset.Chunks!.ByPosition)
        {
            byte[] bytes = DecodeChunk(dataset, chunk);
            if (dataset.Datatype.BigEndian && size > 1)
            {
                SwappedTensorData.Swap(bytes, size);
            }

            grid.Copy(position, bytes, dense, toChunk: false);
        }

        return dense;
    }

    private static byte[] Inflate(Hdf5Dataset dataset, Hdf5Chunk chunk, ReadOnlyMemory<byte> bytes)
    {
        // A checksum may still be behind the data.
        int most = (int)Math.Min(Array.MaxLength, dataset.Chunks!.Bytes + 4);
        byte[] dense = new byte[most];
        int used = 0;
        try
        {
            using ZLibStream stream = new(new ByteSourceStream(ByteSource.FromMemory(bytes)), CompressionMode.Decompress);
            while (used < most && stream.Read(dense, used, most - used) is > 0 and int n)
            {
                used += n;
            }
        }
        catch (InvalidDataException e)
        {
            throw new ModelFormatException("HDF5", $"a chunk of the dataset '{dataset.Path}' is damaged: {e.Message}", chunk.At + dataset.File.Bytes.BaseAddress, innerException: e);
        }

        return used == most ? dense : dense[..used];
    }

    // Byte j of every element lies together.
    private static byte[] Unshuffle(ReadOnlySpan<byte> bytes, int size)
    {
        byte[] result = bytes.ToArray();
        int count = size > 1 ? bytes.Length / size : 0;
        for (int j = 0; j < (count > 0 ? size : 0); j++)
        {
            ReadOnlySpan<byte> plane = bytes.Slice(j * count, count);
            for (int i = 0; i < count; i++)
            {
                result[(i * size) + j] = plane[i];
            }
        }

        return result;
    }
}
