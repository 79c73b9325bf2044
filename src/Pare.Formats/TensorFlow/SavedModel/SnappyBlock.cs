using System.Buffers.Binary;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Unpacks Snappy's raw block format, in which tables may keep their blocks. Source: google/snappy, format_description.txt.</summary>
internal static class SnappyBlock
{
    // Three bytes copy at most 64.
    private const int MostAByte = 64;

    /// <exception cref="ModelFormatException">The block is damaged or claims more than it can hold.</exception>
    public static byte[] Decompress(ReadOnlySpan<byte> block, long offset)
    {
        int at = 0;
        ulong length = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (at >= block.Length || shift > 28)
            {
                throw Damaged("it does not begin with its length", offset);
            }

            length |= (ulong)(block[at] & 127) << shift;
            if (block[at++] < 128)
            {
                break;
            }
        }

        if (length > (ulong)block.Length * MostAByte)
        {
            throw Damaged($"it claims {length} bytes, which {block.Length} cannot hold", offset);
        }

        byte[] result = new byte[length];
        int done = 0;
        while (at < block.Length)
        {
            int tag = block[at++];
            int kind = tag & 3;
            if (kind == 0)
            {
                int size = (tag >> 2) + 1;
                if (size > 60)
                {
                    int bytes = size - 60;
                    if (block.Length - at < bytes)
                    {
                        throw Damaged("it ends within a length", offset);
                    }

                    long more = Number(block.Slice(at, bytes)) + 1;
                    at += bytes;
                    size = more > int.MaxValue ? int.MaxValue : (int)more;
                }

                if (size > block.Length - at || size > result.Length - done)
                {
                    throw Damaged($"a literal of {size} bytes does not fit", offset);
                }

                block.Slice(at, size).CopyTo(result.AsSpan(done));
                at += size;
                done += size;
                continue;
            }

            int width = kind switch { 1 => 1, 2 => 2, _ => 4 };
            if (block.Length - at < width)
            {
                throw Damaged("it ends within a copy", offset);
            }

            long back = kind == 1 ? ((tag >> 5) << 8) | block[at] : Number(block.Slice(at, width));
            int count = kind == 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
            at += width;
            if (back == 0 || back > done || count > result.Length - done)
            {
                throw Damaged($"a copy of {count} bytes from {back} before byte {done} does not fit", offset);
            }

            // Byte by byte: source and target may overlap, which repeats.
            for (int i = 0; i < count; i++, done++)
            {
                result[done] = result[done - (int)back];
            }
        }

        return done == result.Length ? result : throw Damaged($"it holds {done} bytes, not the {length} it claims", offset);
    }

    private static long Number(ReadOnlySpan<byte> bytes)
    {
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        bytes.CopyTo(wide);
        return BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    private static ModelFormatException Damaged(string why, long offset) => new(TensorBundle.Label, $"a compressed block is damaged: {why}", offset);
}
