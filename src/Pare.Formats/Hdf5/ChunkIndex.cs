using System.Numerics;

namespace Pare.Formats.Hdf5;

/// <summary>The chunk indexes of layout version 4: a single chunk, chunks in order, fixed and extensible arrays, version 2 B-trees.</summary>
internal static class ChunkIndex
{
    /// <summary>Reads the index that a layout message names at <paramref name="at"/>.</summary>
    public static Dictionary<long, Hdf5Chunk> Read(Hdf5Bytes bytes, Hdf5Chunks chunks, long at, int flags)
    {
        int kind = bytes.Byte(at);
        bool filtered = chunks.Filters.Count > 0;
        switch (kind)
        {
            case 1:
                bool own = (flags & 2) != 0;
                long place = at + 1 + (own ? bytes.LengthSize + 4 : 0);
                return Found(bytes, chunks, 0, bytes.Offset(place), own ? bytes.LengthAt(at + 1, "a chunk's size") : chunks.Bytes, own ? bytes.UInt32(at + 1 + bytes.LengthSize) : 0, own ? -1 : place);
            case 2:
                return InOrder(bytes, chunks, bytes.Offset(at + 1));
            case 3:
                return FixedArray(bytes, chunks, bytes.Offset(at + 2), filtered);
            case 4:
                return ExtensibleArray(bytes, chunks, bytes.Offset(at + 6), filtered);
            case 5:
                return Tree(bytes, chunks, bytes.Offset(at + 7), filtered);
            default:
                throw bytes.Damaged(at, $"a chunk index is of kind {kind}; known are 1 to 5");
        }
    }

    private static Dictionary<long, Hdf5Chunk> Found(Hdf5Bytes bytes, Hdf5Chunks chunks, long position, long address, long size, uint mask, long addressAt)
    {
        Dictionary<long, Hdf5Chunk> found = [];
        Put(bytes, chunks, found, position, address, size, mask, addressAt);
        return found;
    }

    private static void Put(Hdf5Bytes bytes, Hdf5Chunks chunks, Dictionary<long, Hdf5Chunk> found, long position, long address, long size, uint mask, long addressAt)
    {
        if (address == Hdf5Bytes.Undefined || position < 0 || position >= Count(bytes, chunks))
        {
            return;
        }

        _ = bytes.Slice(address, size, "a chunk");
        found[position] = new Hdf5Chunk(address, size, mask, -1, addressAt);
    }

    private static Dictionary<long, Hdf5Chunk> InOrder(Hdf5Bytes bytes, Hdf5Chunks chunks, long address)
    {
        Dictionary<long, Hdf5Chunk> found = [];
        if (address != Hdf5Bytes.Undefined)
        {
            long count = Count(bytes, chunks);
            if (count > (bytes.Length - address) / chunks.Bytes)
            {
                bytes.Fail(address, $"{count} chunks of {chunks.Bytes} bytes reach beyond the file's end");
            }

            for (long i = 0; i < count; i++)
            {
                Put(bytes, chunks, found, i, address + (i * chunks.Bytes), chunks.Bytes, 0, -1);
            }
        }

        return found;
    }

    private static Dictionary<long, Hdf5Chunk> FixedArray(Hdf5Bytes bytes, Hdf5Chunks chunks, long header, bool filtered)
    {
        Dictionary<long, Hdf5Chunk> found = [];
        if (header == Hdf5Bytes.Undefined)
        {
            return found;
        }

        bytes.Signature(header, "FAHD"u8, "an array of chunks");
        int entry = bytes.Byte(header + 6);
        int pageBits = bytes.Byte(header + 7);
        long count = bytes.LengthAt(header + 8, "the length of an array of chunks");
        long block = bytes.Offset(header + 8 + bytes.LengthSize);
        CheckEntry(bytes, header, entry, filtered);
        if (block == Hdf5Bytes.Undefined || count > Count(bytes, chunks) || pageBits > 40)
        {
            return block == Hdf5Bytes.Undefined ? found : throw bytes.Damaged(header, $"an array of {count} chunks is stated for {Count(bytes, chunks)}");
        }

        bytes.Signature(block, "FADB"u8, "a block of an array of chunks");
        long at = block + 6 + bytes.OffsetSize;
        long page = 1L << pageBits;
        if (count <= page)
        {
            Entries(bytes, chunks, found, at, entry, 0, count, filtered);
            return found;
        }

        // Pages behind a bitmap of those in use and a checksum; each page ends in a checksum.
        long pages = (count + page - 1) / page;
        ReadOnlySpan<byte> used = bytes.Slice(at, (pages + 7) / 8, "the pages of an array of chunks");
        at += used.Length + 4;
        for (long p = 0; p < pages; p++)
        {
            long inPage = Math.Min(page, count - (p * page));
            if ((used[(int)(p / 8)] & (0x80 >> (int)(p % 8))) != 0)
            {
                Entries(bytes, chunks, found, at, entry, p * page, inPage, filtered);
            }

            at += (page * entry) + 4;
        }

        return found;
    }

