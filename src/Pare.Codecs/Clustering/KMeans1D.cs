using System.Buffers;

namespace Pare.Codecs;

/// <summary>
/// Near-exact k-means of numbers: minimises Σ w·(x - nearest centroid)². The values fall into a fine histogram (few or already shared values are kept
/// apart, which makes the result exact), a dynamic programme over its cells finds the best cut, and a sweep of Lloyd's iteration over the raw values takes
/// out what the cells' width left. Deterministic: no random start, the same result for any number of threads. Thread-safe.
/// </summary>
/// <remarks>
/// NaN and infinite values do not take part. Fewer distinct values than clusters give fewer centroids; no finite value gives the one centroid 0.
/// </remarks>
public static class KMeans1D
{
    /// <summary>The largest number of clusters.</summary>
    public const int MaxClusters = 65536;

    private const int SortUpTo = 1 << 15;
    private const double CoarseCells = 1e-4;

    /// <summary>Finds the centroids.</summary>
    /// <param name="values">The values.</param>
    /// <param name="clusters">How many centroids, 1 to 65,536.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of clusters is out of range.</exception>
    public static KMeans1DResult Cluster(ReadOnlySpan<float> values, int clusters, KMeans1DOptions? options = null) => Cluster(values, default, clusters, options);

    /// <summary>Finds the centroids of weighted values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="weights">What an error of each value costs (a diagonal of the Hessian, say), not negative; empty for equal weights. Where all are 0 they count as equal.</param>
    /// <param name="clusters">How many centroids, 1 to 65,536.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of clusters is out of range.</exception>
    /// <exception cref="ArgumentException">There are weights, but not one a value.</exception>
    public static unsafe KMeans1DResult Cluster(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int clusters, KMeans1DOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clusters, MaxClusters);
        options ??= KMeans1DOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        if (!weights.IsEmpty && weights.Length != values.Length)
        {
            throw new ArgumentException($"{values.Length} values but {weights.Length} weights", nameof(weights));
        }

        if (!weights.IsEmpty && !HasWeight(values, weights))
        {
            weights = default;
        }

