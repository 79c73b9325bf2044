using System.Numerics.Tensors;

namespace Pare.Passes.Quantize;

/// <summary>
/// Puts one output channel's weights on a grid for the least <c>(w - ŵ)ᵀ A (w - ŵ)</c>: start by rounding with error feedback (GPTQ), then in turn the best scale for the codes,
/// <c>s += qᵀA(w - ŵ) / qᵀAq</c>, and the best code for each weight with the others as they are. Holds buffers: one a thread. Without A all weights count alike.
/// </summary>
internal sealed class ColumnRounder(double[]? a, double[]? factor, int d, int highest, int group, WeightRoundingOptions options)
{
    private const int Rounds = 6;
    private static readonly double[] s_fractions = [1, 0.9, 0.8, 0.72, 0.64, 0.56, 0.48];
    private readonly int _d = d;

    /// <summary>Rounds a channel.</summary>
    /// <param name="w">What the weights aim at.</param>
    /// <param name="least">The least scale.</param>
    /// <returns>Codes, and one scale for each group.</returns>
    public (sbyte[] Codes, float[] Scales) Round(double[] w, double least)
    {
        int groups = _d / group;
        (sbyte[] Codes, float[] Scales, double Cost)? best = null;
        foreach (double fraction in options.SearchScales ? s_fractions : [1.0])
        {
            float[] scales = new float[groups];
            for (int g = 0; g < groups; g++)
            {
                double largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(w.AsSpan(g * group, group)));
                scales[g] = Stored(Math.Max(least, largest * fraction / highest));
            }

            sbyte[] codes = options.Feedback && factor is not null ? WithFeedback(w, scales) : Nearest(w, scales);
            double[] error = Error(w, codes, scales);
            double cost = options.Feedback || options.SearchScales ? Improve(w, codes, scales, error) : 0;
            if (best is not { } b || cost < b.Cost)
            {
                best = (codes, scales, cost);
            }
        }

        return (best!.Value.Codes, best.Value.Scales);
    }

    // Scales of groups are stored as binary16.
    private float Stored(double scale)
    {
        float s = group == _d ? (float)scale : (float)(Half)scale;
        return s > 0 && float.IsFinite(s) ? s : group == _d ? 1f : (float)Half.Epsilon;
    }

    private sbyte Code(double value, float scale) => (sbyte)Math.Clamp(Math.Round(value / scale), -highest, highest);

    private sbyte[] Nearest(double[] w, float[] scales)
    {
        sbyte[] codes = new sbyte[_d];
        for (int j = 0; j < _d; j++)
        {
            codes[j] = Code(w[j], scales[j / group]);
        }

        return codes;
    }

    private sbyte[] WithFeedback(double[] w, float[] scales)
    {
        double[] rest = [.. w];
        sbyte[] codes = new sbyte[_d];
        for (int j = 0; j < _d; j++)
        {
            float scale = scales[j / group];
            codes[j] = Code(rest[j], scale);
            double e = (rest[j] - ((double)codes[j] * scale)) / factor![(j * _d) + j];
            Span<double> later = rest.AsSpan(j + 1);
            TensorPrimitives.MultiplyAdd(factor.AsSpan((j * _d) + j + 1, _d - j - 1), -e, later, later);
        }

        return codes;
    }

    private double[] Error(double[] w, sbyte[] codes, float[] scales)
    {
        double[] error = new double[_d];
        for (int j = 0; j < _d; j++)
        {
            error[j] = w[j] - ((double)codes[j] * scales[j / group]);
        }

        return error;
    }

    private double Improve(double[] w, sbyte[] codes, float[] scales, double[] error)
    {
        double[] pull = new double[_d];
        for (int round = 0; round < Rounds; round++)
        {
            if (options.SearchScales)
            {
                RefineScales(w, codes, scales, error);
            }

            Multiply(error, pull);
            if (!options.Feedback || a is null || !Sweep(codes, scales, error, pull))
            {
                break;
            }
        }

        Multiply(error, pull);
        return TensorPrimitives.Dot<double>(error, pull);
    }

    private void RefineScales(double[] w, sbyte[] codes, float[] scales, double[] error)
    {
        double[] direction = new double[_d];
        double[] product = new double[_d];
        for (int g = 0; g < scales.Length; g++)
        {
            Array.Clear(direction);
            for (int j = g * group; j < (g + 1) * group; j++)
            {
                direction[j] = codes[j];
            }

            Multiply(direction, product, g * group, group);
            double stiffness = TensorPrimitives.Dot<double>(direction, product);
            float changed = stiffness > 0 ? Stored(scales[g] + (TensorPrimitives.Dot<double>(product, error) / stiffness)) : scales[g];
            if (!(changed > scales[g] * 0.5) || changed > scales[g] * 2)
            {
                continue;
            }

            scales[g] = changed;
            for (int j = g * group; j < (g + 1) * group; j++)
            {
                error[j] = w[j] - ((double)codes[j] * changed);
            }
        }
    }

    private bool Sweep(sbyte[] codes, float[] scales, double[] error, double[] pull)
    {
        bool changed = false;
        for (int j = 0; j < _d; j++)
        {
            float scale = scales[j / group];
            sbyte better = Code((codes[j] * (double)scale) + (pull[j] / a![(j * _d) + j]), scale);
            if (better == codes[j])
            {
                continue;
            }

            double move = (better - codes[j]) * (double)scale;
            codes[j] = better;
            error[j] -= move;
            TensorPrimitives.MultiplyAdd(a.AsSpan(j * _d, _d), -move, pull, pull);
            changed = true;
        }

        return changed;
    }

    private void Multiply(double[] x, double[] result) => Multiply(x, result, 0, _d);

    // A x, of which only a part of x is not zero; A is symmetric.
    private void Multiply(double[] x, double[] result, int from, int count)
    {
        if (a is null)
        {
            x.CopyTo(result, 0);
            return;
        }

        for (int i = 0; i < _d; i++)
        {
            result[i] = TensorPrimitives.Dot<double>(a.AsSpan((i * _d) + from, count), x.AsSpan(from, count));
        }
    }
}
