using System.Buffers.Binary;
using Pare.Formats.TensorBoard;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>
/// Reads a sorted table of keys and values (LevelDB's table format, which TensorFlow's checkpoints use for their index): blocks of entries whose keys share
/// prefixes, each with a compression type and a masked CRC-32C, an index block and a footer. Source: google/leveldb, doc/table_format.md.
/// </summary>
internal static class SortedTable
{
    private const ulong Magic = 0xDB4775248B80FB57;
    private const int FooterBytes = 48;
    private const int TrailerBytes = 5;

    // Keys that share long prefixes take more memory than bytes in the file; beyond this no real table goes.
    private const int KeyGrowth = 16;
    private const int FreeKeyBytes = 1 << 16;

    /// <summary>All entries.</summary>
    /// <exception cref="ModelFormatException">The table is damaged.</exception>
    public static Dictionary<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length < FooterBytes)
        {
            throw new ModelFormatException(TensorBundle.Label, $"the index has {file.Length} bytes; its footer alone takes {FooterBytes}");
        }

        int footerAt = file.Length - FooterBytes;
        ReadOnlySpan<byte> footer = file.Span[footerAt..];
        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(footer[40..]);
        if (magic != Magic)
        {
            throw new ModelFormatException(TensorBundle.Label, $"the index ends in 0x{magic:x16}, not in a table's magic number 0x{Magic:x16}", footerAt + 40);
        }

        int at = 0;
        _ = ReadHandle(footer, ref at, footerAt);
        (long offset, long size) = ReadHandle(footer, ref at, footerAt);
        Dictionary<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> result = new(ByteStrings.Comparer);
        long spent = 0;
        long limit = FreeKeyBytes + (KeyGrowth * (long)file.Length);
        foreach ((_, ReadOnlyMemory<byte> handle) in Entries(Block(file, offset, size), offset, limit, ref spent))
        {
            int position = 0;
            (long blockOffset, long blockSize) = ReadHandle(handle.Span, ref position, offset);
            foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in Entries(Block(file, blockOffset, blockSize), blockOffset, limit, ref spent))
            {
                if (!result.TryAdd(key, value))
                {
                    throw new ModelFormatException(TensorBundle.Label, "the index holds a key twice", blockOffset);
                }
            }
        }

        return result;
    }

    private static ReadOnlyMemory<byte> Block(ReadOnlyMemory<byte> file, long offset, long size)
    {
        if (offset < 0 || size < 0 || offset > file.Length - TrailerBytes || size > file.Length - TrailerBytes - offset)
        {
            throw new ModelFormatException(TensorBundle.Label, $"a block of the index is said to be {size} bytes at {offset}, but the index has {file.Length} bytes");
        }

        ReadOnlyMemory<byte> content = file.Slice((int)offset, (int)size);
        ReadOnlySpan<byte> trailer = file.Span.Slice((int)(offset + size), TrailerBytes);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(trailer[1..]);
        uint found = Crc32C.Mask(Crc32C.Compute(file.Span.Slice((int)offset, (int)size + 1)));
        if (found != expected)
        {
            throw new ModelFormatException(TensorBundle.Label, $"a block of the index has the checksum 0x{found:x8}, expected 0x{expected:x8}", offset);
        }

        return trailer[0] switch
        {
            0 => content,
            1 => SnappyBlock.Decompress(content.Span, offset),
            byte type => throw new ModelFormatException(TensorBundle.Label, $"a block of the index is compressed in the way {type}, which is not known", offset + size),
        };
    }

    private static List<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> Entries(ReadOnlyMemory<byte> block, long offset, long limit, ref long spent)
    {
        List<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> entries = [];
        ReadOnlySpan<byte> bytes = block.Span;
        long restarts = bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) : -1;
        long end = bytes.Length - 4 - (4 * restarts);
        if (restarts < 0 || end < 0)
        {
            throw new ModelFormatException(TensorBundle.Label, $"a block of {bytes.Length} bytes cannot hold {restarts} restart points", offset);
        }

        ReadOnlyMemory<byte> last = default;
        int at = 0;
        while (at < end)
        {
            long shared = (long)Varint(bytes, ref at, offset);
            long own = (long)Varint(bytes, ref at, offset);
            long length = (long)Varint(bytes, ref at, offset);
            if (shared < 0 || own < 0 || length < 0 || shared > last.Length || own > end - at || length > end - at - own)
            {
                throw new ModelFormatException(TensorBundle.Label, $"an entry at byte {at} of a block claims a key of {shared} + {own} and a value of {length} bytes, which the block does not hold", offset);
            }

            spent += shared + own;
            if (spent > limit)
            {
                throw new ModelFormatException(TensorBundle.Label, $"the index' keys take more than {limit} bytes, which no real table of its size does", offset);
            }

            byte[] key = new byte[shared + own];
            last.Span[..(int)shared].CopyTo(key);
            bytes.Slice(at, (int)own).CopyTo(key.AsSpan((int)shared));
            at += (int)own;
            entries.Add((key, block.Slice(at, (int)length)));
            at += (int)length;
            last = key;
        }

        return entries;
    }

    private static (long Offset, long Size) ReadHandle(ReadOnlySpan<byte> bytes, ref int at, long offset)
        => ((long)Varint(bytes, ref at, offset), (long)Varint(bytes, ref at, offset));

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at, long offset)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (at >= bytes.Length)
            {
                throw new ModelFormatException(TensorBundle.Label, "the index ends within a number", offset);
            }

            byte b = bytes[at++];
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
            {
                return value;
            }
        }

        throw new ModelFormatException(TensorBundle.Label, "a number of the index takes more than 10 bytes", offset);
    }
}