    private static Dictionary<long, Hdf5Chunk> ExtensibleArray(Hdf5Bytes bytes, Hdf5Chunks chunks, long header, bool filtered)
    {
        Dictionary<long, Hdf5Chunk> found = [];
        if (header == Hdf5Bytes.Undefined)
        {
            return found;
        }

        bytes.Signature(header, "EAHD"u8, "an array of chunks");
        int entry = bytes.Byte(header + 6);
        int direct = bytes.Byte(header + 8);
        long block = bytes.Offset(header + 12 + (6 * bytes.LengthSize));
        CheckEntry(bytes, header, entry, filtered);
        long count = Count(bytes, chunks);
        if (block == Hdf5Bytes.Undefined)
        {
            return found;
        }

        if (count > direct)
        {
            throw new UnsupportedModelException($"HDF5, byte {header + bytes.BaseAddress}: a dataset that can grow has {count} chunks; Pare reads up to {direct} of this kind. Repack the file: h5repack IN OUT", []);
        }

        bytes.Signature(block, "EAIB"u8, "a block of an array of chunks");
        Entries(bytes, chunks, found, block + 6 + bytes.OffsetSize, entry, 0, count, filtered);
        return found;
    }

    private static Dictionary<long, Hdf5Chunk> Tree(Hdf5Bytes bytes, Hdf5Chunks chunks, long header, bool filtered)
    {
        Dictionary<long, Hdf5Chunk> found = [];
        if (header == Hdf5Bytes.Undefined)
        {
            return found;
        }

        (int type, int recordSize, List<long> records) = BTree2.Read(bytes, header);
        int rank = chunks.Extents.Length;
        int sizeWidth = filtered ? recordSize - bytes.OffsetSize - 4 - (8 * rank) : 0;
        if (type != (filtered ? 11 : 10) || sizeWidth is < 0 or > 8 || (!filtered && recordSize != bytes.OffsetSize + (8 * rank)) || (filtered && sizeWidth == 0))
        {
            bytes.Fail(header, $"a B-tree of chunks has records of type {type} and {recordSize} bytes");
        }

        long[] place = new long[rank];
        foreach (long record in records)
        {
            long scaled = record + bytes.OffsetSize + (filtered ? sizeWidth + 4 : 0);
            for (int i = 0; i < rank; i++)
            {
                long index = bytes.Number(scaled + (8L * i), 8, "a chunk's place");
                place[i] = index < chunks.Grid[i] ? index * chunks.Extents[i] : -1;
            }

            if (Array.TrueForAll(place, p => p >= 0))
            {
                long size = filtered ? bytes.Number(record + bytes.OffsetSize, sizeWidth, "a chunk's size") : chunks.Bytes;
                uint mask = filtered ? bytes.UInt32(record + bytes.OffsetSize + sizeWidth) : 0;
                Put(bytes, chunks, found, chunks.Position(place), bytes.Offset(record), size, mask, -1);
            }
        }

        return found;
    }

    private static void Entries(Hdf5Bytes bytes, Hdf5Chunks chunks, Dictionary<long, Hdf5Chunk> found, long at, int entry, long first, long count, bool filtered)
    {
        _ = bytes.Slice(at, count * entry, "an array of chunks");
        int sizeWidth = entry - bytes.OffsetSize - 4;
        for (long i = 0; i < count; i++, at += entry)
        {
            long size = filtered ? bytes.Number(at + bytes.OffsetSize, sizeWidth, "a chunk's size") : chunks.Bytes;
            uint mask = filtered ? bytes.UInt32(at + bytes.OffsetSize + sizeWidth) : 0;
            Put(bytes, chunks, found, first + i, bytes.Offset(at), size, mask, -1);
        }
    }

    private static void CheckEntry(Hdf5Bytes bytes, long at, int entry, bool filtered)
    {
        if (filtered ? entry < bytes.OffsetSize + 5 || entry > bytes.OffsetSize + 12 : entry != bytes.OffsetSize)
        {
            bytes.Fail(at, $"an array of chunks has entries of {entry} bytes");
        }
    }

    private static long Count(Hdf5Bytes bytes, Hdf5Chunks chunks)
    {
        BigInteger count = chunks.Grid.Aggregate(BigInteger.One, (a, b) => a * b);
        return count <= bytes.Length * 1032L ? (long)count : throw bytes.Damaged(0, $"a dataset is cut into {count} chunks, more than the file can hold");
    }
}
