namespace Pare.Codecs;

/// <summary>
/// Uniform reconstruction with a rate-distortion optimised choice of codes (entropy-constrained scalar quantization, also called RDOQ): value = code times step, and of the nearest code, the next one towards zero and zero
/// the one with the least weighted squared error plus lambda times bits is taken, the bits being what <see cref="SymbolCoder"/> would spend. Stateless and thread-safe.
/// </summary>
public static class UniformQuantizer
{
    /// <summary>Rounds to the nearest code.</summary>
    /// <param name="values">Finite weights.</param>
    /// <param name="step">Distance of neighbours.</param>
    /// <param name="codes">Where the codes go; as long as <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException">A value or the step is not finite, or too many steps from zero.</exception>
    public static void Round(ReadOnlySpan<float> values, float step, Span<int> codes)
    {
        QuantizerArguments.Check(values, step, codes.Length);
        for (int i = 0; i < values.Length; i++)
        {
            codes[i] = (int)Math.Round((double)values[i] / step);
        }
    }

    /// <summary>Chooses codes by rate and distortion.</summary>
    /// <param name="values">Finite weights in flat order.</param>
    /// <param name="layout">How they lie.</param>
    /// <param name="step">Distance of neighbours.</param>
    /// <param name="lambda">Price of a bit in squared steps; 0 rounds, 2 ln 2 / 12 = 0.116 is right at high rates.</param>
    /// <param name="codes">Where the codes go; as long as <paramref name="values"/>.</param>
    /// <param name="sensitivities">A factor for each weight's squared error (the diagonal of a Hessian over its mean); empty for 1.</param>
    /// <param name="passes">Dry runs of the coder, each followed by a choice.</param>
    /// <returns>Bits that the codes take, nearly.</returns>
    /// <exception cref="ArgumentException">A value or the step is not finite, or too many steps from zero.</exception>
    public static double Quantize(ReadOnlySpan<float> values, SymbolLayout layout, float step, double lambda, Span<int> codes, ReadOnlySpan<float> sensitivities = default, int passes = 3)
    {
        SymbolArguments.Check(values.Length, layout);
        if (!sensitivities.IsEmpty && sensitivities.Length != values.Length)
        {
            throw new ArgumentException($"{values.Length} values, but {sensitivities.Length} sensitivities", nameof(sensitivities));
        }

        Round(values, step, codes);
        SymbolCoderOptions quick = new() { Quick = true };
        SymbolCosts costs = SymbolCoder.Measure(codes, layout, quick);
        for (int pass = 0; pass < passes && lambda > 0; pass++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                double t = (double)values[i] / step;
                double weight = sensitivities.IsEmpty ? 1 : sensitivities[i];
                int near = (int)Math.Round(t);
                int best = near;
                double least = weight * (t - near) * (t - near) + lambda * costs.Bits(i, near);
                Consider(near - Math.Sign(near), i);
                Consider(0, i);
                codes[i] = best;

                void Consider(int code, int at)
                {
                    double cost = weight * (t - code) * (t - code) + lambda * costs.Bits(at, code);
                    if (cost < least)
                    {
                        (best, least) = (code, cost);
                    }
                }
            }

            costs = SymbolCoder.Measure(codes, layout, quick);
        }

        return costs.TotalBits;
    }
}
