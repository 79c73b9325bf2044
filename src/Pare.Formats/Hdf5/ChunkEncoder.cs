using System.Buffers.Binary;
using System.IO.Compression;

namespace Pare.Formats.Hdf5;

/// <summary>Puts new values into the chunks of a dataset: in place where they fit, else at the file's end.</summary>
internal static class ChunkEncoder
{
    /// <summary>Plans the changes of a dataset's chunks.</summary>
    /// <exception cref="UnsupportedModelException">A chunk grows, and its index cannot be told.</exception>
    public static void Replace(Hdf5Dataset dataset, TensorData content, PatchedSource file)
    {
        Hdf5Chunks chunks = dataset.Chunks!;
        byte[] dense = content.GetBytes().ToArray();
        if (dataset.Datatype.BigEndian && dataset.Datatype.Size > 1)
        {
            SwappedTensorData.Swap(dense, dataset.Datatype.Size);
        }

        double count = chunks.Grid.Aggregate(1.0, (a, b) => a * b);
        if (chunks.ByPosition.Count < count)
        {
            throw Unsupported(dataset, $"{chunks.ByPosition.Count} of its {count} chunks were ever written");
        }

        ChunkGrid grid = new(chunks, dataset.Datatype.Size);
        foreach ((long position, Hdf5Chunk chunk) in chunks.ByPosition.OrderBy(c => c.Value.At))
        {
            byte[] plain = ChunkedTensorData.DecodeChunk(dataset, chunk);
            byte[] before = [.. plain];
            grid.Copy(position, plain, dense, toChunk: true);
            if (!plain.AsSpan().SequenceEqual(before))
            {
                Put(dataset, chunk, Encode(chunks, chunk, plain), file);
            }
        }
    }

    private static void Put(Hdf5Dataset dataset, Hdf5Chunk chunk, byte[] encoded, PatchedSource file)
    {
        Hdf5Bytes bytes = dataset.File.Bytes;
        long place = chunk.At + bytes.BaseAddress;
        if (encoded.Length == chunk.Size)
        {
            file.Replace(place, encoded);
            return;
        }

        if (chunk.KeyAt < 0)
        {
            // The index says the size elsewhere. What stands behind the end of a deflated stream is not read.
            bool deflated = dataset.Chunks!.Filters is [.., { Id: Hdf5Filter.Deflate }] && encoded.Length < chunk.Size;
            if (!deflated)
            {
                throw Unsupported(dataset, "a compressed chunk grows");
            }

            Array.Resize(ref encoded, (int)chunk.Size);
            file.Replace(place, encoded);
            return;
        }

        if (encoded.Length < chunk.Size)
        {
            file.Replace(place, encoded);
        }
        else
        {
            if (dataset.File.SuperblockVersion >= 2)
            {
                throw Unsupported(dataset, "a compressed chunk grows");
            }

            long at = file.Append(encoded, bytes.BaseAddress) - bytes.BaseAddress;
            file.Replace(chunk.AddressAt + bytes.BaseAddress, Number(at, bytes.OffsetSize));
            file.Replace(dataset.File.EndOfFileAt + bytes.BaseAddress, Number(file.Length - bytes.BaseAddress, bytes.OffsetSize));
        }

        file.Replace(chunk.KeyAt + bytes.BaseAddress, Number(encoded.Length, 4));
    }

    private static byte[] Encode(Hdf5Chunks chunks, Hdf5Chunk chunk, byte[] plain)
    {
        byte[] bytes = plain;
        for (int i = 0; i < chunks.Filters.Count; i++)
        {
            if ((chunk.SkippedFilters >> i & 1) == 0)
            {
                Hdf5Filter filter = chunks.Filters[i];
                bytes = filter.Id switch
                {
                    Hdf5Filter.Deflate => Deflate(bytes, filter.Parameter),
                    Hdf5Filter.Shuffle => Shuffle(bytes, filter.Parameter),
                    _ => [.. bytes, .. Number(Fletcher32(bytes), 4)],
                };
            }
        }

        return bytes;
    }

    private static byte[] Deflate(byte[] bytes, int level)
    {
        using MemoryStream result = new();
        using (ZLibStream stream = new(result, new ZLibCompressionOptions { CompressionLevel = Math.Clamp(level, 0, 9) }, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        return result.ToArray();
    }

    private static byte[] Shuffle(byte[] bytes, int size)
    {
        byte[] result = [.. bytes];
        int count = size > 1 ? bytes.Length / size : 0;
        for (int j = 0; j < (count > 0 ? size : 0); j++)
        {
            for (int i = 0; i < count; i++)
            {
                result[(j * count) + i] = bytes[(i * size) + j];
            }
        }

        return result;
    }

    // HDF5's own: words of 16 bits, most significant byte first, an odd last byte shifted up.
    private static long Fletcher32(ReadOnlySpan<byte> bytes)
    {
        uint first = 0;
        uint second = 0;
        for (int i = 0; i + 1 < bytes.Length; i += 2)
        {
            first = (first + BinaryPrimitives.ReadUInt16BigEndian(bytes[i..])) % 65535;
            second = (second + first) % 65535;
        }

        if (bytes.Length % 2 == 1)
        {
            first = (first + ((uint)bytes[^1] << 8)) % 65535;
            second = (second + first) % 65535;
        }

        return ((long)second << 16) | first;
    }

    private static byte[] Number(long value, int size)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes[..size];
    }

    private static UnsupportedModelException Unsupported(Hdf5Dataset dataset, string why) =>
        new($"the dataset '{dataset.Path}' cannot be changed in place: {why}; repack the file first: h5repack -l CONTI IN OUT", []);
}
