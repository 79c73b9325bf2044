using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>Describes what became of each weight.</summary>
internal static class LayerPlans
{
    /// <summary>Of weights that a search gave codes.</summary>
    public static IReadOnlyList<LayerPlan> OfCodes(IReadOnlyList<LinearLayer> layers, LayerCodes?[] codes, StepPlan? plan)
    {
        List<LayerPlan> plans = [];
        for (int t = 0; t < layers.Count; t++)
        {
            LayerCodes? c = codes[t];
            string name = layers[t].Weight.Producer?.Name ?? layers[t].Weight.Name;
            plans.Add(c is null
                ? new LayerPlan(name, layers[t].Weight.Constant!.Count, "unchanged", 0, plan?.Sensitivities[t] ?? 0, 32, double.PositiveInfinity)
                : new LayerPlan(name, c.Codes.Length, NameOf(c.Encoding), c.Step, plan!.Sensitivities[t], Entropy(c.Codes), Sqnr(plan.Quantizers[t].Main.Original, c.Weights)));
        }

        return plans;
    }

    /// <summary>Of weights as they stand in a model beside what they were; a weight is known by its name.</summary>
    /// <param name="layers">The layers before.</param>
    /// <param name="after">The model with the weights as they are stored.</param>
    public static IReadOnlyList<LayerPlan> OfModel(IReadOnlyList<LinearLayer> layers, Model after)
    {
        Dictionary<string, Value> stored = new(StringComparer.Ordinal);
        foreach (Value v in after.Graph.Constants)
        {
            stored.TryAdd(v.Name, v);
        }

        return
        [
            .. layers.Select(l => stored.TryGetValue(l.Weight.Name, out Value? v) && v.Constant!.Count == l.Weight.Constant!.Count
                ? new LayerPlan(l.Weight.Name, v.Constant.Count, v.Type == DataType.Float32 ? "unchanged" : v.Type.ToString().ToLowerInvariant(), 0, 0, StoredWeights.Bits(v), Sqnr(l.Weight.Constant.ToFloats(), StoredWeights.Real(v)))
                : new LayerPlan(l.Weight.Name, l.Weight.Constant!.Count, "changed", 0, 0, 0, double.NaN)),
        ];
    }

    /// <summary>Mean entropy of a weight in bits; weights that stay have 32.</summary>
    public static double MeanBits(IReadOnlyList<LinearLayer> layers, LayerCodes?[] codes)
    {
        double bits = 0;
        double weights = 0;
        for (int t = 0; t < layers.Count; t++)
        {
            long count = layers[t].Weight.Constant!.Count;
            bits += count * (codes[t] is { } c ? Entropy(c.Codes) : 32);
            weights += count;
        }

        return weights == 0 ? 0 : bits / weights;
    }

    /// <summary>The name that recipes and reports have for an encoding.</summary>
    public static string NameOf(WeightEncoding encoding) => encoding switch
    {
        WeightEncoding.InPlace => "in-place",
        WeightEncoding.Codes => "codes",
        WeightEncoding.CodesWithInputScales => "codes-input-scales",
        _ => "unchanged",
    };

    /// <summary>Entropy in bits a code.</summary>
    public static double Entropy(ReadOnlySpan<sbyte> codes)
    {
        int[] counts = new int[256];
        foreach (sbyte c in codes)
        {
            counts[c + 128]++;
        }

        double bits = 0;
        foreach (int n in counts)
        {
            if (n > 0)
            {
                bits -= n * Math.Log2((double)n / codes.Length);
            }
        }

        return codes.Length == 0 ? 0 : bits / codes.Length;
    }

    private static double Sqnr(ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < after.Length; i++)
        {
            signal += (double)before[i] * before[i];
            noise += (double)(before[i] - after[i]) * (before[i] - after[i]);
        }

        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }
}
