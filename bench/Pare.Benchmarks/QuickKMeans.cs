using System.Globalization;
using Pare.Codecs;

namespace Pare.Benchmarks;

/// <summary>1-D k-means against known optima.</summary>
internal static class QuickKMeans
{
    // Found by exact dynamic programmes (Ckmeans.1d.dp and others agree to nine digits).
    private static readonly (int Count, int Clusters, double Optimum)[] s_known =
    [
        (100_000, 32, 0.663796316), (100_000, 256, 0.00984883137),
        (1_000_000, 16, 25.8852548), (1_000_000, 32, 6.72808713), (1_000_000, 256, 0.106731912),
        (22_800_000, 16, 591.014383), (22_800_000, 32, 0), (22_800_000, 256, 0),
    ];

    public static void Run(QuickTable table)
    {
        float[] all = RandomWeights.Create(22_800_000);
        byte[] indices = new byte[all.Length];
        foreach ((int count, int clusters, double optimum) in s_known)
        {
            float[] values = all[..count];
            table.Row($"k-means of {count:N0} floats, k={clusters}, labels included", () =>
            {
                KMeans1DResult r = KMeans1D.Cluster(values, clusters, indices.AsSpan(0, count));
                double error = r.Codebook.SquaredError(values.AsSpan(0, Math.Min(count, 1_000_000)));
                return optimum == 0 || count > 1_000_000
                    ? string.Create(CultureInfo.InvariantCulture, $"WCSS {r.SquaredError:G9}{(optimum == 0 ? "" : $", excess {r.SquaredError / optimum - 1:E1}")}")
                    : string.Create(CultureInfo.InvariantCulture, $"WCSS {error:G9}, excess {error / optimum - 1:E1}");
            });
        }
    }
}
