using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public sealed class KMeans1DTests
{
    private static readonly Gen<float> s_value = Gen.OneOf(Gen.Float[-10, 10], Gen.Int[-3, 3].Select(i => (float)i), Gen.Const(0f), Gen.Float[1000, 1001]);

    [Fact]
    public void Cluster_SmallArrays_ReachesTheExactOptimum() =>
        Gen.Select(s_value.Array[1, 60], Gen.Int[1, 9]).Sample((values, k) =>
        {
            double found = KMeans1D.Cluster(values, k).SquaredError;
            double optimum = Optimum(values, k, keepZero: false);
            Assert.InRange(found, optimum * (1 - 1e-6) - 1e-6, optimum * (1 + 1e-6) + 1e-4);
        }, iter: 2000);

    [Fact]
    public void Cluster_SmallArraysKeepingZero_ReachesTheExactOptimumWithAZero() =>
        Gen.Select(s_value.Array[1, 40], Gen.Int[1, 7]).Sample((values, k) =>
        {
            KMeans1DResult result = KMeans1D.Cluster(values, k, new KMeans1DOptions { KeepZero = true });
            Assert.Contains(0f, result.Codebook.Centroids.ToArray());
            Assert.True(result.Codebook.Count <= Math.Max(k, 1) || values.Distinct().Count() == 1);
            double optimum = Optimum(values, k, keepZero: true);
            Assert.InRange(result.SquaredError, optimum * (1 - 1e-6) - 1e-6, optimum * (1 + 1e-6) + 1e-4);
        }, iter: 2000);

    [Theory]
    [InlineData(16, 25.8852548)]
    [InlineData(32, 6.72808713)]
    [InlineData(256, 0.106731912)]
    public void Cluster_AMillionWeights_IsWithin1e4OfTheOptimum(int k, double optimum)
    {
        float[] values = Weights(1_000_000);
        Assert.Equal(-0.007296464871615171, values[0]);
        KMeans1DResult result = KMeans1D.Cluster(values, k);
        double error = result.Codebook.SquaredError(values);
        Assert.InRange(error, optimum * (1 - 1e-6), optimum * (1 + 1e-4));
        Assert.InRange(result.SquaredError, error * (1 - 1e-9), error * (1 + 1e-5));
    }

    [Fact]
    public void Cluster_OneOutlierFarAway_KeepsItsPrecision()
    {
        float[] values = Weights(100_000);
        double alone = KMeans1D.Cluster(values, 63).SquaredError;
        values[500] = 4000;
        KMeans1DResult result = KMeans1D.Cluster(values, 64);
        Assert.Contains(4000f, result.Codebook.Centroids.ToArray());
        Assert.InRange(result.SquaredError, 0, alone * 1.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Cluster_AnyNumberOfThreads_GivesTheSame(int threads)
    {
        float[] values = Weights(300_000);
        float[] weights = [.. values.Select(v => v * v)];
        byte[] one = new byte[values.Length];
        byte[] many = new byte[values.Length];
        KMeans1DResult a = KMeans1D.Cluster(values, 200, one, new KMeans1DOptions { Threads = 3 });
        KMeans1DResult b = KMeans1D.Cluster(values, 200, many, new KMeans1DOptions { Threads = threads });
        Assert.Equal(a.Codebook.Centroids.ToArray(), b.Codebook.Centroids.ToArray());
        Assert.Equal(a.SquaredError, b.SquaredError);
        Assert.Equal(one, many);
        Assert.Equal(
            KMeans1D.Cluster(values, weights, 20, new KMeans1DOptions { Threads = 3 }).Codebook.Centroids.ToArray(),
            KMeans1D.Cluster(values, weights, 20, new KMeans1DOptions { Threads = threads }).Codebook.Centroids.ToArray());
    }

    [Fact]
    public void Cluster_SharedValues_ComeBackExactly()
    {
        float[] centers = [.. Weights(218).Distinct()];
        float[] values = [.. Weights(200_000).Select((w, i) => centers[(i * 7919) % centers.Length])];
        KMeans1DResult result = KMeans1D.Cluster(values, 256);
        Assert.Equal(0, result.SquaredError);
        Assert.Equal(centers.Order(), result.Codebook.Centroids.ToArray());
    }

    [Fact]
    public void Cluster_OddInput_IsHandled()
    {
        Assert.Equal([0f], KMeans1D.Cluster([], 4).Codebook.Centroids.ToArray());
        Assert.Equal([3f], KMeans1D.Cluster([3], 4).Codebook.Centroids.ToArray());
        Assert.Equal([3f], KMeans1D.Cluster([3, 3, 3], 4).Codebook.Centroids.ToArray());
        KMeans1DResult bad = KMeans1D.Cluster([float.NaN, float.PositiveInfinity, 1, 2, float.NegativeInfinity], 4);
        Assert.Equal([1f, 2f], bad.Codebook.Centroids.ToArray());
        Assert.Equal(3, bad.NonFinite);
        Assert.Equal([0f], KMeans1D.Cluster([float.NaN], 4).Codebook.Centroids.ToArray());
        float[] huge = [.. Weights(50_000).Select(w => w * 3e38f * 4)];
        Assert.True(double.IsFinite(KMeans1D.Cluster(huge, 8).SquaredError));
        float[] tiny = [.. Weights(50_000).Select(w => w * 1e-42f)];
        Assert.Equal(8, KMeans1D.Cluster(tiny, 8).Codebook.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => KMeans1D.Cluster([1], 0));
    }

    [Fact]
    public void Cluster_ManyClusters_GetsThemAll()
    {
        float[] values = Weights(200_000);
        KMeans1DResult result = KMeans1D.Cluster(values, 16384);
        Assert.InRange(result.Codebook.Count, 16000, 16384);
        Assert.InRange(result.SquaredError / values.Length, 0, 1e-9);
    }

    [Fact]
    public void Snap_Codebook_TakesTheNearest() =>
        Gen.Select(s_value.Array[1, 20], s_value.Array[1, 50]).Sample((centroids, values) =>
        {
            Codebook book = new(centroids);
            float[] snapped = new float[values.Length];
            book.Snap(values, snapped);
            for (int i = 0; i < values.Length; i++)
            {
                double nearest = centroids.Min(c => Math.Abs((double)values[i] - c));
                Assert.InRange(Math.Abs((double)values[i] - snapped[i]), nearest, nearest + 1e-4);
            }
        }, iter: 1000);

    internal static float[] Weights(int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong first = 4 * (ulong)i;
            double u3 = Draw(first + 3);
            values[i] = (float)((Draw(first) + Draw(first + 1) + Draw(first + 2) - 1.5) * (0.02 + 0.2 * (u3 * u3 * (u3 * u3))));
        }

        return values;
    }

    private static double Draw(ulong j)
    {
        ulong z = 42 + (j + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }

    // The plain dynamic programme over sorted values, O(n² k).
    private static double Optimum(float[] values, int k, bool keepZero)
    {
        double[] x = [.. values.Select(v => (double)v).Order()];
        int n = x.Length;
        double[,,] f = new double[2, k + 1, n + 1];
        for (int z = 0; z < 2; z++)
        {
            for (int j = 0; j <= k; j++)
            {
                for (int m = 0; m <= n; m++)
                {
                    f[z, j, m] = z == 0 && m == 0 ? 0 : double.PositiveInfinity;
                    for (int i = 0; i < m + 1 && j > 0; i++)
                    {
                        double sum = 0;
                        double squares = 0;
                        for (int p = i; p < m; p++)
                        {
                            sum += x[p];
                            squares += x[p] * x[p];
                        }

                        double around = m > i ? Math.Max(0, squares - sum * sum / (m - i)) : 0;
                        f[z, j, m] = Math.Min(f[z, j, m], f[z, j - 1, i] + around);
                        if (z == 1)
                        {
                            f[z, j, m] = Math.Min(f[z, j, m], f[0, j - 1, i] + squares);
                        }
                    }
                }
            }
        }

        return f[keepZero ? 1 : 0, k, n];
    }
}
