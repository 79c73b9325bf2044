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
        new("Dot", c => Dot(c, c.List("axes"), c.Flag("normalize", false))),
        new("Merge", Merge),
    ];

    // Keras 1's layer for all of these.
    private static void Merge(LayerContext c)
    {
        switch (c.Text("mode", "sum"))
        {
            case "sum":
                Fold(c, TensorFlowMath.Add);
                break;
            case "mul":
                Fold(c, TensorFlowMath.Mul);
                break;
            case "max":
                Fold(c, TensorFlowMath.Maximum);
                break;
            case "ave":
                Average(c);
                break;
            case "concat":
                c.SetOutput(c.TensorFlow.Concat(c.Inputs(), (int)c.Integer("concat_axis", -1)));
                break;
            case "dot":
                Dot(c, c.List("dot_axes"), normalize: false);
                break;
            case "cos":
                Dot(c, c.List("dot_axes"), normalize: true);
                break;
            case var other:
                throw new LoweringException($"the mode '{other}' is none of sum, mul, max, ave, concat, dot, cos");
        }
    }

    private static void Fold(LayerContext c, Func<TensorFlowBuilder, Value, Value, Value> operation)
    {
        c.OutputMask = ElementwiseMask(c);
        c.SetOutput(Aligned(c).Aggregate((x, y) => operation(c.TensorFlow, x, y)));
    }

    private static void Average(LayerContext c)
    {
        Value sum = Aligned(c).Aggregate((x, y) => c.TensorFlow.Add(x, y));
        c.OutputMask = ElementwiseMask(c);
        c.SetOutput(c.InputCount == 1 ? sum : c.TensorFlow.Mul(sum, c.TensorFlow.Float(1.0 / c.InputCount)));
    }

    private static void Concatenate(LayerContext c)
    {
        int axis = (int)c.Integer("axis", -1);
        c.OutputMask = (axis < 0 && c.Raw(0).Shape is { } shape ? axis + shape.Rank : axis) == 1 && c.Rank() > 2 ? JoinedMask(c) : CommonMask(c);
        c.SetOutput(c.TensorFlow.Concat(c.Inputs(), axis));
    }

    // Steps joined: so are their masks, and steps of an input without one all count.
    private static Value? JoinedMask(LayerContext c)
    {
        if (!Enumerable.Range(0, c.InputCount).Any(i => c.Mask(i) is not null))
        {
            return null;
        }

        TensorFlowBuilder b = c.TensorFlow;
        return b.Concat([.. Enumerable.Range(0, c.InputCount).Select(i => c.Mask(i) ?? AllCount(b, c.Raw(i)))], 1);
    }

    private static Value AllCount(TensorFlowBuilder b, Value x)
    {
        Value one = b.Reduce("Max", b.Unary("ZerosLike", x), [.. Enumerable.Range(2, x.Shape!.Rank - 2).Select(i => (long)i)], keep: false);
        return b.Compare("Equal", one, one);
    }

    // Keras 3 counts a step that counts in any input, and all where an input says nothing; Keras 2 those that count in every input that says so.
    private static Value? ElementwiseMask(LayerContext c)
    {
        Value?[] masks = [.. Enumerable.Range(0, c.InputCount).Select(c.Mask).Distinct()];
        return !c.IsKeras3 ? CommonMask(c)
            : Array.Exists(masks, m => m is null) ? null
            : masks.Aggregate((x, y) => c.TensorFlow.Emit("LogicalOr", [x!, y!], DataType.Boolean, x!.Shape));
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
    private static void Dot(LayerContext c, long[]? stated, bool normalize)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input(0);
        Value y = c.Input(1);
        long[] axes = stated is { Length: 1 or 2 } ? stated : throw new LoweringException("the axes are missing");
        int ax = Axis(axes[0], c.Rank(0));
        int ay = Axis(axes[^1], c.Rank(1));
        if (normalize)
        {
            x = Normalized(b, x, ax);
            y = Normalized(b, y, ay);
        }

        // The axes kept of each become one: [N, rows, k] and [N, k, columns].
        Value product = b.BatchMatMul(Matrix(b, x, ax, last: true), Matrix(b, y, ay, last: false));
        (long?, Value?, int)[] kept = [(x.Shape![0].Value ?? y.Shape![0].Value, x, 0), .. Kept(x, ax), .. Kept(y, ay)];
        c.SetOutput(b.ReshapeTo(product, kept.Length == 1 ? [kept[0], (1, null, 0)] : kept));
    }

    private static Value Matrix(TensorFlowBuilder b, Value x, int axis, bool last)
    {
        int rank = x.Shape!.Rank;
        (long?, Value?, int)[] kept = [.. Kept(x, axis)];
        long[] order = [0, .. Enumerable.Range(1, rank - 1).Where(i => i != axis).Select(i => (long)i)];
        order = last ? [.. order, axis] : [0, axis, .. order[1..]];
        Value ordered = order.Select((a, i) => a == i).All(same => same) ? x : b.Transpose(x, order);
        if (rank == 3)
        {
            return ordered;
        }

        long? all = kept.Aggregate((long?)1, (product, k) => product * k.Item1);
        return last ? b.ReshapeTo(ordered, [(x.Shape[0].Value, x, 0), (all, null, 0), (x.Shape[axis].Value, x, axis)], openIsRest: true)
            : b.ReshapeTo(ordered, [(x.Shape[0].Value, x, 0), (x.Shape[axis].Value, x, axis), (all, null, 0)], openIsRest: true);
    }

    private static IEnumerable<(long?, Value?, int)> Kept(Value x, int axis) => Enumerable.Range(1, x.Shape!.Rank - 1).Where(i => i != axis).Select(i => (x.Shape[i].Value, (Value?)x, i));

    private static Value Normalized(TensorFlowBuilder b, Value x, int axis) =>
        b.Mul(x, b.Unary("Rsqrt", b.Maximum(b.Reduce("Sum", b.Mul(x, x), [axis], keep: true), b.Float(1e-12))));

    private static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis) is >= 1 and var at && at < rank ? at : throw new LoweringException($"axis {axis} is not among the {rank - 1} behind the batch");
}
