using System.Numerics.Tensors;

namespace Pare.Passes.Quantize;

/// <summary>Factorisations of symmetric positive definite matrices, row-major, in binary64.</summary>
internal static class SymmetricMatrix
{
    /// <summary>The lower Cholesky factor L with A = L Lᵀ, or null where A is not positive definite.</summary>
    public static double[]? Cholesky(ReadOnlySpan<double> a, int n)
    {
        double[] l = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[(i * n) + j] - TensorPrimitives.Dot<double>(l.AsSpan(i * n, j), l.AsSpan(j * n, j));
                if (i != j)
                {
                    l[(i * n) + j] = sum / l[(j * n) + j];
                }
                else if (sum > 0 && double.IsFinite(sum))
                {
                    l[(i * n) + i] = Math.Sqrt(sum);
                }
                else
                {
                    return null;
                }
            }
        }

        return l;
    }

    /// <summary>The inverse of a matrix given by its lower Cholesky factor.</summary>
    public static double[] Inverse(ReadOnlySpan<double> l, int n)
    {
        // Rows of m are the columns of L⁻¹, so that A⁻¹ = L⁻ᵀ L⁻¹ is a matter of dot products of rows.
        double[] m = new double[n * n];
        for (int c = 0; c < n; c++)
        {
            Span<double> column = m.AsSpan(c * n, n);
            column[c] = 1 / l[(c * n) + c];
            for (int i = c + 1; i < n; i++)
            {
                double sum = TensorPrimitives.Dot<double>(l.Slice((i * n) + c, i - c), column[c..i]);
                column[i] = -sum / l[(i * n) + i];
            }
        }

        double[] inverse = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double v = TensorPrimitives.Dot<double>(m.AsSpan((i * n) + i, n - i), m.AsSpan((j * n) + i, n - i));
                inverse[(i * n) + j] = v;
                inverse[(j * n) + i] = v;
            }
        }

        return inverse;
    }

    /// <summary>The upper factor U with A⁻¹ = Uᵀ U of a positive definite A, or null where A is not positive definite.</summary>
    public static double[]? InverseUpperFactor(ReadOnlySpan<double> a, int n)
    {
        if (Cholesky(a, n) is not { } l)
        {
            return null;
        }

        if (Cholesky(Inverse(l, n), n) is not { } lower)
        {
            return null;
        }

        double[] upper = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                upper[(j * n) + i] = lower[(i * n) + j];
            }
        }

        return upper;
    }

    /// <summary>Solves A x = b by the lower Cholesky factor of A and its transpose; <paramref name="right"/> becomes the solution.</summary>
    public static double[] Solve(double[] lower, double[] upper, double[] right, int n)
    {
        for (int i = 0; i < n; i++)
        {
            right[i] = (right[i] - TensorPrimitives.Dot<double>(lower.AsSpan(i * n, i), right.AsSpan(0, i))) / lower[(i * n) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            right[i] = (right[i] - TensorPrimitives.Dot<double>(upper.AsSpan((i * n) + i + 1, n - i - 1), right.AsSpan(i + 1))) / lower[(i * n) + i];
        }

        return right;
    }

    /// <summary>The transpose of a lower triangular matrix.</summary>
    public static double[] Transposed(double[] lower, int n)
    {
        double[] upper = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                upper[(j * n) + i] = lower[(i * n) + j];
            }
        }

        return upper;
    }
}
