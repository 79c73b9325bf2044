using System.Buffers.Binary;
using System.IO.Compression;

namespace Pare.Evaluation;

/// <summary>Writes 8-bit PNG files: true colour, or indexed where the picture has few colours. Deterministic. Thread-safe.</summary>
public static class PngWriter
{
    private static readonly uint[] s_crcTable = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    /// <summary>Encodes a picture in true colour, each row with the filter of the least absolute sum.</summary>
    public static byte[] Encode(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        int stride = image.Width * 3;
        byte[] raw = new byte[checked((stride + 1) * image.Height)];
        Span<byte> candidate = new byte[stride];
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> row = image.Pixels.Slice(y * stride, stride);
            ReadOnlySpan<byte> above = y > 0 ? image.Pixels.Slice((y - 1) * stride, stride) : default;
            Span<byte> to = raw.AsSpan(y * (stride + 1), stride + 1);
            long best = long.MaxValue;
            for (byte filter = 0; filter < 5; filter++)
            {
                long sum = Filter(filter, row, above, candidate);
                if (sum < best)
                {
                    best = sum;
                    to[0] = filter;
                    candidate.CopyTo(to[1..]);
                }
            }
        }

        return Assemble(image.Width, image.Height, 2, 8, null, raw);
    }

    /// <summary>Encodes a picture of few colours as indices into a palette, 1, 2, 4 or 8 bits each.</summary>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="palette">Red, green and blue of each colour; 1 to 256 colours.</param>
    /// <param name="indices">One index a pixel, each below the number of colours.</param>
    /// <exception cref="ArgumentException">The palette or the indices do not fit.</exception>
    public static byte[] EncodeIndexed(int width, int height, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> indices)
    {
        int colors = palette.Length / 3;
        if (palette.Length % 3 != 0 || colors is < 1 or > 256)
        {
            throw new ArgumentException($"a palette of {palette.Length} bytes is none of 1 to 256 colours", nameof(palette));
        }

        if (indices.Length != (long)width * height || indices.ContainsAnyInRange((byte)Math.Min(colors, 255), (byte)255) && colors < 256)
        {
            throw new ArgumentException($"the indices are not {width}x{height} numbers below {colors}", nameof(indices));
        }

        int bits = colors <= 2 ? 1 : colors <= 4 ? 2 : colors <= 16 ? 4 : 8;
        int stride = (int)(((long)width * bits) + 7) / 8;
        byte[] raw = new byte[checked((stride + 1) * height)];
        for (int y = 0; y < height; y++)
        {
            Span<byte> to = raw.AsSpan((y * (stride + 1)) + 1, stride);
            for (int x = 0; x < width; x++)
            {
                to[x * bits / 8] |= (byte)(indices[(y * width) + x] << (8 - bits - (x * bits % 8)));
            }
        }

        return Assemble(width, height, 3, bits, palette.ToArray(), raw);
    }

    private static long Filter(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> to)
    {
        long sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            int a = i >= 3 ? row[i - 3] : 0;
            int b = above.IsEmpty ? 0 : above[i];
            int c = i >= 3 && !above.IsEmpty ? above[i - 3] : 0;
            int predicted = filter switch
            {
                0 => 0,
                1 => a,
                2 => b,
                3 => (a + b) / 2,
                _ => Paeth(a, b, c),
            };
            byte d = (byte)(row[i] - predicted);
            to[i] = d;
            sum += Math.Abs((int)(sbyte)d);
        }

        return sum;
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c;
        (int pa, int pb, int pc) = (Math.Abs(p - a), Math.Abs(p - b), Math.Abs(p - c));
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    private static byte[] Assemble(int width, int height, byte colorType, int bits, byte[]? palette, byte[] raw)
    {
        using MemoryStream png = new();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)bits;
        header[9] = colorType;
        WriteChunk(png, "IHDR"u8, header);
        if (palette is not null)
        {
            WriteChunk(png, "PLTE"u8, palette);
        }

        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(raw);
        }

        WriteChunk(png, "IDAT"u8, packed.ToArray());
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            crc = s_crcTable[(crc ^ b) & 255] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint CrcOf(int value)
    {
        uint c = (uint)value;
        for (int k = 0; k < 8; k++)
        {
            c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        }

        return c;
    }
}
