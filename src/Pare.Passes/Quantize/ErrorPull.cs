using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pare.Passes.Quantize;

/// <summary>Products of columns' errors with the curvature, four columns at a time so that a row of H is read once for all of them.</summary>
internal static class ErrorPull
{
    /// <summary>Columns of a chunk.</summary>
    public const int Width = 4;

    /// <summary><c>Σ_c' G_cc'/G_cc H e_c'</c> for some neighbouring columns c.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="errors">All columns' errors, column by column.</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">How many, up to <see cref="Width"/>.</param>
    public static float[] Of(RateDistortionProblem problem, float[] errors, int first, int count)
    {
        int d = problem.Layer.InputSize;
        float[] sums = new float[Width * d];
        errors.AsSpan(first * d, count * d).CopyTo(sums);
        if (problem.Coupling is { } coupling)
        {
            for (int c = 0; c < problem.Columns; c++)
            {
                ReadOnlySpan<float> error = errors.AsSpan(c * d, d);
                for (int k = 0; k < count; k++)
                {
                    float factor = coupling[((first + k) * problem.Columns) + c];
                    if (factor != 0)
                    {
                        Span<float> sum = sums.AsSpan(k * d, d);
                        TensorPrimitives.MultiplyAdd(error, factor, sum, sum);
                    }
                }
            }
        }

        float[] pulls = new float[count * d];
        bool together = count == Width;
        for (int k = 1; k < count; k++)
        {
            together &= ReferenceEquals(problem.Hessian[first], problem.Hessian[first + k]);
        }

        if (together)
        {
            Four(problem.Hessian[first], sums, pulls, d);
            return pulls;
        }

        for (int k = 0; k < count; k++)
        {
            float[] h = problem.Hessian[first + k];
            for (int j = 0; j < d; j++)
            {
                pulls[(k * d) + j] = TensorPrimitives.Dot(h.AsSpan(j * d, d), sums.AsSpan(k * d, d));
            }
        }

        return pulls;
    }

    private static void Four(float[] h, float[] x, float[] y, int d)
    {
        ref float ph = ref MemoryMarshal.GetArrayDataReference(h);
        ref float px = ref MemoryMarshal.GetArrayDataReference(x);
        int whole = d & ~15;
        for (int j = 0; j < d; j++)
        {
            Vector512<float> a = default, b = default, c = default, e = default;
            nuint row = (nuint)(j * d);
            for (int i = 0; i < whole; i += 16)
            {
                Vector512<float> v = Vector512.LoadUnsafe(ref ph, row + (nuint)i);
                a = Vector512.FusedMultiplyAdd(v, Vector512.LoadUnsafe(ref px, (nuint)i), a);
                b = Vector512.FusedMultiplyAdd(v, Vector512.LoadUnsafe(ref px, (nuint)(d + i)), b);
                c = Vector512.FusedMultiplyAdd(v, Vector512.LoadUnsafe(ref px, (nuint)((2 * d) + i)), c);
                e = Vector512.FusedMultiplyAdd(v, Vector512.LoadUnsafe(ref px, (nuint)((3 * d) + i)), e);
            }

            float sa = Vector512.Sum(a), sb = Vector512.Sum(b), sc = Vector512.Sum(c), se = Vector512.Sum(e);
            for (int i = whole; i < d; i++)
            {
                float v = h[(j * d) + i];
                sa += v * x[i];
                sb += v * x[d + i];
                sc += v * x[(2 * d) + i];
                se += v * x[(3 * d) + i];
            }

            y[j] = sa;
            y[d + j] = sb;
            y[(2 * d) + j] = sc;
            y[(3 * d) + j] = se;
        }
    }
}
