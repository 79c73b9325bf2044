namespace Pare.Evaluation;

/// <summary>A picture of 8-bit red, green and blue, row by row from the top, three bytes a pixel without padding. Immutable and thread-safe.</summary>
public sealed class RgbImage
{
    /// <summary>Bytes behind the last pixel, so that a pixel may be loaded as four bytes.</summary>
    private const int Slack = 1;

    private readonly byte[] _buffer;

    /// <summary>Creates a picture.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Red, green and blue of each pixel (copied).</param>
    /// <exception cref="ArgumentException">The bytes are not <c>3 * width * height</c>.</exception>
    public RgbImage(int width, int height, ReadOnlySpan<byte> pixels)
        : this(width, height)
    {
        if (pixels.Length != _buffer.Length - Slack)
        {
            throw new ArgumentException($"{pixels.Length} bytes are no picture of {width}x{height}: that takes {_buffer.Length - Slack}", nameof(pixels));
        }

        pixels.CopyTo(_buffer);
    }

    internal RgbImage(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        Width = width;
        Height = height;
        _buffer = GC.AllocateUninitializedArray<byte>(BufferLength(width, height));
    }

    private RgbImage(byte[] buffer, int width, int height)
    {
        Width = width;
        Height = height;
        _buffer = buffer;
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green and blue of each pixel.</summary>
    public ReadOnlySpan<byte> Pixels => _buffer.AsSpan(0, _buffer.Length - Slack);

    /// <summary>The pixels while the picture is being made; nobody else may hold it yet.</summary>
    internal Span<byte> Writable => _buffer.AsSpan(0, _buffer.Length - Slack);

    /// <summary>The pixels and the slack behind them.</summary>
    internal ReadOnlySpan<byte> Padded => _buffer;

    /// <summary>Takes over a buffer of <see cref="BufferLength"/> bytes.</summary>
    internal static RgbImage Adopt(byte[] buffer, int width, int height) => new(buffer, width, height);

    /// <summary>Length of the buffer of a picture.</summary>
    internal static int BufferLength(int width, int height) => checked((width * height * 3) + Slack);

    /// <summary>Makes a picture of one channel, such as a handwritten digit.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="gray">One byte a pixel, which becomes its red, green and blue.</param>
    /// <exception cref="ArgumentException">The bytes are not <c>width * height</c>.</exception>
    public static RgbImage FromGray(int width, int height, ReadOnlySpan<byte> gray)
    {
        RgbImage image = new(width, height);
        Span<byte> to = image.Writable;
        if (gray.Length * 3 != to.Length)
        {
            throw new ArgumentException($"{gray.Length} bytes are no one-channel picture of {width}x{height}", nameof(gray));
        }

        for (int i = 0; i < gray.Length; i++)
        {
            to.Slice(i * 3, 3).Fill(gray[i]);
        }

        return image;
    }

    /// <summary>A part of the picture.</summary>
    /// <param name="x">First column.</param>
    /// <param name="y">First row.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside.</exception>
    public RgbImage Crop(int x, int y, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Width - x);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, Height - y);
        if (width == Width && height == Height)
        {
            return this;
        }

        RgbImage part = new(width, height);
        for (int row = 0; row < height; row++)
        {
            Pixels.Slice((((y + row) * Width) + x) * 3, width * 3).CopyTo(part.Writable[(row * width * 3)..]);
        }

        return part;
    }

    /// <summary>
    /// The picture's brightness as red, green and blue alike: <c>(19595 R + 38470 G + 7471 B + 2^15) / 2^16</c> rounded down, the ITU-R BT.601 weights in 16-bit fixed
    /// point (as Pillow's mode L). A picture that is grey already stays as it is.
    /// </summary>
    public RgbImage ToGray()
    {
        RgbImage gray = new(Width, Height);
        ReadOnlySpan<byte> from = Pixels;
        Span<byte> to = gray.Writable;
        for (int i = 0; i < from.Length; i += 3)
        {
            byte l = (byte)(((from[i] * 19595) + (from[i + 1] * 38470) + (from[i + 2] * 7471) + 0x8000) >> 16);
            to.Slice(i, 3).Fill(l);
        }

        return gray;
    }
}
