using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>
/// Cuts little-endian floats, rotated left by one bit so that the sign is the lowest, into the highest byte (exponent, and in binary16 the first bits of the mantissa), which neighbours predict, and the
/// others, which nothing does.
/// </summary>
internal static class FloatParts
{
    /// <summary>The highest bytes.</summary>
    public static int[] Symbols(ReadOnlySpan<byte> floats, int width)
    {
        int[] symbols = new int[floats.Length / width];
        for (int k = 0; k < symbols.Length; k++)
        {
            ReadOnlySpan<byte> own = floats.Slice(k * width, width);
            symbols[k] = (byte)(own[^1] << 1 | own[^2] >> 7);
        }

        return symbols;
    }

    /// <summary>Appends floats to a stream: first the highest bytes as symbols, then the planes of the others, lowest first, as they are.</summary>
    public static void Encode(SymbolGroupEncoder encoder, ReadOnlySpan<byte> floats, int width, SymbolLayout layout)
    {
        encoder.Append(Symbols(floats, width), layout);
        byte[] plane = new byte[layout.Count];
        for (int lane = 0; lane < width - 1; lane++)
        {
            int below = (lane + width - 1) % width;
            for (int k = 0; k < plane.Length; k++)
            {
                plane[k] = (byte)(floats[k * width + lane] << 1 | floats[k * width + below] >> 7);
            }

            encoder.AppendPlain(plane);
        }
    }

    /// <summary>Takes floats from a stream whose symbols are decoded already.</summary>
    public static void Decode(SymbolGroupDecoder decoder, ReadOnlySpan<int> symbols, int width, Span<byte> floats)
    {
        int count = symbols.Length;
        byte[] planes = new byte[width * count];
        decoder.DecodePlain(planes.AsSpan(0, (width - 1) * count));
        for (int k = 0; k < count; k++)
        {
            planes[(width - 1) * count + k] = (byte)symbols[k];
        }

        for (int lane = 0; lane < width; lane++)
        {
            int above = (lane + 1) % width;
            for (int k = 0; k < count; k++)
            {
                floats[k * width + lane] = (byte)(planes[lane * count + k] >> 1 | planes[above * count + k] << 7);
            }
        }
    }
}
