namespace Pare.Workflows;

/// <summary>Sums up the times of many runs.</summary>
/// <param name="Runs">How many.</param>
/// <param name="Min">The fastest.</param>
/// <param name="P5">The 5th percentile.</param>
/// <param name="Median">The median.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">Standard deviation.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="Max">The slowest.</param>
internal sealed record TimingStatistics(int Runs, double Min, double P5, double Median, double Mean, double Deviation, double P95, double Max)
{
    /// <summary>Sums up.</summary>
    /// <param name="times">At least one time.</param>
    public static TimingStatistics Of(IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        int n = sorted.Length;
        double mean = sorted.Average();
        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[(n / 2) - 1] + sorted[n / 2]) / 2;
        return new TimingStatistics(n, sorted[0], At(0.05), median, mean, Math.Sqrt(sorted.Sum(t => (t - mean) * (t - mean)) / n), At(0.95), sorted[^1]);

        // The smallest time that a share of the runs does not exceed.
        double At(double share) => sorted[Math.Clamp((int)Math.Ceiling(n * share) - 1, 0, n - 1)];
    }
}
