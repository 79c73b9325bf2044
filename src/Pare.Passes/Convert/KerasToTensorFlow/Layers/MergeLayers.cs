namespace Pare.Passes.Conversion;

/// <summary>Layers that join several inputs.</summary>
internal static class MergeLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Add", c => Fold(c, TensorFlowMath.Add)),
        new("Subtract", c => Fold(c, TensorFlowMath.Sub)),
        new("Multiply", c => Fold(c, TensorFlowMath.Mul)),
        new("Maximum", c => Fold(c, TensorFlowMath.Maximum)),
        new("Minimum", c => Fold(c, TensorFlowMath.Minimum)),
        new("Average", Average),
        new("Concatenate", Concatenate),
        new("Dot", Dot),
    ];

    private static void Fold(LayerContext c, Func<TensorFlowBuilder, Value, Value, Value> operation)
    {
        c.OutputMask = CommonMask(c);
        c.SetOutput(Aligned(c).Aggregate((x, y) => operation(c.TensorFlow, x, y)));
    }

    private static void Average(LayerContext c)
    {
        Value sum = Aligned(c).Aggregate((x, y) => c.TensorFlow.Add(x, y));
        c.OutputMask = CommonMask(c);
        c.SetOutput(c.InputCount == 1 ? sum : c.TensorFlow.Mul(sum, c.TensorFlow.Float(1.0 / c.InputCount)));
    }

    private static void Concatenate(LayerContext c)
    {
        c.OutputMask = CommonMask(c);
        c.SetOutput(c.TensorFlow.Concat(c.Inputs(), (int)c.Integer("axis", -1)));
    }

    // A step counts where it counts in every input that says so.
    private static Value? CommonMask(LayerContext c)
    {
        Value? mask = null;
        for (int i = 0; i < c.InputCount; i++)
        {
            if (c.Mask(i) is { } own)
            {
                mask = mask is null || ReferenceEquals(mask, own) ? own : c.TensorFlow.Emit("LogicalAnd", [mask, own], DataType.Boolean, own.Shape);
            }
        }

        return mask;
    }

    // Inputs of lower rank get axes behind the batch, as Keras aligns them.
    private static Value[] Aligned(LayerContext c)
    {
        Value[] inputs = c.Inputs();
        if (inputs.Length == 0)
        {
            throw new LoweringException("the layer is called on nothing");
        }

        if (inputs.Any(v => v.Shape is null))
        {
            return inputs;
        }

        int rank = inputs.Max(v => v.Shape!.Rank);
        return Array.ConvertAll(inputs, v =>
        {
            while (v.Shape!.Rank is > 0 and var own && own < rank)
            {
                v = c.TensorFlow.ExpandDims(v, 1);
            }

            return v;
        });
    }

    // The sum of products along an axis of each, batch by batch.
    private static void Dot(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input(0);
        Value y = c.Input(1);
        long[] axes = c.List("axes") ?? throw new LoweringException("'axes' is missing");
        int ax = Axis(axes[0], c.Rank(0));
        int ay = Axis(axes[^1], c.Rank(1));
        if (c.Flag("normalize", false))
        {
            x = Normalized(b, x, ax);
            y = Normalized(b, y, ay);
        }

        if (c.Rank(0) > 3 || c.Rank(1) > 3)
        {
            LayerContext.Unsupported("inputs of more than three axes are not carried over");
        }

        // [N, rows, k] and [N, k, columns].
        bool flatX = c.Rank(0) == 2;
        bool flatY = c.Rank(1) == 2;
        Value left = flatX ? b.ExpandDims(x, 1) : ax == 1 ? b.Transpose(x, 0, 2, 1) : x;
        Value right = flatY ? b.ExpandDims(y, 2) : ay == 2 ? b.Transpose(y, 0, 2, 1) : y;
        Value product = b.BatchMatMul(left, right);
        c.SetOutput(flatX && flatY ? b.Squeeze(product, 2) : flatX ? b.Squeeze(product, 1) : flatY ? b.Squeeze(product, 2) : product);
    }

    private static Value Normalized(TensorFlowBuilder b, Value x, int axis) =>
        b.Mul(x, b.Unary("Rsqrt", b.Maximum(b.Reduce("Sum", b.Mul(x, x), [axis], keep: true), b.Float(1e-12))));

    private static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis) is >= 1 and var at && at < rank ? at : throw new LoweringException($"axis {axis} is not among the {rank - 1} behind the batch");
}
