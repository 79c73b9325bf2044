namespace Pare.Passes.Conversion;

/// <summary>
/// Attention of several heads, over one axis or several, and with heads that share keys and values in groups. Weights: query, key, value kernels
/// [features, heads, size], each with its bias [heads, size], output kernel [heads, size, features…] with its bias [features…].
/// </summary>
internal static class HeadedAttentionLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("MultiHeadAttention", MultiHead),
        new("GroupedQueryAttention", MultiHead),
        new("GroupQueryAttention", MultiHead),
    ];

    private static void MultiHead(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        CallArguments arguments = new(c);
        Value query = b.Cast(arguments.Find("query", 0) ?? c.Raw(0), DataType.Float32);
        Value value = b.Cast(arguments.Find("value", 1) ?? throw new LoweringException("the argument 'value' is missing"), DataType.Float32);
        Value key = arguments.Find("key", 2) is { } given ? b.Cast(given, DataType.Float32) : value;
        bool biased = c.Flag("use_bias", true);
        int step = biased ? 2 : 1;
        if (c.WeightCount < 4 * step || query.Shape is not { Rank: >= 3 } shape)
        {
            throw new LoweringException($"the layer has {c.WeightCount} weights, {4 * step} were expected, and an input of shape {query.Shape?.ToString() ?? "?"}; [batch, steps, features] were expected");
        }

        int[] axes = Axes(c, shape.Rank);
        bool plain = shape.Rank == 3;
        Value q = plain ? query : Rows(b, query, axes);
        Value k = plain ? key : Rows(b, key, axes);
        Value v = plain ? value : Rows(b, value, axes);
        Value scaled = b.Mul(Heads(c, q, 0, biased, "query"), b.Float(1 / Math.Sqrt(c.Weight(0).Shape[2])));
        long heads = c.Weight(0).Shape[1];
        Value scores = b.BatchMatMul(scaled, Shared(b, Heads(c, k, step, biased, "key"), heads), transposeY: true);
        Value weights = b.Softmax(Mask(c, arguments, scores, plain).Apply(scores), -1);
        Value mixed = b.Transpose(b.BatchMatMul(weights, Shared(b, Heads(c, v, 2 * step, biased, "value"), heads)), 0, 2, 1, 3);
        TensorData output = c.Weight(3 * step);
        long width = output.Shape[0] * output.Shape[1];
        long[] features = output.Shape.ToArray()[2..];
        long flat = features.Aggregate(1L, (product, e) => product * e);
        Value joined = b.ReshapeTo(mixed, [(q.Shape![0].Value, q, 0), (q.Shape[1].Value, q, 1), (width, null, 0)]);
        Value y = DenseLayers.Product(b, joined, b.Constant(new TensorView(output, output.Type, new TensorShape(width, flat)), "output_kernel"));
        if (biased)
        {
            TensorData bias = c.Weight((3 * step) + 1);
            y = b.BiasAdd(y, b.Constant(bias.Shape.Rank == 1 ? bias : new TensorView(bias, bias.Type, new TensorShape(flat)), "output_bias"));
        }

        c.OutputMask = c.Mask();
        c.SetOutput(plain && features.Length == 1 ? y : Spread(b, y, query, axes, features));
        if (!arguments.Flag("return_attention_scores", false))
        {
            return;
        }

        if (!plain)
        {
            LayerContext.Unsupported("the scores of attention over several axes are not carried over");
        }

        c.SetOutput(weights);
    }

    // The axes attended over: all between batch and features unless said.
    private static int[] Axes(LayerContext c, int rank)
    {
        long[] stated = c.List("attention_axes") ?? [.. Enumerable.Range(1, rank - 2).Select(i => (long)i)];
        int[] axes = [.. stated.Select(a => (int)(a < 0 ? a + rank : a)).Order()];
        return axes.Length > 0 && axes.All(a => a >= 1 && a < rank - 1) ? axes : throw new LoweringException($"attention axes {string.Join(", ", stated)} are not among those between batch and features");
    }

    // [batch, …, features] to [batch·(axes not attended over), axes attended over, features].
    private static Value Rows(TensorFlowBuilder b, Value x, int[] axes)
    {
        int rank = x.Shape!.Rank;
        int[] others = [.. Enumerable.Range(1, rank - 2).Except(axes)];
        Value t = b.Transpose(x, [0, .. others.Select(i => (long)i), .. axes.Select(i => (long)i), rank - 1]);
        long steps = Shapes.Product(axes.Select(a => x.Shape[a])) ?? throw new LoweringException("the extents that attention runs over must be known");
        long features = x.Shape[-1].Value ?? throw new LoweringException("the number of features is not known");
        return b.Reshape(t, -1, steps, features);
    }

    // Back to the query's axes, with the output's own features.
    private static Value Spread(TensorFlowBuilder b, Value y, Value query, int[] axes, long[] features)
    {
        SymbolicShape shape = query.Shape!;
        int[] others = [.. Enumerable.Range(1, shape.Rank - 2).Except(axes)];
        int[] order = [0, .. others, .. axes];
        Value apart = b.ReshapeTo(y, [.. order.Select(a => (shape[a].Value, (Value?)query, a)), .. features.Select(f => ((long?)f, (Value?)null, 0))]);
        long[] back = new long[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            back[order[i]] = i;
        }

        return back.Select((a, i) => a == i).All(same => same) ? apart : b.Transpose(apart, [.. back, .. Enumerable.Range(order.Length, features.Length).Select(i => (long)i)]);
    }

    // [batch, steps, features] to [batch, heads, steps, size].
    private static Value Heads(LayerContext c, Value x, int weight, bool biased, string name)
    {
        TensorFlowBuilder b = c.TensorFlow;
        TensorData kernel = c.Weight(weight);
        if (kernel.Shape.Rank != 3)
        {
            throw new LoweringException($"the {name} kernel {kernel.Shape} is not [features, heads, size]");
        }

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

    // Fewer heads of keys and values than of queries: each serves as many queries in a row.
    private static Value Shared(TensorFlowBuilder b, Value x, long heads)
    {
        long own = x.Shape![1].Value!.Value;
        if (own == heads)
        {
            return x;
        }

        if (own == 0 || heads % own != 0)
        {
            throw new LoweringException($"{heads} heads of queries do not share {own} of keys");
        }

        Value repeated = b.Tile(b.ExpandDims(x, 2), 1, 1, heads / own, 1, 1);
        return b.ReshapeTo(repeated, [(x.Shape[0].Value, x, 0), (heads, null, 0), (x.Shape[2].Value, x, 2), (x.Shape[3].Value, null, 0)]);
    }

    private static AttentionMask Mask(LayerContext c, CallArguments arguments, Value scores, bool plain)
    {
        TensorFlowBuilder b = c.TensorFlow;
        AttentionMask mask = new(b);
        Value? attention = arguments.Find("attention_mask", 3);
        Value? ofQuery = arguments.Find("query_mask") ?? c.Mask();
        Value? ofValue = arguments.Find("value_mask") ?? MaskOf(c, arguments, "value", 1);
        Value? ofKey = arguments.Find("key_mask") ?? MaskOf(c, arguments, "key", 2);
        if (!plain)
        {
            if (attention is not null || ofQuery is not null || ofValue is not null || ofKey is not null || arguments.Flag("use_causal_mask", false))
            {
                LayerContext.Unsupported("masks of attention over several axes are not carried over");
            }

            return mask;
        }

        if (attention is not null)
        {
            Value given = attention.Type == DataType.Boolean ? attention : b.Compare("NotEqual", b.Cast(attention, DataType.Float32), b.Float(0));
            mask.And(given.Shape?.Rank == 4 ? given : b.ExpandDims(given, 1));
        }

        if (ofQuery is not null)
        {
            mask.And(b.ExpandDims(b.ExpandDims(ofQuery, 2), 1));
        }

        foreach (Value? keys in new[] { ofValue, ReferenceEquals(ofKey, ofValue) ? null : ofKey })
        {
            if (keys is not null)
            {
                mask.And(b.ExpandDims(b.ExpandDims(keys, 1), 1));
            }
        }

        if (arguments.Flag("use_causal_mask", false))
        {
            mask.AndCausal(scores);
        }

        return mask;
    }

    private static Value? MaskOf(LayerContext c, CallArguments arguments, string name, int place) => arguments.Index(name, place) is { } index ? c.Mask(index) : null;
}
