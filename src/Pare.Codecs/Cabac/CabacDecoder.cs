using System.Runtime.CompilerServices;

namespace Pare.Codecs;

/// <summary>Undoes <see cref="CabacEncoder"/>. Everything that a decision changes stays in registers.</summary>
internal static unsafe class CabacDecoder
{
    /// <summary>Decodes a chunk.</summary>
    /// <param name="bytes">All bytes of the chunk; beyond the end come zeros, of which four are left out at most.</param>
    /// <param name="symbols">Where the symbols go.</param>
    /// <param name="contexts">Initial states; they learn.</param>
    /// <param name="rateClass">How fast they learn.</param>
    /// <param name="dependent">Whether contexts follow the trellis' states.</param>
    /// <returns>Bytes needed: more than there are and four, or fewer than there are, in damaged chunks.</returns>
    public static long Decode(ReadOnlySpan<byte> bytes, Span<int> symbols, Span<CabacContext> contexts, int rateClass, bool dependent)
    {
        (int fast, int slow) = CabacModel.Rates(rateClass);
        int before = 1;
        int state = 0;
        fixed (byte* start = bytes)
        fixed (CabacContext* c = contexts)
        {
            long at = 0;
            long end = bytes.Length;
            uint range = uint.MaxValue;
            uint code = 0;
            for (int k = 0; k < 4; k++)
            {
                code = code << 8 | (at < end ? start[at] : 0u);
                at++;
            }

            for (int i = 0; i < symbols.Length; i++)
            {
                int symbol = 0;
                if (Decision(c + CabacModel.Significance + before + 3 * (state & 1), ref range, ref code, start, ref at, end, fast, slow) == 0)
                {
                    before = 1;
                }
                else
                {
                    int negative = (int)Decision(c + CabacModel.Sign + before, ref range, ref code, start, ref at, end, fast, slow);
                    CabacContext* greater = c + CabacModel.Greater + negative * CabacModel.Flags;
                    uint v = 1;
                    while (v <= CabacModel.Flags && Decision(greater + v - 1, ref range, ref code, start, ref at, end, fast, slow) != 0)
                    {
                        v++;
                    }

                    if (v > CabacModel.Flags)
                    {
                        int length = 0;
                        while (length < 31 && Decision(c + CabacModel.Prefix + length, ref range, ref code, start, ref at, end, fast, slow) != 0)
                        {
                            length++;
                        }

                        uint rest = 1;
                        for (int left = length; left > 0;)
                        {
                            int bits = Math.Min(left, CabacModel.PlainBits);
                            left -= bits;
                            range >>= bits;
                            uint value = Math.Min(code / range, (1u << bits) - 1);
                            code -= value * range;
                            rest = rest << bits | value;
                            Renew(ref range, ref code, start, ref at, end);
                        }

                        v += rest - 1;
                    }

                    symbol = ((int)v ^ -negative) + negative;
                    before = 2 - 2 * negative;
                }

                symbols[i] = symbol;
                if (dependent)
                {
                    state = DependentStates.Next(state, symbol & 1);
                }
            }

            return at;
        }
    }

    // Whether code lies below the bound decides; the rest follows without a branch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Decision(CabacContext* context, ref uint range, ref uint code, byte* start, ref long at, long end, int fast, int slow)
    {
        uint bound = (range >> 15) * context->One;
        uint one = code < bound ? 1u : 0u;
        uint zero = one - 1;
        code -= bound & zero;
        range = bound + ((range - 2 * bound) & zero);
        context->Learn((int)one, fast, slow);
        Renew(ref range, ref code, start, ref at, end);
        return one;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Renew(ref uint range, ref uint code, byte* start, ref long at, long end)
    {
        while (range < 1 << 24)
        {
            range <<= 8;
            code = code << 8 | (at < end ? start[at] : 0u);
            at++;
        }
    }
}
