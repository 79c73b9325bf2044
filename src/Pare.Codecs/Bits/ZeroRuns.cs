namespace Pare.Codecs;

/// <summary>
/// Sparse symbols as runs of zeros: before every symbol that is not zero, and before the end, the number of zeros, both as variable-length bytes (seven bits a byte, lowest first; symbols
/// zigzag-folded). Meant for very sparse tensors and as input of other coders. Stateless and thread-safe.
/// </summary>
public static class ZeroRuns
{
    /// <summary>Codes symbols.</summary>
    /// <returns>The coded bytes, without the number of symbols; none for zeros alone.</returns>
    public static byte[] Encode(ReadOnlySpan<int> symbols)
    {
        ByteSink sink = new();
        uint run = 0;
        foreach (int symbol in symbols)
        {
            if (symbol == 0)
            {
                run++;
                continue;
            }

            Write(sink, run);
            Write(sink, (uint)((symbol << 1) ^ (symbol >> 31)));
            run = 0;
        }

        return sink.ToArray();
    }

    /// <summary>Decodes symbols.</summary>
    /// <param name="bytes">What <see cref="Encode"/> gave.</param>
    /// <param name="symbols">Where they go; its length is their number.</param>
    /// <exception cref="CodecException">The bytes are damaged and it shows.</exception>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<int> symbols)
    {
        symbols.Clear();
        int at = 0;
        int place = 0;
        while (at < bytes.Length)
        {
            int start = at;
            uint run = Read(bytes, ref at);
            if (run >= (uint)(symbols.Length - place))
            {
                throw new CodecException("runs", $"a run of {run} zeros and a symbol, {symbols.Length - place} symbols are left", start);
            }

            uint folded = Read(bytes, ref at);
            place += (int)run;
            symbols[place++] = (int)(folded >> 1) ^ -(int)(folded & 1);
        }
    }

    private static void Write(ByteSink sink, uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            sink.Add((byte)(value | 0x80));
        }

        sink.Add((byte)value);
    }

    private static uint Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if (at >= bytes.Length)
            {
                throw new CodecException("runs", "a number ends early", at);
            }

            byte next = bytes[at++];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new CodecException("runs", "a number has more than five bytes", at);
    }
}
