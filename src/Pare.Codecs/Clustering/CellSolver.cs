using System.Buffers;

namespace Pare.Codecs;

/// <summary>
/// Cuts cells into k segments: exactly where that is cheap; else exactly on groups of cells, then refined in a corridor around that cut down to single cells.
/// </summary>
internal static class CellSolver
{
    private const double ExactWork = 2e6;
    private const double QuickExactWork = 2e5;
    private const int MostByProgramme = 2048;
    private const int FewestGroups = 2048;
    private const int GroupsPerSegment = 14;

    /// <summary>The cut; its segments are not empty but for the zero segment.</summary>
    public static Segmentation Solve(Cells cells, int k, KMeans1DOptions options)
    {
        int n = cells.Count;
        bool keepZero = options.KeepZero;
        int threads = options.Threads;
        if ((double)n * Math.Min(k, n) * Math.Log2(n + 2) <= (options.Quick ? QuickExactWork : ExactWork) || (k >= n && !keepZero))
        {
            return SegmentSolver.Solve(cells, k >= n && !keepZero ? n : k, keepZero, threads);
        }

        bool programme = k <= MostByProgramme && !options.Quick;
        int[] groups = Groups(cells, programme ? Math.Min(n, Math.Max(FewestGroups, GroupsPerSegment * k)) : Math.Min(n, k));
        Segmentation cut = programme ? SolveMerged(cells, groups, k, options) : new Segmentation([.. Enumerable.Range(0, groups.Length)], -1);
        int[] boundaries = new int[cut.Boundaries.Length];
        for (int j = 0; j < boundaries.Length; j++)
        {
            boundaries[j] = groups[cut.Boundaries[j]];
        }

        int zero = !keepZero || programme ? cut.ZeroSegment : NearestToZero(cells, boundaries);
        return CorridorRefiner.Refine(cells, new Segmentation(boundaries, zero), wide: !options.Quick);
    }

    private static Segmentation SolveMerged(Cells cells, int[] groups, int k, KMeans1DOptions options)
    {
        using Cells merged = cells.Merge(groups);
        return SegmentSolver.Solve(merged, k, options.KeepZero, options.Threads);
    }

    // Boundaries of groups that hold equal shares of the integral of density^(1/3): dx·(w/dx)^(1/3) a cell.
    private static int[] Groups(Cells cells, int wanted)
    {
        int n = cells.Count;
        double[] share = ArrayPool<double>.Shared.Rent(n);
        double all = 0;
        for (int i = 0; i < n; i++)
        {
            int a = Math.Max(0, i - 1);
            int b = Math.Min(n - 1, i + 1);
            double dx = (cells.Mean(b, b + 1) - cells.Mean(a, a + 1)) / (b - a);
            double w = cells.WeightPrefix[i + 1] - cells.WeightPrefix[i];
            share[i] = Math.Cbrt(w * dx * dx);
            all += share[i];
        }

        int[] boundaries = new int[wanted + 1];
        double sum = 0;
        int g = 1;
        for (int i = 0; i < n && g < wanted; i++)
        {
            sum += share[i];

            // As many cells must remain as groups, and a group takes one at least.
            if (sum >= all * g / wanted || n - i - 1 <= wanted - g)
            {
                boundaries[g++] = i + 1;
            }
        }

        ArrayPool<double>.Shared.Return(share);
        boundaries[wanted] = n;
        return boundaries;
    }

    private static int NearestToZero(Cells cells, int[] boundaries)
    {
        int best = 0;
        for (int j = 1; j + 1 < boundaries.Length; j++)
        {
            if (Math.Abs(cells.Mean(boundaries[j], boundaries[j + 1])) < Math.Abs(cells.Mean(boundaries[best], boundaries[best + 1])))
            {
                best = j;
            }
        }

        return best;
    }
}
