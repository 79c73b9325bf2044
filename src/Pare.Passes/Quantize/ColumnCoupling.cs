namespace Pare.Passes.Quantize;

/// <summary>How the errors of a layer's output channels add up in the answers, made safe to rely on.</summary>
internal sealed record ColumnCoupling
{
    /// <summary>See <see cref="RateDistortionProblem.Coupling"/>.</summary>
    public required float[] Ratios { get; init; }

    /// <summary>For each channel the factor of its errors where the other channels may answer them: 1 / [G⁻¹]_cc.</summary>
    public required double[] Alone { get; init; }

    /// <summary>Makes the coupling of a layer, or null where there is none.</summary>
    /// <param name="sensitivity">What was measured.</param>
    /// <param name="importance">The diagonal, nowhere less than the covariance's: the sum stays positive semidefinite.</param>
    /// <param name="trust">Part of the covariances to take.</param>
    public static ColumnCoupling? Of(OutputSensitivity sensitivity, double[] importance, double trust)
    {
        if (sensitivity.Covariance is not { } covariance || trust <= 0)
        {
            return null;
        }

        int n = importance.Length;
        float[] ratios = new float[n * n];
        double[] whole = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double product = i == j ? importance[i] : trust * covariance[(i * n) + j];
                whole[(i * n) + j] = product / Math.Sqrt(importance[i] * importance[j]);
                ratios[(i * n) + j] = i == j ? 0 : (float)(product / importance[i]);
            }
        }

        double[] alone = importance;
        if (SymmetricMatrix.Cholesky(whole, n) is { } factor)
        {
            double[] inverse = SymmetricMatrix.Inverse(factor, n);
            alone = [.. importance.Select((g, c) => g / Math.Max(1, inverse[(c * n) + c]))];
        }

        return new ColumnCoupling { Ratios = ratios, Alone = alone };
    }
}
