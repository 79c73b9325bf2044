using System.Numerics;
using System.Runtime.Intrinsics;

namespace Pare.Codecs;

/// <summary>The decisions that a symbol is made of, and their contexts: everything that the tensors of a group share.</summary>
internal sealed class SymbolModel
{
    // Decisions: 0 zero flag, 1 sign, 2 to 15 "larger than k", 16 to 47 length of the rest, then the first bits of the rest.
    private const int FirstLength = 16;
    private const int FirstMantissa = FirstLength + 32;
    private const int Decisions = FirstMantissa + 32 * 8;
    private const int Contexts = 128;
    private const int WeightSets = 48;

    private readonly int[] _contexts = new int[MixingModel.Inputs];

    /// <summary>The probabilities and weights.</summary>
    public MixingModel Mixing { get; } = new(MixingModel.Inputs * Contexts * Decisions, WeightSets);

    /// <summary>Contexts of the zero flag and the magnitude, each 0 to 127.</summary>
    public Span<int> MagnitudeContexts => _contexts;

    /// <summary>Contexts of the sign, each 0 to 127.</summary>
    public int[] SignContexts { get; } = new int[MixingModel.Inputs];

    /// <summary>Probability of "zero" in 65,536ths at the contexts now set.</summary>
    public int LastZero { get; private set; }

    /// <summary>Codes a symbol.</summary>
    public int Code<TCoder>(ref TCoder coder, int symbol, int unary)
        where TCoder : struct, IBinaryCoder
    {
        int zero = Mixing.Code(ref coder, symbol == 0 ? 1 : 0, Places(_contexts), 0);
        LastZero = Mixing.LastOne;
        if (zero != 0)
        {
            return 0;
        }

        int negative = Mixing.Code(ref coder, symbol < 0 ? 1 : 0, Places(SignContexts) + Vector256<int>.One, 1);

        uint magnitude = symbol < 0 ? (uint)-(long)symbol : (uint)symbol;
        uint found = 1;
        _contexts[0] = negative;
        Vector256<int> places = Places(_contexts);
        while (found <= unary)
        {
            int decision = 1 + (int)found;
            if (Mixing.Code(ref coder, magnitude > found ? 1 : 0, places + Vector256.Create(decision), decision) == 0)
            {
                break;
            }

            found++;
        }

        if (found > unary)
        {
            found += CodeRest(ref coder, places, magnitude - found);
        }

        _contexts[0] = 0;
        return negative != 0 ? (int)-(long)found : (int)found;
    }

    // Exponential Golomb: how many bits the rest plus one has, in unary; then these bits, of which the first three are modelled.
    private uint CodeRest<TCoder>(ref TCoder coder, Vector256<int> places, uint rest)
        where TCoder : struct, IBinaryCoder
    {
        ulong value = (ulong)rest + 1;
        int length = 63 - BitOperations.LeadingZeroCount(value);
        int found = 0;
        while (found < 31)
        {
            int decision = FirstLength + found;
            if (Mixing.Code(ref coder, length > found ? 1 : 0, places + Vector256.Create(decision), Math.Min(decision, WeightSets - 2)) == 0)
            {
                break;
            }

            found++;
        }

        ulong result = 1;
        int node = 1;
        for (int k = found - 1; k >= 0; k--)
        {
            int bit = (int)(value >> k) & 1;
            if (found - 1 - k < 3)
            {
                bit = Mixing.Code(ref coder, bit, places + Vector256.Create(FirstMantissa + found * 8 + node), WeightSets - 1);
                node = node * 2 + bit;
            }
            else
            {
                bit = coder.Code(bit, 1 << 15);
            }

            result = (result << 1) | (uint)bit;
        }

        return (uint)(result - 1);
    }

    // Where the slots of the eight contexts' decisions start.
    private static Vector256<int> Places(int[] contexts) =>
        (Vector256.Create(contexts) + Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7) * Contexts) * Decisions;
}
