namespace Pare.Codecs;

/// <summary>
/// Interleaved rANS (J. Duda, 2009; 32-bit states, 16-bit words): symbol i belongs to lane i mod L, each lane has a state of its own, and all lanes share one
/// stream of words, so that a decoder can advance many lanes at once.
/// </summary>
internal static class RansEncoder
{
    /// <summary>Smallest state of a lane, and its first.</summary>
    public const uint Lowest = 1 << 16;

    /// <summary>Symbols that share a table.</summary>
    public const int BlockSize = 8192;

    /// <summary>Codes symbols from the last to the first; the words come out in the order the decoder reads them.</summary>
    /// <param name="symbols">The symbols.</param>
    /// <param name="tables">The table of each block of <see cref="BlockSize"/> symbols.</param>
    /// <param name="states">One a lane; set here, they are what the decoder starts with.</param>
    /// <param name="words">Room for as many words as there are symbols; filled from the end.</param>
    /// <returns>Index of the first word.</returns>
    public static int Encode(ReadOnlySpan<byte> symbols, RansTable[] tables, Span<uint> states, Span<ushort> words)
    {
        states.Fill(Lowest);
        int at = words.Length;
        int lanes = states.Length;
        for (int block = tables.Length - 1; block >= 0; block--)
        {
            RansTable table = tables[block];
            ReadOnlySpan<int> frequencies = table.Frequencies;
            ReadOnlySpan<int> starts = table.Starts;
            int first = block * BlockSize;
            for (int i = Math.Min(symbols.Length, first + BlockSize) - 1; i >= first; i--)
            {
                ref uint state = ref states[i & (lanes - 1)];
                uint x = state;
                uint f = (uint)frequencies[symbols[i]];
                if ((ulong)x >= (ulong)f << 20)
                {
                    words[--at] = (ushort)x;
                    x >>= 16;
                }

                uint q = x / f;
                state = (q << RansTable.Bits) + (x - q * f) + (uint)starts[symbols[i]];
            }
        }

        return at;
    }
}
