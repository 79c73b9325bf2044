namespace Pare.Codecs;

/// <summary>
/// The optimal cut of cells into k segments by dynamic programming: F_j(m) = max over i of F_{j-1}(i) + (S_m-S_i)²/(N_m-N_i) (the Σx² terms of the squared
/// error cancel). The best i does not fall as m grows, so a layer is solved by divide and conquer in O(n log n).
/// </summary>
internal static class SegmentSolver
{
    private const int ParallelFrom = 2048;

    /// <summary>Cuts into exactly <paramref name="k"/> segments (fewer cells: one each; with a zero segment, that may be empty).</summary>
    public static Segmentation Solve(Cells cells, int k, bool keepZero, int threads) => keepZero ? SolveWithZero(cells, k, threads) : SolvePlain(cells, k, threads);

    private static Segmentation SolvePlain(Cells cells, int k, int threads)
    {
        int n = cells.Count;
        k = Math.Min(k, n);
        int[][] from = new int[k][];
        double[] previous = new double[n + 1];
        double[] next = new double[n + 1];
        for (int m = 1; m <= n; m++)
        {
            previous[m] = cells.Gain(0, m);
        }

        for (int j = 1; j < k; j++)
        {
            from[j] = new int[n + 1];
            Layer(cells, previous, next, from[j], j, n, threads);
            (previous, next) = (next, previous);
        }

        int[] boundaries = new int[k + 1];
        boundaries[k] = n;
        for (int j = k - 1; j > 0; j--)
        {
            boundaries[j] = from[j][boundaries[j + 1]];
        }

        return new Segmentation(boundaries, -1);
    }

    // Two tables: without and with the zero segment among the first j. The zero segment gains nothing (its error around 0 is its Σx²) and may be empty.
    private static Segmentation SolveWithZero(Cells cells, int k, int threads)
    {
        int n = cells.Count;
        k = Math.Min(k, n + 1);
        int[][] fromWithout = new int[k + 1][];
        int[][] fromWith = new int[k + 1][];
        bool[][] zeroLast = new bool[k + 1][];
        double[] without = new double[n + 1];
        double[] with = new double[n + 1];
        without.AsSpan(1).Fill(double.NegativeInfinity);
        with.AsSpan().Fill(double.NegativeInfinity);
        for (int j = 1; j <= k; j++)
        {
            double[] nextWithout = new double[n + 1];
            double[] nextWith = new double[n + 1];
            nextWithout.AsSpan().Fill(double.NegativeInfinity);
            nextWith.AsSpan().Fill(double.NegativeInfinity);
            fromWithout[j] = new int[n + 1];
            fromWith[j] = new int[n + 1];
            zeroLast[j] = new bool[n + 1];
            if (j - 1 < n)
            {
                Layer(cells, without, nextWithout, fromWithout[j], j - 1, n, threads);
                if (j > 1)
                {
                    Layer(cells, with, nextWith, fromWith[j], j - 2, n, threads);
                }
            }

            double best = double.NegativeInfinity;
            int at = 0;
            for (int m = 0; m <= n; m++)
            {
                if (without[m] > best)
                {
                    best = without[m];
                    at = m;
                }

                if (best > nextWith[m])
                {
                    nextWith[m] = best;
                    fromWith[j][m] = at;
                    zeroLast[j][m] = true;
                }
            }

            (without, with) = (nextWithout, nextWith);
        }

        int[] boundaries = new int[k + 1];
        boundaries[k] = n;
        int zero = -1;
        for (int j = k; j > 0; j--)
        {
            int m = boundaries[j];
            if (zero < 0 && zeroLast[j][m])
            {
                zero = j - 1;
                boundaries[j - 1] = fromWith[j][m];
            }
            else
            {
                boundaries[j - 1] = zero < 0 ? fromWith[j][m] : fromWithout[j][m];
            }
        }

        boundaries[0] = 0;
        return new Segmentation(boundaries, zero);
    }

    // next[m] for m in (first, n], the last segment starting at i in [first, m).
    private static void Layer(Cells cells, double[] previous, double[] next, int[] from, int first, int n, int threads)
    {
        if (threads > 1 && n - first >= ParallelFrom)
        {
            // The middle row splits the layer into two independent halves, those into quarters.
            int mid = first + 1 + (n - first - 1) / 2;
            Row(cells, previous, next, from, mid, first, n);
            int q1 = first + 1 + (mid - first - 1) / 2;
            int q3 = mid + 1 + (n - mid - 1) / 2;
            Row(cells, previous, next, from, q1, first, from[mid]);
            Row(cells, previous, next, from, q3, from[mid], n);
            Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
            {
                (int lo, int hi, int a, int b) = part switch
                {
                    0 => (first + 1, q1 - 1, first, from[q1]),
                    1 => (q1 + 1, mid - 1, from[q1], from[mid]),
                    2 => (mid + 1, q3 - 1, from[mid], from[q3]),
                    _ => (q3 + 1, n, from[q3], n),
                };
                Rows(cells, previous, next, from, lo, hi, a, b);
            });
        }
        else
        {
            Rows(cells, previous, next, from, first + 1, n, first, n);
        }
    }

    private static void Rows(Cells cells, double[] previous, double[] next, int[] from, int lo, int hi, int a, int b)
    {
        while (lo <= hi)
        {
            int mid = lo + (hi - lo) / 2;
            Row(cells, previous, next, from, mid, a, b);
            Rows(cells, previous, next, from, lo, mid - 1, a, from[mid]);
            lo = mid + 1;
            a = from[mid];
        }
    }

    private static void Row(Cells cells, double[] previous, double[] next, int[] from, int m, int a, int b)
    {
        double[] weights = cells.WeightPrefix;
        double[] sums = cells.SumPrefix;
        double w = weights[m];
        double s = sums[m];
        double best = double.NegativeInfinity;
        int at = a;
        int last = Math.Min(b, m - 1);
        for (int i = a; i <= last; i++)
        {
            double d = s - sums[i];
            double value = previous[i] + d * d / (w - weights[i]);
            if (value > best)
            {
                best = value;
                at = i;
            }
        }

        next[m] = best;
        from[m] = at;
    }
}
