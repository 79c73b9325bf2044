using System.Numerics;

namespace Pare.Codecs;

/// <summary>A dry run that counts decisions, for the initial states, and prices each rate class.</summary>
internal sealed class CabacTraining
{
    private const int Sample = 1 << 16;

    private readonly int[] _zeros = new int[CabacModel.Count];
    private readonly int[] _ones = new int[CabacModel.Count];

    /// <summary>Counts the decisions of symbols: evenly spread stretches where there are many.</summary>
    public CabacTraining(ReadOnlySpan<int> symbols, bool dependent)
    {
        int stretch = symbols.Length <= Sample ? symbols.Length : Sample / 8;
        for (int k = 0; k < (symbols.Length <= Sample ? 1 : 8); k++)
        {
            Count(symbols.Slice((int)((symbols.Length - stretch) / 7L * k), stretch), dependent);
        }
    }

    /// <summary>Initial state of a context in 31 steps of log-odds, -15 to 15; null if the context does not occur.</summary>
    public int? State(int context)
    {
        int n = _zeros[context] + _ones[context];
        return n == 0 ? null : (int)Math.Clamp(Math.Round(Math.Log((_ones[context] + 0.4) / (_zeros[context] + 0.4)) * 2.5), -15, 15);
    }

    /// <summary>Probability of 1, in 32,768ths, of a state: 32768 / (1 + exp(-state / 2.5)), from a table.</summary>
    public static int Probability(int state) => s_probabilities[state + 15];

    private static readonly ushort[] s_probabilities =
    [
        81, 121, 180, 267, 397, 589, 872, 1283, 1878, 2725, 3906, 5504, 7585, 10159, 13150, 16384, 19618, 22609, 25183, 27264, 28862, 30043, 30890, 31485, 31896, 32179, 32371,
        32501, 32588, 32647, 32687,
    ];

    private void Count(ReadOnlySpan<int> symbols, bool dependent)
    {
        int before = 1;
        int state = 0;
        foreach (int symbol in symbols)
        {
            Note(CabacModel.Significance + before + 3 * (state & 1), symbol != 0);
            if (symbol != 0)
            {
                int negative = symbol < 0 ? 1 : 0;
                Note(CabacModel.Sign + before, symbol < 0);
                uint magnitude = negative != 0 ? 0 - (uint)symbol : (uint)symbol;
                uint v = 1;
                for (; v <= CabacModel.Flags; v++)
                {
                    Note(CabacModel.Greater + negative * CabacModel.Flags + (int)v - 1, magnitude > v);
                    if (magnitude <= v)
                    {
                        break;
                    }
                }

                if (v > CabacModel.Flags)
                {
                    int length = 31 - BitOperations.LeadingZeroCount(magnitude - v + 1);
                    for (int k = 0; k <= length && k < 31; k++)
                    {
                        Note(CabacModel.Prefix + k, k < length);
                    }
                }
            }

            before = symbol == 0 ? 1 : symbol < 0 ? 0 : 2;
            if (dependent)
            {
                state = DependentStates.Next(state, symbol & 1);
            }
        }
    }

    private void Note(int context, bool one) => (one ? _ones : _zeros)[context]++;
}
