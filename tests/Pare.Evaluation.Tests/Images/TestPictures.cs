using System.Buffers.Binary;
using SkiaSharp;

namespace Pare.Evaluation.Tests;

/// <summary>Small pictures of every kind, encoded for tests.</summary>
internal static class TestPictures
{
    /// <summary>A gradient in which every pixel tells its place.</summary>
    public static RgbImage Gradient(int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++)
        {
            pixels[i * 3] = (byte)(i % width * 255 / Math.Max(1, width - 1));
            pixels[(i * 3) + 1] = (byte)(i / width * 255 / Math.Max(1, height - 1));
            pixels[(i * 3) + 2] = (byte)(i * 37);
        }

        return new RgbImage(width, height, pixels);
    }

    public static byte[] Encode(RgbImage image, SKEncodedImageFormat format, int quality = 95)
    {
        using SKBitmap bitmap = new(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            bitmap.SetPixel(i % image.Width, i / image.Width, new SKColor(image.Pixels[i * 3], image.Pixels[(i * 3) + 1], image.Pixels[(i * 3) + 2]));
        }

        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>A JPEG with an EXIF block that gives the orientation.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg.AsSpan(0, 2), .. exif, .. jpeg.AsSpan(2)];
    }

    /// <summary>An uncompressed 24-bit BMP, rows from the bottom.</summary>
    public static byte[] Bmp(RgbImage image)
    {
        int stride = ((image.Width * 3) + 3) / 4 * 4;
        byte[] bmp = new byte[54 + (stride * image.Height)];
        "BM"u8.CopyTo(bmp);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(2), bmp.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), image.Width);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), image.Height);
        bmp[26] = 1;
        bmp[28] = 24;
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                ReadOnlySpan<byte> p = image.Pixels.Slice(((y * image.Width) + x) * 3, 3);
                int at = 54 + ((image.Height - 1 - y) * stride) + (x * 3);
                (bmp[at], bmp[at + 1], bmp[at + 2]) = (p[2], p[1], p[0]);
            }
        }

        return bmp;
    }

    /// <summary>Two frames of one pixel by one, the first red, the second blue.</summary>
    public static byte[] AnimatedGif()
    {
        static byte[] Frame(byte code) => [0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, code, 0x01, 0];
        return
        [
            .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255,
            0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0, .. Frame(0x44), .. Frame(0x4C), 0x3B,
        ];
    }

    /// <summary>A PNG made chunk by chunk: any colour type and depth.</summary>
    public static byte[] Png(int width, int height, byte colorType, byte depth, byte[] raw, byte[]? palette = null)
    {
        using MemoryStream png = new();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Chunk(png, "IHDR"u8, [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, depth, colorType, 0, 0, 0]);
        if (palette is not null)
        {
            Chunk(png, "PLTE"u8, palette);
        }

        using MemoryStream packed = new();
        using (System.IO.Compression.ZLibStream z = new(packed, System.IO.Compression.CompressionLevel.Optimal, true))
        {
            z.Write(raw);
        }

        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>A baseline JPEG of one block, four components as Adobe writes CMYK (inverted): one-bit Huffman codes, DC only.</summary>
    /// <param name="levels">What each component decodes to, 0 to 255 in steps of 8.</param>
    public static byte[] CmykJpeg(params byte[] levels)
    {
        using MemoryStream jpeg = new();
        jpeg.Write([0xFF, 0xD8, 0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]);
        jpeg.Write([0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64)]);
        jpeg.Write([0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]);

        // DC categories 0 to 11, all codes of four bits; AC: end of block as the code 0.
        jpeg.Write([0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        jpeg.Write([0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        jpeg.Write([0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]);
        ulong bits = 0;
        int count = 0;
        void Put(int value, int n)
        {
            bits = (bits << n) | (uint)value;
            count += n;
        }

        foreach (byte level in levels)
        {
            int dc = level - 128;
            int category = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Math.Abs(dc));
            Put(category, 4);
            Put(dc < 0 ? dc + (1 << category) - 1 : dc, category);
            Put(0, 1);
        }

        int pad = (8 - (count % 8)) % 8;
        Put((1 << pad) - 1, pad);
        for (int i = count - 8; i >= 0; i -= 8)
        {
            byte b = (byte)(bits >> i);
            jpeg.WriteByte(b);
            if (b == 0xFF)
            {
                jpeg.WriteByte(0);
            }
        }

        jpeg.Write([0xFF, 0xD9]);
        return jpeg.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] body = [.. type, .. data];
        png.Write(body);
        uint crc = uint.MaxValue;
        foreach (byte b in body)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++)
            {
                crc = (crc & 1) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        png.Write(number);
    }
}
