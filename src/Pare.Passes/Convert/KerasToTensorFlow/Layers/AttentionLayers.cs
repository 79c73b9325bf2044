namespace Pare.Passes.Conversion;

/// <summary>Attention of one head: by dot products and additive. Inputs: query, value and, if it is another, key.</summary>
internal static class AttentionLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Attention", c => Plain(c, additive: false)),
        new("AdditiveAttention", c => Plain(c, additive: true)),
    ];

    // softmax(score(q, k))·v.
    private static void Plain(LayerContext c, bool additive)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value q = c.Input(0);
        Value v = c.Input(1);
        Value k = c.InputCount > 2 ? c.Input(2) : v;
        Value scores = additive || c.Text("score_mode", "dot") == "concat" ? Additive(c, q, k, additive) : b.BatchMatMul(q, k, transposeY: true);
        if (!additive && c.Flag("use_scale", false) && c.Text("score_mode", "dot") == "dot")
        {
            scores = b.Mul(scores, c.WeightValue(0, "scale"));
        }

        CallArguments arguments = new(c);
        AttentionMask mask = new(b);
        if (c.Mask(1) is { } valueMask)
        {
            mask.And(b.ExpandDims(valueMask, 1));
        }

        if (arguments.Flag("use_causal_mask", c.Flag("causal", false)))
        {
            mask.AndCausal(scores);
        }

        Value weights = b.Softmax(mask.Apply(scores), -1);
        Value y = b.BatchMatMul(weights, v);
        if (c.Mask(0) is { } queryMask)
        {
            y = b.Mul(y, b.Cast(b.ExpandDims(queryMask, 2), DataType.Float32));
            c.OutputMask = queryMask;
        }

        c.SetOutput(y);
        c.SetOutput(weights);
    }

    // Σ scale·tanh(q + k), or scale·Σ tanh(scale'·(q + k)) in the layer that calls it concat.
    private static Value Additive(LayerContext c, Value q, Value k, bool additive)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value sum = b.Add(b.ExpandDims(q, 2), b.ExpandDims(k, 1));
        if (additive)
        {
            Value t = b.Unary("Tanh", sum);
            return b.Reduce("Sum", c.Flag("use_scale", true) ? b.Mul(t, c.WeightValue(0, "scale")) : t, [-1], keep: false);
        }

        bool scaled = c.Flag("use_scale", false);
        Value inner = b.Unary("Tanh", scaled ? b.Mul(sum, c.WeightValue(0, "scale")) : sum);
        return b.Mul(b.Reduce("Sum", inner, [-1], keep: false), c.WeightValue(scaled ? 1 : 0, "concat_score_weight"));
    }
}
