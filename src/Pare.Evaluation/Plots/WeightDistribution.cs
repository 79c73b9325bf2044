namespace Pare.Evaluation;

/// <summary>How a tensor's values spread: shares in equal bins between the 1st and the 99th percentile, and, where they are few, the values themselves. Immutable.</summary>
internal sealed class WeightDistribution
{
    /// <summary>Bins of a histogram.</summary>
    public const int Bins = 50;

    private const int FewValues = 256;

    private WeightDistribution(double low, double high, double[] shares, IReadOnlyList<(double Value, double Share)> centroids)
    {
        Low = low;
        High = high;
        Shares = shares;
        Centroids = centroids;
    }

    /// <summary>Lower end of the first bin.</summary>
    public double Low { get; }

    /// <summary>Upper end of the last bin.</summary>
    public double High { get; }

    /// <summary>Part of the values in each bin.</summary>
    public double[] Shares { get; }

    /// <summary>The distinct values within the range with the part of the values that each has, ascending; empty where there are more than 256.</summary>
    public IReadOnlyList<(double Value, double Share)> Centroids { get; }

    /// <summary>Width of a bin.</summary>
    public double Width => (High - Low) / Bins;

    /// <summary>Counts a tensor's finite values; null where none is finite.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="within">Takes the range of another distribution, so that the two can be drawn over each other; null for the tensor's own.</param>
    public static WeightDistribution? Of(TensorData tensor, WeightDistribution? within = null)
    {
        float[] values = Array.FindAll(tensor.ToFloats(), float.IsFinite);
        if (values.Length == 0)
        {
            return null;
        }

        Array.Sort(values);
        (double low, double high) = within is null ? (values[(int)(values.Length * 0.01)], values[Math.Min(values.Length - 1, (int)(values.Length * 0.99))]) : (within.Low, within.High);
        if (low == high)
        {
            double margin = Math.Max(Math.Abs(low) * 0.1, 1e-6);
            (low, high) = (low - margin, high + margin);
        }

        double[] shares = new double[Bins];
        List<(double Value, int Count)> distinct = [];
        foreach (float v in values)
        {
            if (v < low || v > high)
            {
                continue;
            }

            shares[Math.Min(Bins - 1, (int)((v - low) / (high - low) * Bins))] += 1.0 / values.Length;
            if (distinct.Count > 0 && distinct[^1].Value == v)
            {
                distinct[^1] = (v, distinct[^1].Count + 1);
            }
            else if (distinct.Count <= FewValues)
            {
                distinct.Add((v, 1));
            }
        }

        bool few = distinct.Count <= FewValues && distinct.Count < values.Length / 4;
        return new WeightDistribution(low, high, shares, few ? [.. distinct.Select(d => (d.Value, (double)d.Count / values.Length))] : []);
    }
}
