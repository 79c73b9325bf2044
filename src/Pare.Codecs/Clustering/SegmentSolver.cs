using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pare.Codecs;

/// <summary>
/// The optimal cut of cells into k segments by dynamic programming: F_j(m) = max over i of F_{j-1}(i) + (S_m-S_i)²/(N_m-N_i) (the Σx² terms of the squared
/// error cancel). The best i does not fall as m grows, so a layer is solved by divide and conquer in O(n log n).
/// </summary>
internal static class SegmentSolver
{
    private const int ParallelFrom = 2048;
    private const int Lanes = 4;

    /// <summary>Cuts into exactly <paramref name="k"/> segments (fewer cells: one each; with a zero segment, that may be empty).</summary>
    public static Segmentation Solve(Cells cells, int k, bool keepZero, int threads) => keepZero ? SolveWithZero(cells, k, threads) : SolvePlain(cells, k, threads);

    private static Segmentation SolvePlain(Cells cells, int k, int threads)
    {
        int n = cells.Count;
        k = Math.Min(k, n);
        int stride = n + 1;
        int[] from = ArrayPool<int>.Shared.Rent(k * stride);
        double[] previous = Rent(stride, 0);
        double[] next = Rent(stride, 0);
        for (int m = 1; m <= n; m++)
        {
            previous[m] = cells.Gain(0, m);
        }

        for (int j = 1; j < k; j++)
        {
            Layer(cells, previous, next, new ArraySegment<int>(from, j * stride, stride), j, n, threads);
            (previous, next) = (next, previous);
        }

        int[] boundaries = new int[k + 1];
        boundaries[k] = n;
        for (int j = k - 1; j > 0; j--)
        {
            boundaries[j] = from[(j * stride) + boundaries[j + 1]];
        }

        ArrayPool<int>.Shared.Return(from);
        ArrayPool<double>.Shared.Return(previous);
        ArrayPool<double>.Shared.Return(next);
        return new Segmentation(boundaries, -1);
    }

    // Two tables: without and with the zero segment among the first j. The zero segment gains nothing (its error around 0 is its Σx²) and may be empty.
    private static Segmentation SolveWithZero(Cells cells, int k, int threads)
    {
        int n = cells.Count;
        k = Math.Min(k, n + 1);
        int stride = n + 1;
        int[] fromWithout = ArrayPool<int>.Shared.Rent((k + 1) * stride);
        int[] fromWith = ArrayPool<int>.Shared.Rent((k + 1) * stride);
        bool[] zeroLast = ArrayPool<bool>.Shared.Rent((k + 1) * stride);
        zeroLast.AsSpan(0, (k + 1) * stride).Clear();
        double[] without = Rent(stride, double.NegativeInfinity);
        double[] with = Rent(stride, double.NegativeInfinity);
        double[] nextWithout = Rent(stride, double.NegativeInfinity);
        double[] nextWith = Rent(stride, double.NegativeInfinity);
        without[0] = 0;
        for (int j = 1; j <= k; j++)
        {
            int row = j * stride;
            nextWithout.AsSpan(0, stride).Fill(double.NegativeInfinity);
            nextWith.AsSpan(0, stride).Fill(double.NegativeInfinity);
            if (j - 1 < n)
            {
                Layer(cells, without, nextWithout, new ArraySegment<int>(fromWithout, row, stride), j - 1, n, threads);
                if (j > 1)
                {
                    Layer(cells, with, nextWith, new ArraySegment<int>(fromWith, row, stride), j - 2, n, threads);
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
                    fromWith[row + m] = at;
                    zeroLast[row + m] = true;
                }
            }

            (without, nextWithout) = (nextWithout, without);
            (with, nextWith) = (nextWith, with);
        }

        int[] boundaries = new int[k + 1];
        boundaries[k] = n;
        int zero = -1;
        for (int j = k; j > 0; j--)
        {
            int place = (j * stride) + boundaries[j];
            if (zero < 0 && zeroLast[place])
            {
                zero = j - 1;
                boundaries[j - 1] = fromWith[place];
            }
            else
            {
                boundaries[j - 1] = zero < 0 ? fromWith[place] : fromWithout[place];
            }
        }

        ArrayPool<int>.Shared.Return(fromWithout);
        ArrayPool<int>.Shared.Return(fromWith);
        ArrayPool<bool>.Shared.Return(zeroLast);
        foreach (double[] rented in (double[][])[without, with, nextWithout, nextWith])
        {
            ArrayPool<double>.Shared.Return(rented);
        }

        boundaries[0] = 0;
        return new Segmentation(boundaries, zero);
    }

    private static double[] Rent(int length, double value)
    {
        double[] array = ArrayPool<double>.Shared.Rent(length);
        array.AsSpan(0, length).Fill(value);
        return array;
    }

    // next[m] for m in (first, n], the last segment starting at i in [first, m).
    private static void Layer(Cells cells, double[] previous, double[] next, ArraySegment<int> from, int first, int n, int threads)
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

    private static void Rows(Cells cells, double[] previous, double[] next, ArraySegment<int> from, int lo, int hi, int a, int b)
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

    private static void Row(Cells cells, double[] previous, double[] next, ArraySegment<int> from, int m, int a, int b)
    {
        double[] weights = cells.WeightPrefix;
        double[] sums = cells.SumPrefix;
        double w = weights[m];
        double s = sums[m];
        double best = double.NegativeInfinity;
        int at = a;
        int last = Math.Min(b, m - 1);
        int i = a;
        if (Vector256.IsHardwareAccelerated && last - a >= 2 * Lanes)
        {
            i += RowVectors(weights, sums, previous, w, s, a, last, ref best, ref at);
        }

        for (; i <= last; i++)
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

    // Four starts at a time, as long as there are four; of equally good ones the first, as one by one. Returns how many were looked at.
    private static int RowVectors(double[] weights, double[] sums, double[] previous, double w, double s, int a, int last, ref double best, ref int at)
    {
        ref double weight = ref MemoryMarshal.GetArrayDataReference(weights);
        ref double sum = ref MemoryMarshal.GetArrayDataReference(sums);
        ref double before = ref MemoryMarshal.GetArrayDataReference(previous);
        Vector256<double> ws = Vector256.Create(w);
        Vector256<double> ss = Vector256.Create(s);
        Vector256<double> bests = Vector256.Create(double.NegativeInfinity);
        Vector256<long> ats = Vector256.Create((long)a);
        Vector256<long> places = Vector256.Create(a, a + 1L, a + 2L, a + 3L);
        int i = a;
        for (; i + Lanes - 1 <= last; i += Lanes)
        {
            Vector256<double> d = ss - Vector256.LoadUnsafe(ref sum, (nuint)i);
            Vector256<double> value = Vector256.LoadUnsafe(ref before, (nuint)i) + (d * d / (ws - Vector256.LoadUnsafe(ref weight, (nuint)i)));
            Vector256<double> more = Vector256.GreaterThan(value, bests);
            bests = Vector256.ConditionalSelect(more, value, bests);
            ats = Vector256.ConditionalSelect(more.AsInt64(), places, ats);
            places += Vector256.Create((long)Lanes);
        }

        for (int lane = 0; lane < Lanes; lane++)
        {
            if (bests[lane] > best || (bests[lane] == best && ats[lane] < at))
            {
                best = bests[lane];
                at = (int)ats[lane];
            }
        }

        return i - a;
    }
}
