namespace Pare.Passes.Conversion;

/// <summary>Layers that change shapes.</summary>
internal static class ShapeLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Flatten", Flatten),
        new("Reshape", Reshape),
        new("Permute", Permute),
        new("RepeatVector", RepeatVector),
    ];

    private static void Flatten(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Raw(0);
        int rank = c.Rank();
        if (!c.ChannelsLast && rank > 2)
        {
            x = b.Transpose(x, [0, .. Enumerable.Range(2, rank - 2).Select(i => (long)i), 1]);
        }

        if (rank <= 1)
        {
            c.SetOutput(rank == 1 ? b.ExpandDims(x, 1) : throw new LoweringException("the input has no batch axis"));
            return;
        }

        if (Shapes.Product(x.Shape!.Dimensions.Skip(1)) is { } width)
        {
            c.SetOutput(b.Reshape(x, -1, width));
        }
        else
        {
            c.SetOutput(b.ReshapeTo(x, [(x.Shape[0].Value, x, 0), (null, null, 0)], openIsRest: true));
        }
    }

    private static void Reshape(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Raw(0);
        long[] target = c.List("target_shape") ?? throw new LoweringException("'target_shape' is missing");
        int open = Array.IndexOf(target, -1);
        long? inner = x.Shape is { Rank: > 0 } s ? Shapes.Product(s.Dimensions.Skip(1)) : null;
        if (open >= 0 && inner is { } all)
        {
            long rest = target.Where(t => t != -1).Aggregate(1L, (p, e) => checked(p * e));
            target[open] = rest > 0 && all % rest == 0 ? all / rest : throw new LoweringException($"{x.Shape} cannot be seen as [?,{string.Join(",", target)}]");
            open = -1;
        }

        if (inner is { } count && open < 0 && target.Aggregate(1L, (p, e) => checked(p * e)) != count)
        {
            throw new LoweringException($"{x.Shape} cannot be seen as [?,{string.Join(",", target)}]");
        }

        // The batch is the one open extent, unless another is.
        if (open < 0)
        {
            c.SetOutput(b.Reshape(x, [-1, .. target]));
        }
        else
        {
            c.SetOutput(b.ReshapeTo(x, [(Shapes.Extent(x.Shape, 0), x, 0), .. target.Select(t => (t == -1 ? null : (long?)t, (Value?)null, 0))], openIsRest: true));
        }
    }

    private static void Permute(LayerContext c)
    {
        long[] dims = c.List("dims") ?? throw new LoweringException("'dims' is missing");
        if (dims.Length != c.Rank() - 1 || !dims.Order().SequenceEqual(Enumerable.Range(1, dims.Length).Select(i => (long)i)))
        {
            throw new LoweringException($"dims {string.Join(", ", dims)} do not permute the {c.Rank() - 1} axes behind the batch");
        }

        c.SetOutput(c.TensorFlow.Transpose(c.Raw(0), [0, .. dims]));
    }

    private static void RepeatVector(LayerContext c) => c.SetOutput(c.TensorFlow.Tile(c.TensorFlow.ExpandDims(c.Raw(0), 1), 1, c.Integer("n", 1), 1));
}
