using System.Numerics;

namespace Pare.Codecs;

/// <summary>
/// Binarisation and contexts of DeepCABAC (ISO 15938-17): significance by the sign of the weight before (and by the quantizer, if it is a trellis'), sign by that
/// sign too, ten "greater than" flags by the sign, then an exponential Golomb code whose prefix is adaptive.
/// </summary>
internal static class CabacModel
{
    public const int Flags = 10;
    public const int Significance = 0;
    public const int Sign = Significance + 6;
    public const int Greater = Sign + 3;
    public const int Prefix = Greater + 2 * Flags;
    public const int Count = Prefix + 32;

    /// <summary>How fast the two estimates learn, for each rate class.</summary>
    public static (int Fast, int Slow) Rates(int rateClass) => rateClass switch { 0 => (4, 7), 1 => (5, 8), 2 => (3, 6), _ => (5, 10) };

    /// <summary>Codes symbols.</summary>
    public static void Encode(ReadOnlySpan<int> symbols, ref RangeEncoder coder, scoped Span<CabacContext> contexts, int rateClass, bool dependent)
    {
        (int fast, int slow) = Rates(rateClass);
        int before = 1;
        int state = 0;
        foreach (int symbol in symbols)
        {
            int significance = Significance + before + 3 * (state & 1);
            if (symbol == 0)
            {
                coder.Encode(ref contexts[significance], 0, fast, slow);
                before = 1;
            }
            else
            {
                coder.Encode(ref contexts[significance], 1, fast, slow);
                int negative = symbol < 0 ? 1 : 0;
                coder.Encode(ref contexts[Sign + before], negative, fast, slow);
                uint magnitude = negative != 0 ? 0 - (uint)symbol : (uint)symbol;
                int greater = Greater + negative * Flags;
                uint v = 1;
                while (v <= Flags)
                {
                    int more = magnitude > v ? 1 : 0;
                    coder.Encode(ref contexts[greater + (int)v - 1], more, fast, slow);
                    if (more == 0)
                    {
                        break;
                    }

                    v++;
                }

                if (v > Flags)
                {
                    uint rest = magnitude - v + 1;
                    int length = 31 - BitOperations.LeadingZeroCount(rest);
                    for (int k = 0; k < 31; k++)
                    {
                        coder.Encode(ref contexts[Prefix + k], k < length ? 1 : 0, fast, slow);
                        if (k >= length)
                        {
                            break;
                        }
                    }

                    coder.EncodePlain(rest & ((1u << length) - 1), length);
                }

                before = negative != 0 ? 0 : 2;
            }

            if (dependent)
            {
                state = DependentStates.Next(state, symbol & 1);
            }
        }
    }

    /// <summary>Decodes symbols.</summary>
    public static void Decode(Span<int> symbols, ref RangeDecoder coder, scoped Span<CabacContext> contexts, int rateClass, bool dependent)
    {
        (int fast, int slow) = Rates(rateClass);
        int before = 1;
        int state = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            int symbol = 0;
            if (coder.Decode(ref contexts[Significance + before + 3 * (state & 1)], fast, slow) == 0)
            {
                before = 1;
            }
            else
            {
                int negative = coder.Decode(ref contexts[Sign + before], fast, slow);
                int greater = Greater + negative * Flags;
                uint v = 1;
                while (v <= Flags && coder.Decode(ref contexts[greater + (int)v - 1], fast, slow) != 0)
                {
                    v++;
                }

                if (v > Flags)
                {
                    int length = 0;
                    while (length < 31 && coder.Decode(ref contexts[Prefix + length], fast, slow) != 0)
                    {
                        length++;
                    }

                    v += ((1u << length) | coder.DecodePlain(length)) - 1;
                }

                symbol = (int)(negative != 0 ? 0 - v : v);
                before = negative != 0 ? 0 : 2;
            }

            symbols[i] = symbol;
            if (dependent)
            {
                state = DependentStates.Next(state, symbol & 1);
            }
        }
    }
}
