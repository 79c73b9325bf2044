namespace Pare.Passes.Tests.Cluster;

/// <summary>The least squared error of k centroids, by dynamic programming over the sorted values: slow, exact, and written apart from what it judges.</summary>
internal static class ExactClustering
{
    /// <summary>The optimum, in binary64.</summary>
    public static double LeastError(float[] values, int k)
    {
        float[] x = [.. values];
        Array.Sort(x);
        int n = x.Length;
        double middle = x[n / 2];
        double[] sum = new double[n + 1];
        double[] squares = new double[n + 1];
        for (int i = 0; i < n; i++)
        {
            double v = x[i] - middle;
            sum[i + 1] = sum[i] + v;
            squares[i + 1] = squares[i] + (v * v);
        }

        double Error(int from, int to)
        {
            double s = sum[to] - sum[from];
            return Math.Max(0, squares[to] - squares[from] - (s * s / (to - from)));
        }

        double[] before = new double[n + 1];
        double[] now = new double[n + 1];
        for (int m = 1; m <= n; m++)
        {
            before[m] = Error(0, m);
        }

        for (int j = 2; j <= k; j++)
        {
            // The best cut does not move left as m grows.
            void Solve(int first, int last, int low, int high)
            {
                if (first > last)
                {
                    return;
                }

                int m = (first + last) / 2;
                int cut = low;
                double best = double.PositiveInfinity;
                for (int c = low; c <= Math.Min(high, m - 1); c++)
                {
                    double e = before[c] + Error(c, m);
                    if (e < best)
                    {
                        best = e;
                        cut = c;
                    }
                }

                now[m] = best;
                Solve(first, m - 1, low, cut);
                Solve(m + 1, last, cut, high);
            }

            Solve(j, n, j - 1, n - 1);
            (before, now) = (now, before);
        }

        return before[n];
    }
}
