using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pare.Passes.Quantize;

/// <summary>
/// Products <c>XᵀY</c> of tall matrices of binary32, added to binary64. Each element is summed by one thread in one order, so that results do not depend on the
/// number of threads; a block's partial sums are binary32, which a thousand centred rows do not hurt.
/// </summary>
internal static class GramKernel
{
    private const int Panel = 32;
    private const int Tile = 4;

    /// <summary>Adds <c>XᵀY</c> to a row-major matrix.</summary>
    /// <param name="x">Row-major, <paramref name="rows"/> × <paramref name="dx"/>.</param>
    /// <param name="dx">Columns of X.</param>
    /// <param name="y">Row-major, <paramref name="rows"/> × <paramref name="dy"/>.</param>
    /// <param name="dy">Columns of Y.</param>
    /// <param name="rows">Rows of both.</param>
    /// <param name="target">Row-major, <paramref name="dx"/> × <paramref name="dy"/>.</param>
    /// <param name="lowerOnly">Whether elements above the diagonal are of no interest (Y is X).</param>
    /// <param name="parallel">Threads to use.</param>
    public static void Add(float[] x, int dx, float[] y, int dy, int rows, double[] target, bool lowerOnly, ParallelOptions parallel)
    {
        int panels = (dy + Panel - 1) / Panel;
        if ((long)rows * dx * dy < 200_000)
        {
            float[] buffer = new float[rows * Panel];
            for (int p = 0; p < panels; p++)
            {
                AddPanel(x, dx, y, dy, rows, target, lowerOnly, p * Panel, buffer);
            }

            return;
        }

        Parallel.For(0, panels, parallel, () => new float[rows * Panel], (p, _, buffer) =>
        {
            AddPanel(x, dx, y, dy, rows, target, lowerOnly, p * Panel, buffer);
            return buffer;
        }, _ => { });
    }

    private static void AddPanel(float[] x, int dx, float[] y, int dy, int rows, double[] target, bool lowerOnly, int j0, float[] panel)
    {
        int width = Math.Min(Panel, dy - j0);
        for (int r = 0; r < rows; r++)
        {
            Span<float> row = panel.AsSpan(r * Panel, Panel);
            y.AsSpan((r * dy) + j0, width).CopyTo(row);
            row[width..].Clear();
        }

        Span<float> sums = stackalloc float[Tile * Panel];
        for (int i0 = lowerOnly ? j0 / Tile * Tile : 0; i0 < dx; i0 += Tile)
        {
            int height = Math.Min(Tile, dx - i0);
            if (height == Tile)
            {
                Multiply(x, dx, i0, panel, rows, sums);
            }
            else
            {
                MultiplyEdge(x, dx, i0, height, panel, rows, sums);
            }

            for (int i = 0; i < height; i++)
            {
                Span<double> to = target.AsSpan(((i0 + i) * dy) + j0, width);
                for (int j = 0; j < width; j++)
                {
                    to[j] += sums[(i * Panel) + j];
                }
            }
        }
    }

    private static void Multiply(float[] x, int dx, int i0, float[] panel, int rows, Span<float> sums)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        ref float px = ref MemoryMarshal.GetArrayDataReference(x);
        ref float pp = ref MemoryMarshal.GetArrayDataReference(panel);
        nuint at = (nuint)i0;
        nuint from = 0;
        for (int r = 0; r < rows; r++)
        {
            Vector512<float> u = Vector512.LoadUnsafe(ref pp, from);
            Vector512<float> v = Vector512.LoadUnsafe(ref pp, from + 16);
            Vector512<float> s = Vector512.Create(Unsafe.Add(ref px, at));
            a0 = Vector512.FusedMultiplyAdd(s, u, a0);
            a1 = Vector512.FusedMultiplyAdd(s, v, a1);
            s = Vector512.Create(Unsafe.Add(ref px, at + 1));
            b0 = Vector512.FusedMultiplyAdd(s, u, b0);
            b1 = Vector512.FusedMultiplyAdd(s, v, b1);
            s = Vector512.Create(Unsafe.Add(ref px, at + 2));
            c0 = Vector512.FusedMultiplyAdd(s, u, c0);
            c1 = Vector512.FusedMultiplyAdd(s, v, c1);
            s = Vector512.Create(Unsafe.Add(ref px, at + 3));
            d0 = Vector512.FusedMultiplyAdd(s, u, d0);
            d1 = Vector512.FusedMultiplyAdd(s, v, d1);
            at += (nuint)dx;
            from += Panel;
        }

        a0.CopyTo(sums);
        a1.CopyTo(sums[16..]);
        b0.CopyTo(sums[32..]);
        b1.CopyTo(sums[48..]);
        c0.CopyTo(sums[64..]);
        c1.CopyTo(sums[80..]);
        d0.CopyTo(sums[96..]);
        d1.CopyTo(sums[112..]);
    }

    private static void MultiplyEdge(float[] x, int dx, int i0, int height, float[] panel, int rows, Span<float> sums)
    {
        sums.Clear();
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> row = panel.AsSpan(r * Panel, Panel);
            for (int i = 0; i < height; i++)
            {
                float s = x[(r * dx) + i0 + i];
                if (s != 0)
                {
                    for (int j = 0; j < Panel; j++)
                    {
                        sums[(i * Panel) + j] = MathF.FusedMultiplyAdd(s, row[j], sums[(i * Panel) + j]);
                    }
                }
            }
        }
    }
}
