namespace Pare.Codecs;

/// <summary>Makes a cost model of what a dry run noted.</summary>
internal static class SymbolCostTable
{
    public const int ClassCount = 32;

    public static SymbolCosts Make(ReadOnlySpan<int> symbols, int[] zero, byte[] classes, double totalBits)
    {
        float[] zeroBits = new float[zero.Length];
        float[] nonZeroBits = new float[zero.Length];
        double[] counts = new double[ClassCount * (SymbolCosts.TabulatedMagnitudes + 1)];
        double[] sums = new double[ClassCount];
        double[] totals = new double[ClassCount];
        for (int k = 0; k < zero.Length; k++)
        {
            zeroBits[k] = BinaryMeter.Cost(zero[k]);
            nonZeroBits[k] = BinaryMeter.Cost(65536 - zero[k]);
            if (symbols[k] != 0)
            {
                int magnitude = (int)Math.Min(SymbolCosts.TabulatedMagnitudes, Math.Abs((long)symbols[k]));
                counts[classes[k] * (SymbolCosts.TabulatedMagnitudes + 1) + magnitude]++;
                sums[classes[k]] += magnitude;
                totals[classes[k]]++;
            }
        }

        double mean = (sums.Sum() + 1.5) / (totals.Sum() + 1);
        float[] bits = new float[counts.Length];
        for (int c = 0; c < ClassCount; c++)
        {
            FillClass(counts.AsSpan(c * (SymbolCosts.TabulatedMagnitudes + 1), SymbolCosts.TabulatedMagnitudes + 1), (sums[c] + 4 * mean) / (totals[c] + 4), totals[c],
                bits.AsSpan(c * (SymbolCosts.TabulatedMagnitudes + 1), SymbolCosts.TabulatedMagnitudes + 1));
        }

        return new SymbolCosts(zeroBits, nonZeroBits, classes, bits, ClassCount, totalBits);
    }

    // Frequencies smoothed by a geometric distribution of the same mean, which counts as eight symbols.
    private static void FillClass(ReadOnlySpan<double> counts, double mean, double total, Span<float> bits)
    {
        const double Weight = 8;
        double ratio = 1 - 1 / Math.Max(1.0001, mean);
        double prior = 1 - ratio;
        for (int m = 1; m < counts.Length; m++)
        {
            bits[m] = (float)-Math.Log2((counts[m] + Weight * prior) / (total + Weight));
            prior = Math.Max(prior * ratio, 1e-12);
        }
    }
}
