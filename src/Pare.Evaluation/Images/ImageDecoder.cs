using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Evaluation;

/// <summary>
/// Reads JPEG, PNG, GIF, BMP and WebP pictures as a person would see them: one-channel and palette pictures as colour, CMYK turned to RGB, 16 bits a channel reduced to 8,
/// EXIF rotation applied, the first frame of an animation, transparent parts on white. Colour profiles and gamma are ignored, as the training pipelines of TensorFlow and
/// Pillow do. Thread-safe.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Rows decoded at a time where the format allows it.</summary>
    private const int StripRows = 64;

    /// <summary>Bytes that are allocated before the first rows were read.</summary>
    private const int FirstBuffer = 1 << 20;

    /// <summary>
    /// Most pixels that a byte of a file can stand for, above <see cref="FreePixels"/>. Of JPEG this is a law: a block of 64 takes at least a bit (a progressive scan of DC
    /// coefficients, one-bit codes); flat pictures in other formats may be smaller, but no photos are. A header that claims more was cut short or tampered with.
    /// </summary>
    private const long PixelsPerByte = 512;

    /// <summary>Pixels that any file may claim; PNG guards its header by a checksum and is exempt.</summary>
    private const long FreePixels = 4_000_000;

    /// <summary>Reads a picture from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ModelFormatException">The file is no picture, is damaged, or is beyond the limits; the message names the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static RgbImage DecodeFile(string path, ImageDecodeOptions? options = null)
    {
        options ??= ImageDecodeOptions.Default;
        return Decode(BoundedFile.ReadAllBytes(path, options.MaxBytes, "picture"), path, options);
    }

    /// <summary>Reads a picture from the bytes of its file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ModelFormatException">The bytes are no picture, are damaged, or are beyond the limits.</exception>
    public static RgbImage Decode(ReadOnlyMemory<byte> bytes, string name, ImageDecodeOptions? options = null)
    {
        options ??= ImageDecodeOptions.Default;
        string format = ImageSignature.Identify(bytes.Span)
            ?? throw new ModelFormatException("picture", bytes.Length == 0 ? "the file is empty" : "the content is none of JPEG, PNG, GIF, BMP, WebP", file: name);
        if (bytes.Length > options.MaxBytes)
        {
            throw new ModelFormatException(format, $"{bytes.Length} bytes are more than the limit of {options.MaxBytes}", file: name);
        }

        using MemoryHandle pin = bytes.Pin();
        using SkiaCodec codec = SkiaCodec.TryCreate(pin, bytes.Length) ?? throw new ModelFormatException(format, "the header is damaged", file: name);
        (int width, int height) = (codec.Width, codec.Height);
        if (width < 1 || height < 1 || (long)width * height > options.MaxPixels)
        {
            throw new ModelFormatException(format, $"{width}x{height} pixels are beyond the limit of {options.MaxPixels}", file: name);
        }

        if (format != "PNG" && (long)width * height > (format == "JPEG" ? 0 : FreePixels) + (bytes.Length * PixelsPerByte))
        {
            throw new ModelFormatException(format, $"{bytes.Length} bytes cannot hold the {width}x{height} pixels of the header: the file is cut short or damaged", file: name);
        }

        RgbImage image = codec.TryStartRows() ? DecodeInStrips(codec, format, name) : DecodeAtOnce(codec, format, name);
        return ImageOrientation.Apply(image, codec.Origin);
    }

    private static RgbImage DecodeInStrips(SkiaCodec codec, string format, string name)
    {
        (int width, int height, bool opaque) = (codec.Width, codec.Height, codec.IsOpaque);
        int rows = Math.Min(StripRows, height);
        int stride = checked(width * 4);
        int whole = RgbImage.BufferLength(width, height);
        byte[] strip = ArrayPool<byte>.Shared.Rent(checked(stride * rows));

        // Grows with the rows that are really there, whatever the header claims.
        byte[] buffer = new byte[Math.Min(whole, Math.Max(FirstBuffer, width * rows * 3))];
        try
        {
            for (int y = 0; y < height; y += rows)
            {
                int n = Math.Min(rows, height - y);
                int got = codec.ReadRows(strip, n);
                if (got < n)
                {
                    throw new ModelFormatException(format, $"the data end or are damaged after {y + Math.Max(0, got)} of {height} rows", file: name);
                }

                int end = (y + n) * width * 3;
                if (end > buffer.Length)
                {
                    Array.Resize(ref buffer, (int)Math.Min(whole, Math.Max(end, buffer.Length * 2L)));
                }

                ToRgb(strip.AsSpan(0, stride * n), buffer.AsSpan(y * width * 3, n * width * 3), opaque);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(strip);
        }

        Array.Resize(ref buffer, whole);
        return RgbImage.Adopt(buffer, width, height);
    }

    private static RgbImage DecodeAtOnce(SkiaCodec codec, string format, string name)
    {
        // Not pooled: a picture of this kind may be large, and what Skia leaves unwritten must be transparent.
        byte[] whole = new byte[checked(codec.Width * codec.Height * 4)];
        SkiaCodecResult result = codec.ReadAll(whole);
        if (result != SkiaCodecResult.Success)
        {
            string what = result == SkiaCodecResult.IncompleteInput ? "the data end early" : $"the data are damaged ({result})";
            throw new ModelFormatException(format, what, file: name);
        }

        RgbImage image = new(codec.Width, codec.Height);
        ToRgb(whole, image.Writable, codec.IsOpaque);
        return image;
    }

    private static void ToRgb(ReadOnlySpan<byte> rgba, Span<byte> rgb, bool opaque)
    {
        ReadOnlySpan<uint> pixels = MemoryMarshal.Cast<byte, uint>(rgba);
        for (int i = 0, o = 0; i < pixels.Length; i++, o += 3)
        {
            uint p = pixels[i];
            uint alpha = p >> 24;
            if (!opaque && alpha != 255)
            {
                p = OnWhite(p, alpha);
            }

            rgb[o] = (byte)p;
            rgb[o + 1] = (byte)(p >> 8);
            rgb[o + 2] = (byte)(p >> 16);
        }
    }

    /// <summary>Composites a pixel over white: <c>c a + 255 (1 - a)</c>, rounded to nearest.</summary>
    private static uint OnWhite(uint p, uint alpha)
    {
        uint Mix(uint c) => ((c * alpha) + (255 * (255 - alpha)) + 127) / 255;
        return Mix(p & 255) | (Mix((p >> 8) & 255) << 8) | (Mix((p >> 16) & 255) << 16);
    }
}
