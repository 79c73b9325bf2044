namespace Pare.Tests;

/// <summary>How far one answer lies from another.</summary>
internal static class Decibels
{
    /// <summary>10 log10 of the signal's energy over that of the difference: infinity for equal answers, NaN for answers of different length.</summary>
    public static double Sqnr(float[] expected, float[] actual)
    {
        if (expected.Length != actual.Length)
        {
            return double.NaN;
        }

        double signal = expected.Sum(x => (double)x * x);
        double noise = expected.Zip(actual, (x, y) => Math.Pow(x - y, 2)).Sum();
        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }
}