        fixed (float* v = values, w = weights)
        {
            return Fit(new FloatRun(v, weights.IsEmpty ? null : w, values.Length), clusters, options);
        }
    }

    /// <summary>Finds the centroids and writes each value's index.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or there are more than 256 clusters.</exception>
    public static KMeans1DResult Cluster(ReadOnlySpan<float> values, int clusters, Span<byte> indices, KMeans1DOptions? options = null)
    {
        KMeans1DResult result = Cluster(values, clusters, options);
        result.Codebook.Assign(values, indices, (options ?? KMeans1DOptions.Default).Threads);
        return result;
    }

    /// <summary>Finds the centroids and writes each value's index.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static KMeans1DResult Cluster(ReadOnlySpan<float> values, int clusters, Span<ushort> indices, KMeans1DOptions? options = null)
    {
        KMeans1DResult result = Cluster(values, clusters, options);
        result.Codebook.Assign(values, indices, (options ?? KMeans1DOptions.Default).Threads);
        return result;
    }

    private static KMeans1DResult Fit(FloatRun run, int k, KMeans1DOptions options)
    {
        (float low, float high, long bad) = LineHistogram.Range(run, options.Threads);
        if (low == high || bad == run.Length || (k == 1 && options.KeepZero))
        {
            bool zero = bad == run.Length || (k == 1 && options.KeepZero);
            Codebook single = zero ? new Codebook(0f) : options.KeepZero ? new Codebook(low, 0f) : new Codebook(low);
            return new KMeans1DResult(single, LloydSweep.Error(run, single, options.Threads), bad);
        }

        (Cells cells, bool exact) = MakeCells(run, low, high, bad, k, options);
        try
        {
            double width = exact ? 0 : ((double)high - low) / (1 << BinBits(k, options));
            Segmentation cut = CellSolver.Solve(cells, k, options);
            if (!exact && !options.Quick && IsCoarse(cells, cut, width))
            {
                (double[] weights, double[] sums) = FineCells.Fill(run, low, high, options.Threads);
                cells.Dispose();
                cells = new Cells(weights, sums);
                cut = CellSolver.Solve(cells, k, options);
            }

            float[] centroids = Means(cells, cut);
            if (options.Quick && centroids.Length < cells.Count)
            {
                return new KMeans1DResult(new Codebook(centroids), cells.Error(cut) + (cells.TotalWeight * width * width / 12), bad);
            }

            return LloydSweep.Run(run, centroids, options.KeepZero, exact ? 0 : options.Sweeps, bad, options.Threads);
        }
        finally
        {
            cells.Dispose();
        }
    }

    private static (Cells Cells, bool Exact) MakeCells(FloatRun run, float low, float high, long bad, int k, KMeans1DOptions options)
    {
        int threads = options.Threads;
        if (run.Length <= SortUpTo)
        {
            return (Sorted(run), true);
        }

        // Where an estimate is enough, shared values matter only if each can have its own centroid.
        if (!run.Weighted && Distinct(run, options.Quick ? k : DistinctValues.Limit, threads) is { } few)
        {
            (float[] values, double[] counts) = few.ToSorted();
            return (FromValues(values, counts), true);
        }

        double range = (double)high - low;
        bool plain = !run.Weighted && range < float.MaxValue / 2 && range > 1e-30;
        if (plain)
        {
            return (LineHistogram.Fill(run, low, high, BinBits(k, options), bad == 0, threads), false);
        }

        (double[] weights, double[] sums) = FineCells.Fill(run, low, high, threads);
        return (new Cells(weights, sums), false);
    }

    private static int BinBits(int k, KMeans1DOptions options) => k > 1024 ? 20 : options.Quick ? 14 : k <= 64 ? 15 : 16;

    private static Cells Sorted(FloatRun run) => run.Weighted ? SortedByWeight(run) : SortedAlone(run);

    private static Cells SortedAlone(FloatRun run)
    {
        float[] kept = ArrayPool<float>.Shared.Rent(run.Length);
        int n = 0;
        foreach (float x in run.Values(0, run.Length))
        {
            if (float.IsFinite(x))
            {
                kept[n++] = x;
            }
        }

        FloatSort.Sort(kept.AsSpan(0, n));
        Cells cells = Cells.OfSorted(kept.AsSpan(0, n));
        ArrayPool<float>.Shared.Return(kept);
        return cells;
    }

    private static Cells SortedByWeight(FloatRun run)
    {
        List<(float Value, double Weight)> kept = new(run.Length);
        ReadOnlySpan<float> values = run.Values(0, run.Length);
        ReadOnlySpan<float> weights = run.Weights(0, run.Length);
        for (int i = 0; i < values.Length; i++)
        {
            double w = weights[i];
            if (float.IsFinite(values[i]) && w > 0 && double.IsFinite(w))
            {
                kept.Add((values[i], w));
            }
        }

        float[] sorted = [.. kept.Select(p => p.Value)];
        double[] sortedWeights = [.. kept.Select(p => p.Weight)];
        Array.Sort(sorted, sortedWeights);
        int n = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            if (n > 0 && sorted[i] == sorted[n - 1])
            {
                sortedWeights[n - 1] += sortedWeights[i];
            }
            else
            {
                sorted[n] = sorted[i];
                sortedWeights[n++] = sortedWeights[i];
            }
        }

        return FromValues(sorted.AsSpan(0, n), sortedWeights.AsSpan(0, n));
    }

    private static Cells FromValues(ReadOnlySpan<float> values, ReadOnlySpan<double> weights)
    {
        double[] sums = new double[values.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = weights[i] * values[i];
        }

        return new Cells(weights, sums);
    }

    private static DistinctValues? Distinct(FloatRun run, int most, int threads)
    {
        // Most arrays show in their first values that they are no shared ones.
        if (DistinctValues.AreMany(run.Values(0, Math.Min(run.Length, 8192)), most))
        {
            return null;
        }

        DistinctValues[] parts = [.. Enumerable.Range(0, threads).Select(_ => new DistinctValues())];
        bool few = true;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
        {
            int from = (int)((long)run.Length * t / threads);
            int to = (int)((long)run.Length * (t + 1) / threads);
            for (int at = from; at < to && Volatile.Read(ref few); at += 1 << 16)
            {
                if (!parts[t].Add(run.Values(at, Math.Min(1 << 16, to - at))))
                {
                    Volatile.Write(ref few, false);
                }
            }
        });
        for (int t = 1; t < threads && few; t++)
        {
            few = parts[0].Merge(parts[t]);
        }

        return few ? parts[0] : null;
    }

    // The spread inside cells against that inside segments: what the cut cannot see.
    private static bool IsCoarse(Cells cells, Segmentation cut, double width)
    {
        double inside = cells.TotalWeight * width * width / 12;
        return inside > CoarseCells * (cells.Error(cut) + inside);
    }

    private static float[] Means(Cells cells, Segmentation cut)
    {
        float[] centroids = new float[cut.Boundaries.Length - 1];
        for (int j = 0; j < centroids.Length; j++)
        {
            centroids[j] = j == cut.ZeroSegment ? 0 : (float)cells.Mean(cut.Boundaries[j], cut.Boundaries[j + 1]);
        }

        return centroids;
    }

    private static bool HasWeight(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0 && float.IsFinite(weights[i]) && float.IsFinite(values[i]))
            {
                return true;
            }
        }

        return false;
    }
}
