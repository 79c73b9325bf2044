namespace Pare.Evaluation;

/// <summary>The statistics that results are judged by. Thread-safe.</summary>
public static class Statistics
{
    /// <summary>The 97.5th percentile of the standard normal distribution.</summary>
    private const double Z95 = 1.959963984540054;

    /// <summary>
    /// Wilson's 95% interval of a proportion: <c>(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)</c> (E. B. Wilson, 1927).
    /// </summary>
    /// <param name="successes">How many succeeded.</param>
    /// <param name="trials">Of how many; 0 gives the interval from 0 to 1.</param>
    public static (double Low, double High) WilsonInterval(long successes, long trials)
    {
        if (trials == 0)
        {
            return (0, 1);
        }

        double n = trials;
        double p = successes / n;
        double z2 = Z95 * Z95;
        double middle = p + (z2 / (2 * n));
        double half = Z95 * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
        double low = successes == 0 ? 0 : (middle - half) / (1 + (z2 / n));
        double high = successes == trials ? 1 : (middle + half) / (1 + (z2 / n));
        return (Math.Max(0, low), Math.Min(1, high));
    }

    /// <summary>
    /// McNemar's exact two-sided test on paired answers: the probability of a split at least as uneven as <paramref name="onlyA"/> : <paramref name="onlyB"/> when both
    /// models are equally good, <c>min(1, 2 Σ_{i ≤ min} C(n,i) / 2^n)</c> (Q. McNemar, 1947).
    /// </summary>
    /// <param name="onlyA">Samples that only the first model gets right.</param>
    /// <param name="onlyB">Samples that only the second gets right.</param>
    public static double McNemarExact(long onlyA, long onlyB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyA);
        ArgumentOutOfRangeException.ThrowIfNegative(onlyB);
        long n = onlyA + onlyB;
        long k = Math.Min(onlyA, onlyB);
        if (n == 0 || onlyA == onlyB)
        {
            return 1;
        }

        // The terms from the largest down, relative to it, so that nothing underflows before it does not matter.
        double logTerm = LogBinomial(n, k) - (n * Math.Log(2));
        double relative = 1;
        double sum = 0;
        for (long i = k; i >= 0 && relative > 1e-18; i--)
        {
            sum += relative;
            relative *= i / (double)(n - i + 1);
        }

        return Math.Min(1, 2 * Math.Exp(logTerm) * sum);
    }

    /// <summary>
    /// Area under the receiver operating characteristic: the probability that a positive sample scores above a negative one, ties counting half (Mann-Whitney).
    /// NaN where one of the classes is missing.
    /// </summary>
    /// <param name="scores">One score a sample.</param>
    /// <param name="positive">Whether each sample is positive.</param>
    public static double AreaUnderCurve(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(positive.Length, scores.Length, nameof(positive));
        double[] keys = scores.ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order);
        double ranks = 0;
        long positives = 0;
        for (int i = 0; i < keys.Length;)
        {
            int end = i + 1;
            while (end < keys.Length && keys[end].Equals(keys[i]))
            {
                end++;
            }

            double rank = (i + 1 + end) / 2.0;
            for (; i < end; i++)
            {
                if (positive[order[i]])
                {
                    ranks += rank;
                    positives++;
                }
            }
        }

        long negatives = keys.Length - positives;
        return positives == 0 || negatives == 0 ? double.NaN : (ranks - (positives * (positives + 1) / 2.0)) / ((double)positives * negatives);
    }

    private static double LogBinomial(long n, long k)
    {
        double sum = 0;
        for (long i = 1; i <= k; i++)
        {
            sum += Math.Log((n - k + i) / (double)i);
        }

        return sum;
    }
}
