namespace Pare.Codecs;

/// <summary>The profiles worth a trial for a tensor.</summary>
internal static class SymbolProfiles
{
    /// <summary>A profile that is never far off.</summary>
    public static SymbolProfile Quick(int[] symbols)
    {
        int offset = Offset(symbols);
        return new SymbolProfile(0, MeanMagnitude(symbols, offset) > 5 ? 2 : 0, false, 0, offset);
    }

    /// <summary>What to try, one property of the best profile so far after the other.</summary>
    public static IEnumerable<Func<SymbolProfile, IEnumerable<SymbolProfile>>> Stages(int[] symbols, SymbolLayout layout)
    {
        bool kernels = layout.Height * layout.Width > 1 && layout.Inputs > 1;
        yield return best => (kernels ? new[] { 1, 2, 3 } : layout.Outputs > 1 && layout.Count > layout.Outputs ? [1] : []).Select(walk => best with { Walk = walk });
        yield return best => [best with { Fresh = true }];
        yield return best => (best.Unary >= 2 ? new[] { 1, 3 } : [1, 2]).Select(unary => best with { Unary = unary });
        if (Period(symbols, layout) is > 0 and int period)
        {
            yield return best => [best with { Period = period }, best with { Period = period, Walk = best.Walk ^ 1 }];
        }
    }

    // The lag at which the inputs' magnitudes are most like themselves: the width of an image, or the channels of flattened positions.
    private static int Period(int[] symbols, SymbolLayout layout)
    {
        const int Nearest = 3;
        int inputs = layout.Inputs;
        if (layout.Height * layout.Width != 1 || inputs < 4 * Nearest || layout.Outputs < 2)
        {
            return 0;
        }

        double[] energy = new double[inputs];
        for (int i = 0; i < inputs; i++)
        {
            for (int o = 0; o < layout.Outputs; o++)
            {
                energy[i] += Math.Min(255, Math.Abs((double)symbols[layout.IndexOf(o, i, 0, 0)]));
            }
        }

        double mean = energy.Sum() / inputs;
        (int best, double most) = (0, 0);
        for (int lag = Nearest; lag <= Math.Min(1024, inputs / 3); lag++)
        {
            double sum = 0;
            for (int i = lag; i < inputs; i++)
            {
                sum += (energy[i] - mean) * (energy[i - lag] - mean);
            }

            sum /= inputs - lag;
            if (sum > most)
            {
                (best, most) = (lag, sum);
            }
        }

        return best;
    }

    // The median of symbols none of which is negative (palette indices); else they already lie around zero.
    private static int Offset(int[] symbols)
    {
        if (symbols.Length == 0 || symbols.AsSpan().ContainsAnyInRange(int.MinValue, -1))
        {
            return 0;
        }

        int[] sorted = [.. symbols];
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }

    private static double MeanMagnitude(int[] symbols, int offset)
    {
        double sum = 0;
        foreach (int symbol in symbols)
        {
            sum += Math.Abs((double)symbol - offset);
        }

        return sum / Math.Max(1, symbols.Length);
    }
}
