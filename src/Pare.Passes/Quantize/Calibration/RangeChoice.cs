namespace Pare.Passes.Quantize;

/// <summary>Chooses a range from a histogram; the result always holds 0 and lies within what was seen.</summary>
internal static class RangeChoice
{
    private const int Steps = 64;

    /// <summary>The range between two percentiles.</summary>
    public static ActivationRange Percentile(ActivationHistogram h, ActivationRange seen, double percent)
    {
        double tail = h.Total * (100 - percent) / 200;
        double below = 0;
        double low = seen.Minimum;
        double high = seen.Maximum;
        int zero = h.Count / 2;
        for (int i = 0; i < zero; i++)
        {
            below += h.Counts[i];
            if (below > tail)
            {
                low = h.Edge(i);
                break;
            }

            low = 0;
        }

        double above = 0;
        for (int i = h.Count - 1; i >= zero; i--)
        {
            above += h.Counts[i];
            if (above > tail)
            {
                high = h.Edge(i + 1);
                break;
            }

            high = 0;
        }

        return Within(low, high, seen);
    }

    /// <summary>The range with the least mean squared error: Δ²/12 for what lies inside, the squared distance for what is clipped. Both ends are searched over 64 fractions.</summary>
    public static ActivationRange Mse(ActivationHistogram h, ActivationRange seen, int levels)
    {
        (double min, double max) = (Math.Min(0, seen.Minimum), Math.Max(0, seen.Maximum));
        double[] below = Enumerable.Range(0, Steps).Select(k => min * (k + 1) / Steps).ToArray();
        double[] above = Enumerable.Range(0, Steps).Select(k => max * (k + 1) / Steps).ToArray();
        double[] clippedLow = [.. below.Select(t => Clipped(h, t, low: true))];
        double[] clippedHigh = [.. above.Select(t => Clipped(h, t, low: false))];
        double inside = h.Total - h.Zeros;
        (double Low, double High) best = (min, max);
        double least = double.PositiveInfinity;
        for (int i = min < 0 ? 0 : Steps - 1; i < Steps; i++)
        {
            for (int j = max > 0 ? 0 : Steps - 1; j < Steps; j++)
            {
                double step = (above[j] - below[i]) / levels;
                double cost = (step * step / 12 * inside) + clippedLow[i] + clippedHigh[j];
                if (cost <= least)
                {
                    (least, best) = (cost, (below[i], above[j]));
                }
            }
        }

        return Within(best.Low, best.High, seen);
    }

    /// <summary>
    /// The range whose quantized distribution diverges least from the clipped one, as TensorRT's calibrator does it: what lies beyond is added to the last bins, the rest is merged
    /// to as many levels as the range has and spread again over the bins that were not empty.
    /// </summary>
    public static ActivationRange Entropy(ActivationHistogram h, ActivationRange seen, int levels)
    {
        double largest = Math.Max(-Math.Min(0, seen.Minimum), Math.Max(0, seen.Maximum));
        if (h.Width == 0)
        {
            return seen;
        }

        double best = largest;
        double least = double.PositiveInfinity;
        for (int k = Steps / 4; k <= Steps; k++)
        {
            double threshold = largest * k / Steps;
            ActivationRange range = Within(-threshold, threshold, seen);
            double divergence = Divergence(h, range, levels);
            if (divergence <= least)
            {
                (least, best) = (divergence, threshold);
            }
        }

        return Within(-best, best, seen);
    }

    private static double Divergence(ActivationHistogram h, ActivationRange range, int levels)
    {
        int first = Math.Clamp((int)Math.Floor(range.Minimum / h.Width) + (h.Count / 2), 0, h.Count - 1);
        int last = Math.Clamp((int)Math.Ceiling(range.Maximum / h.Width) + (h.Count / 2) - 1, first, h.Count - 1);
        int bins = last - first + 1;
        if (bins <= 1)
        {
            return double.PositiveInfinity;
        }

        double[] p = new double[bins];
        double[] plain = new double[bins];
        for (int i = 0; i < h.Count; i++)
        {
            int at = Math.Clamp(i - first, 0, bins - 1);
            p[at] += h.Counts[i];
            if (i >= first && i <= last)
            {
                plain[i - first] += h.Counts[i];
            }
        }

        double[] q = new double[bins];
        int groups = Math.Min(levels, bins);
        for (int g = 0; g < groups; g++)
        {
            int from = (int)((long)g * bins / groups);
            int to = (int)((long)(g + 1) * bins / groups);
            double sum = 0;
            int filled = 0;
            for (int i = from; i < to; i++)
            {
                sum += plain[i];
                filled += plain[i] > 0 ? 1 : 0;
            }

            for (int i = from; i < to && filled > 0; i++)
            {
                q[i] = plain[i] > 0 ? sum / filled : 0;
            }
        }

        double totalP = p.Sum();
        double totalQ = q.Sum();
        double divergence = 0;
        for (int i = 0; i < bins && totalQ > 0; i++)
        {
            if (p[i] > 0)
            {
                // An emptied bin costs as one of a tiny probability.
                divergence += p[i] / totalP * Math.Log(p[i] / totalP / Math.Max(q[i] / totalQ, 1e-9));
            }
        }

        return totalQ > 0 ? divergence : double.PositiveInfinity;
    }

    private static double Clipped(ActivationHistogram h, double threshold, bool low)
    {
        double cost = 0;
        for (int i = low ? 0 : h.Count / 2; i < (low ? h.Count / 2 : h.Count); i++)
        {
            double beyond = low ? threshold - h.Centre(i) : h.Centre(i) - threshold;
            if (h.Counts[i] > 0 && beyond > 0)
            {
                cost += h.Counts[i] * beyond * beyond;
            }
        }

        return cost;
    }

    private static ActivationRange Within(double low, double high, ActivationRange seen) =>
        new((float)Math.Max(low, Math.Min(0, seen.Minimum)), (float)Math.Min(high, Math.Max(0, seen.Maximum)));
}
