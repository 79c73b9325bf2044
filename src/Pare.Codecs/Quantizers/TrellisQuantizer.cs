namespace Pare.Codecs;

/// <summary>
/// Dependent quantization: of two interleaved grids the one in force is chosen by the codes before (<see cref="DependentStates"/>), and the Viterbi algorithm finds the codes
/// with the least squared error plus lambda times bits. Its ceiling over a uniform grid is 1.53 dB, or a quarter bit a weight (D. Marcellin and T. Fischer, 1990).
/// Stateless and thread-safe.
/// </summary>
public static class TrellisQuantizer
{
    private const int Candidates = 3;
    private const int TabulatedMagnitudes = 32;

    // The best path is settled as often, so that memory stays small; the loss is a few bits each time.
    private const int Block = 1 << 16;

    /// <summary>Quantizes values.</summary>
    /// <param name="values">Finite weights in the order in which they will be coded.</param>
    /// <param name="step">Half the distance of neighbours in one grid: twice this step is about as coarse as a uniform grid of the doubled step.</param>
    /// <param name="lambda">Price of a bit in squared steps of a uniform grid of twice the step; 0 ignores bits, about 0.07 is right at high rates.</param>
    /// <param name="codes">Where the codes go; as long as <paramref name="values"/>.</param>
    /// <param name="passes">Passes; from the second on, bits are priced by the codes of the pass before.</param>
    /// <exception cref="ArgumentException">A value or the step is not finite, or too many steps from zero.</exception>
    public static void Quantize(ReadOnlySpan<float> values, float step, double lambda, Span<int> codes, int passes = 2)
    {
        QuantizerArguments.Check(values, step, codes.Length);
        float[][] bits = [Geometric(values, step), Geometric(values, step)];
        for (int pass = 0; pass < passes; pass++)
        {
            int state = 0;
            for (int first = 0; first < values.Length; first += Block)
            {
                int length = Math.Min(Block, values.Length - first);
                state = Search(values.Slice(first, length), step, lambda * 4, bits, codes.Slice(first, length), state);
            }

            bits = Measure(codes);
        }
    }

    // Distances are in steps, so that the price of a bit is in squared steps too.
    private static int Search(ReadOnlySpan<float> values, float step, double price, float[][] bits, Span<int> codes, int begin)
    {
        const int States = DependentStates.Count;
        Span<double> costs = stackalloc double[States];
        Span<double> next = stackalloc double[States];
        costs.Fill(double.PositiveInfinity);
        costs[begin] = 0;
        byte[] origins = new byte[values.Length * States];
        int[] chosen = new int[values.Length * States];
        Span<int> candidates = stackalloc int[Candidates];
        for (int i = 0; i < values.Length; i++)
        {
            next.Fill(double.PositiveInfinity);
            double t = (double)values[i] / step;
            for (int grid = 0; grid < 2; grid++)
            {
                // Grid 0: 2 k; grid 1: 2 k - sign(k). The two nearest codes, and zero.
                double k = grid == 0 ? t / 2 : (t + Math.Sign(t)) / 2;
                int near = (int)Math.Floor(k);
                (candidates[0], candidates[1], candidates[2]) = (near, near + 1, 0);
                foreach (int code in candidates)
                {
                    double error = t - DependentStates.Multiple(grid, code);
                    double cost = error * error + price * Bits(bits[grid], code);
                    for (int state = grid; state < States; state += 2)
                    {
                        int to = DependentStates.Next(state, code & 1);
                        double total = costs[state] + cost;
                        if (total < next[to])
                        {
                            next[to] = total;
                            origins[i * States + to] = (byte)state;
                            chosen[i * States + to] = code;
                        }
                    }
                }
            }

            // Kept small, so that long tensors lose no precision.
            double least = double.PositiveInfinity;
            foreach (double cost in next)
            {
                least = Math.Min(least, cost);
            }

            for (int state = 0; state < States; state++)
            {
                costs[state] = next[state] - least;
            }
        }

        int at = 0;
        for (int state = 1; state < States; state++)
        {
            at = costs[state] < costs[at] ? state : at;
        }

        int end = at;
        for (int i = values.Length - 1; i >= 0; i--)
        {
            codes[i] = chosen[i * States + at];
            at = origins[i * States + at];
        }

        return end;
    }

    private static double Bits(float[] table, int code)
    {
        int magnitude = Math.Abs(code);
        return magnitude < table.Length ? table[magnitude] : table[^1] + (magnitude - table.Length + 1) * (table[^1] - table[^2]);
    }

    // Bits of magnitudes, the sign included, of a geometric distribution with the values' mean.
    private static float[] Geometric(ReadOnlySpan<float> values, float step)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += Math.Abs(value);
        }

        return Table(sum / Math.Max(1, values.Length) / (2 * step), [], 0);
    }

    private static float[][] Measure(ReadOnlySpan<int> codes)
    {
        double[][] counts = [new double[TabulatedMagnitudes], new double[TabulatedMagnitudes]];
        double[] sums = new double[2];
        double[] totals = new double[2];
        int state = 0;
        foreach (int code in codes)
        {
            int grid = state & 1;
            int magnitude = Math.Abs(code);
            sums[grid] += magnitude;
            totals[grid]++;
            if (magnitude < TabulatedMagnitudes)
            {
                counts[grid][magnitude]++;
            }

            state = DependentStates.Next(state, code & 1);
        }

        return [Table(sums[0] / Math.Max(1, totals[0]), counts[0], totals[0]), Table(sums[1] / Math.Max(1, totals[1]), counts[1], totals[1])];
    }

    private static float[] Table(double mean, double[] counts, double total)
    {
        const double Weight = 8;
        float[] bits = new float[TabulatedMagnitudes];
        double ratio = Math.Min(0.9999, mean / (1 + mean));
        double prior = 1 - ratio;
        for (int m = 0; m < bits.Length; m++)
        {
            double p = ((counts.Length == 0 ? 0 : counts[m]) + Weight * prior) / (total + Weight);
            bits[m] = (float)((m == 0 ? 0 : 1) - Math.Log2(Math.Max(p, 1e-12)));
            prior *= ratio;
        }

        return bits;
    }
}
