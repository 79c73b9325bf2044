namespace Pare.Codecs;

/// <summary>
/// Codes bytes of unknown structure densely, by context mixing and binary arithmetic coding in integers: graphs, names, tables, small arrays. Slow (a fifth of a megabyte
/// to one a second) in both directions. Stateless and thread-safe; the same bytes give the same code everywhere.
/// </summary>
public static class ByteCoder
{
    /// <summary>Most bytes that may be coded at once.</summary>
    public const int MaxLength = 1 << 22;

    /// <summary>Codes bytes.</summary>
    /// <param name="data">The bytes, at most <see cref="MaxLength"/>.</param>
    /// <param name="stride">Bytes of a column of records, 1 to 8; the decoder must be given the same.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are too many bytes, or the stride is none.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> data, int stride = 4)
    {
        Check(data.Length, stride);
        ByteSink sink = new(data.Length / 4);
        BinaryEncoder coder = new(sink);
        ByteModel model = new(data.Length, stride);
        foreach (byte b in data)
        {
            model.Code(ref coder, b);
        }

        coder.Finish();
        return sink.ToArray();
    }

    /// <summary>Decodes bytes.</summary>
    /// <param name="coded">All bytes that <see cref="Encode"/> gave.</param>
    /// <param name="destination">Where they go; its length must be that of the data.</param>
    /// <param name="stride">The stride given to <see cref="Encode"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The destination is too long, or the stride is none.</exception>
    /// <exception cref="CodecException">The bytes are damaged and it shows; damage that does not show gives wrong bytes.</exception>
    public static void Decode(ReadOnlyMemory<byte> coded, Span<byte> destination, int stride = 4)
    {
        ByteDecoder decoder = new(coded, destination.Length, stride);
        decoder.Decode(destination);
        decoder.Finish();
    }

    internal static void Check(int length, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stride, 8);
    }
}
