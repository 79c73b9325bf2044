using Pare.Codecs;

namespace Pare.Passes.Quantize;

/// <summary>
/// Quantizes a constant that is no layer's weight (an embedding, a scale, a table of positions, a recurrent weight) element by element:
/// <c>Σ h_i (w_i - q_i Δ)² + λ · bits</c>, with h the diagonal of the answers' curvature. Stateless and thread-safe.
/// </summary>
public static class ConstantQuantizer
{
    /// <summary>Quantizes a tensor at a price.</summary>
    /// <param name="weights">The tensor.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="curvature">For each element what its squared error costs; one number serves all.</param>
    /// <param name="lambda">What a bit may cost.</param>
    /// <param name="samples">Samples that the curvature was measured on: what none of few touched, such as a row of an embedding, others may.</param>
    /// <returns>The codes, their bits by a dry run, and the predicted cost.</returns>
    public static (CodedWeight Weight, double Bits, double Distortion) Quantize(ReadOnlySpan<float> weights, TensorShape shape, ReadOnlySpan<double> curvature, double lambda, int samples)
    {
        ArgumentNullException.ThrowIfNull(shape);
        float[] w = weights.ToArray();
        double[] h = new double[w.Length];
        double mean = 0;
        foreach (double c in curvature)
        {
            mean += c / curvature.Length;
        }

        double floor = Math.Max(1e-30, mean * Math.Clamp(150.0 / Math.Max(1, samples), 0.15, 0.5));
        for (int i = 0; i < h.Length; i++)
        {
            h[i] = Math.Max(curvature[curvature.Length == 1 ? 0 : i], floor);
        }

        SymbolLayout layout = WeightLayouts.Of(shape);
        float largest = w.Length == 0 ? 0 : w.Max(Math.Abs);
        double start = Math.Clamp(Math.Sqrt(6 * lambda / (Math.Log(2) * Math.Max(mean, 1e-30))), Math.Max(1e-30, largest / 32768.0), Math.Max(1e-30, largest));
        (CodedWeight Weight, double Bits, double Distortion)? best = null;
        foreach (double factor in (double[])[0.7, 1, 1.4])
        {
            (CodedWeight weight, double bits, double distortion) = Descend(w, h, layout, CodedWeight.RoundStep((float)(start * factor)), lambda);
            if (best is not { } b || distortion + (lambda * bits) < b.Distortion + (lambda * b.Bits))
            {
                best = (weight, bits, distortion);
            }
        }

        return best!.Value;
    }

    private static (CodedWeight Weight, double Bits, double Distortion) Descend(float[] w, double[] h, SymbolLayout layout, float step, double lambda)
    {
        int[] codes = [.. w.Select(v => (int)Math.Round(v / step))];
        SymbolGroupEncoder meter = new(new SymbolCoderOptions { Quick = true });
        SymbolCosts costs = meter.Measure(codes, layout);
        for (int sweep = 0; sweep < 3; sweep++)
        {
            for (int i = 0; i < codes.Length; i++)
            {
                int nearest = (int)Math.Round(w[i] / step);
                codes[i] = Cheapest(i, nearest, nearest - Math.Sign(nearest));
            }

            costs = meter.Measure(codes, layout);
        }

        double distortion = 0;
        float[] values = new float[codes.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            values[i] = codes[i] * step;
            distortion += h[i] * (w[i] - values[i]) * (w[i] - values[i]);
        }

        return (new CodedWeight { Codes = codes, Layout = layout, Step = step, Values = values }, costs.TotalBits, distortion);

        int Cheapest(int i, int a, int b)
        {
            int choice = a;
            double lowest = Price(i, a);
            foreach (int code in (ReadOnlySpan<int>)[b, 0])
            {
                double price = code == choice ? double.PositiveInfinity : Price(i, code);
                if (price < lowest)
                {
                    (choice, lowest) = (code, price);
                }
            }

            return choice;
        }

        double Price(int i, int code)
        {
            double off = w[i] - ((double)code * step);
            return (h[i] * off * off) + (lambda * costs.Bits(i, code));
        }
    }
}
