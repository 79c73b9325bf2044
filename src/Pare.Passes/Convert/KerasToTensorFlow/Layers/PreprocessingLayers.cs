namespace Pare.Passes.Conversion;

/// <summary>Preprocessing that is part of a model.</summary>
internal static class PreprocessingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Rescaling", Rescaling),
        new("Normalization", Normalization),
    ];

    private static void Rescaling(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value y = b.Mul(c.Input(), Row(b, c.Numbers("scale") ?? [1]));
        float[] offset = c.Numbers("offset") ?? [0];
        c.SetOutput(Array.TrueForAll(offset, o => o == 0) ? y : b.Add(y, Row(b, offset)));
    }

    private static Value Row(TensorFlowBuilder b, float[] values) => values.Length == 1 ? b.Float(values[0]) : b.Floats(values, values.Length);

    // (x - mean) / max(√variance, 1e-7), statistics in the configuration or learnt.
    private static void Normalization(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        int rank = c.Rank();
        float[] mean = c.Numbers("mean") ?? c.Weight(0).ToFloats();
        float[] variance = c.Numbers("variance") ?? c.Weight(1).ToFloats();
        int[] axes = c.List("axis") is { Length: > 0 } list ? NormalizationLayers.Axes(list, rank) : [];
        long[] shape = [.. Enumerable.Range(0, rank).Select(i => axes.Contains(i) ? x.Shape![i].Value ?? throw new LoweringException($"the extent of axis {i} must be known") : 1L)];
        Value m = Statistics(b, mean, shape);
        Value d = Statistics(b, [.. variance.Select(v => MathF.Max(MathF.Sqrt(v), 1e-7f))], shape);
        c.SetOutput(c.Flag("invert", false) ? b.Add(b.Mul(x, d), m) : b.Div(b.Sub(x, m), d));
    }

    private static Value Statistics(TensorFlowBuilder b, float[] values, long[] shape) => values.Length == 1 ? b.Float(values[0])
        : shape.Aggregate(1L, (a, e) => a * e) == values.Length ? b.Floats(values, shape)
        : throw new LoweringException($"{values.Length} statistics do not fit the shape [{string.Join(",", shape)}]");
}
