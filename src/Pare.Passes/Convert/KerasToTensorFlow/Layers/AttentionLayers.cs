namespace Pare.Passes.Conversion;

/// <summary>Attention: plain, additive, multi-head.</summary>
internal static class AttentionLayers
{
    private const double Excluded = -1e9;

    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Attention", c => Plain(c, additive: false)),
        new("AdditiveAttention", c => Plain(c, additive: true)),
        new("MultiHeadAttention", MultiHead),
    ];

    // softmax(score(q, k))·v; inputs query, value and, if it is another, key.
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
        if (c.Mask(1) is { } valueMask)
        {
            scores = Exclude(b, scores, b.ExpandDims(valueMask, 1));
        }

        if (arguments.Flag("use_causal_mask", c.Flag("causal", false)))
        {
            scores = Exclude(b, scores, Causal(b, scores));
        }

        Value y = b.BatchMatMul(b.Softmax(scores, -1), v);
        if (c.Mask(0) is { } queryMask)
        {
            y = b.Mul(y, b.Cast(b.ExpandDims(queryMask, 2), DataType.Float32));
            c.OutputMask = queryMask;
        }

        c.SetOutput(y);
        c.SetOutput(b.Softmax(scores, -1));
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

    // Weights: query, key, value kernels [features, heads, size] with biases, output kernel [heads, size, features] with bias.
    private static void MultiHead(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        CallArguments arguments = new(c);
        Value q = b.Cast(arguments.Find("query", 0) ?? c.Raw(0), DataType.Float32);
        Value v = b.Cast(arguments.Find("value", 1) ?? throw new LoweringException("the argument 'value' is missing"), DataType.Float32);
        Value k = arguments.Find("key", 2) is { } key ? b.Cast(key, DataType.Float32) : v;
        bool biased = c.Flag("use_bias", true);
        int step = biased ? 2 : 1;
        if (c.WeightCount < 4 * step || q.Shape?.Rank != 3 || c.Config.ContainsKey("attention_axes") && c.List("attention_axes") is not [1])
        {
            LayerContext.Unsupported("attention over other axes than the steps of [batch, steps, features] is not carried over");
        }

        Value scaled = b.Mul(Heads(c, q, 0, biased, "query"), b.Float(1 / Math.Sqrt(c.Weight(0).Shape[2])));
        Value scores = b.BatchMatMul(scaled, Heads(c, k, step, biased, "key"), transposeY: true);
        foreach (Value mask in Masks(c, arguments, scores))
        {
            scores = Exclude(b, scores, mask);
        }

        Value weights = b.Softmax(scores, -1);
        Value mixed = b.Transpose(b.BatchMatMul(weights, Heads(c, v, 2 * step, biased, "value")), 0, 2, 1, 3);
        TensorData output = c.Weight(3 * step);
        long width = output.Shape[0] * output.Shape[1];
        Value joined = b.ReshapeTo(mixed, [(q.Shape[0].Value, q, 0), (q.Shape[1].Value, q, 1), (width, null, 0)]);
        Value y = DenseLayers.Product(b, joined, b.Constant(new TensorView(output, output.Type, new TensorShape(width, output.Shape[2])), "output_kernel"));
        c.OutputMask = c.Mask();
        c.SetOutput(biased ? b.BiasAdd(y, c.WeightValue((3 * step) + 1, "output_bias")) : y);
        if (arguments.Flag("return_attention_scores", false))
        {
            c.SetOutput(weights);
        }
    }

    // [batch, steps, features] to [batch, heads, steps, size].
    private static Value Heads(LayerContext c, Value x, int weight, bool biased, string name)
    {
        TensorFlowBuilder b = c.TensorFlow;
        TensorData kernel = c.Weight(weight);
        long heads = kernel.Shape[1];
        long size = kernel.Shape[2];
        Value y = DenseLayers.Product(b, x, b.Constant(new TensorView(kernel, kernel.Type, new TensorShape(kernel.Shape[0], heads * size)), name + "_kernel"));
        if (biased)
        {
            TensorData bias = c.Weight(weight + 1);
            y = b.BiasAdd(y, b.Constant(new TensorView(bias, bias.Type, new TensorShape(heads * size)), name + "_bias"));
        }

        return b.Transpose(b.ReshapeTo(y, [(x.Shape![0].Value, x, 0), (x.Shape[1].Value, x, 1), (heads, null, 0), (size, null, 0)]), 0, 2, 1, 3);
    }

    private static IEnumerable<Value> Masks(LayerContext c, CallArguments arguments, Value scores)
    {
        TensorFlowBuilder b = c.TensorFlow;
        if (arguments.Find("attention_mask", 3) is { } given)
        {
            yield return b.ExpandDims(given.Type == DataType.Boolean ? given : b.Compare("NotEqual", b.Cast(given, DataType.Float32), b.Float(0)), 1);
        }

        if (c.Mask(1) is { } valueMask)
        {
            yield return b.ExpandDims(b.ExpandDims(valueMask, 1), 1);
        }

        if (c.Mask(0) is { } queryMask)
        {
            yield return b.ExpandDims(b.ExpandDims(queryMask, 2), 1);
        }

        if (arguments.Flag("use_causal_mask", false))
        {
            yield return Causal(b, scores);
        }
    }

    private static Value Exclude(TensorFlowBuilder b, Value scores, Value mask) => b.Add(scores, b.Mul(b.Sub(b.Float(1), b.Cast(mask, DataType.Float32)), b.Float(Excluded)));

    // True where a key is no later than the query.
    private static Value Causal(TensorFlowBuilder b, Value scores)
    {
        if (Shapes.Extent(scores.Shape, -2) is not { } rows || Shapes.Extent(scores.Shape, -1) is not { } columns || rows * columns > 1 << 24)
        {
            throw new LoweringException("causal attention needs a known number of steps");
        }

        byte[] mask = new byte[rows * columns];
        for (long i = 0; i < mask.Length; i++)
        {
            mask[i] = i % columns <= i / columns ? (byte)1 : (byte)0;
        }

        return b.Constant(new DenseTensorData(DataType.Boolean, new TensorShape(rows, columns), mask), "causal_mask");
    }
}
