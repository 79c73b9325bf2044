namespace Pare.Passes.Conversion;

/// <summary>Reductions, positions of extremes, and running sums and products.</summary>
internal static class ReductionLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        Reduction("Sum", "ReduceSum"),
        Reduction("Max", "ReduceMax"),
        Reduction("Min", "ReduceMin"),
        Reduction("Prod", "ReduceProd"),
        Reduction("All", "ReduceMin"), // false < true
        Reduction("Any", "ReduceMax"),
        new("Mean", Mean),
        new("EuclideanNorm", EuclideanNorm),
        new("ArgMax", ArgExtreme),
        new("ArgMin", ArgExtreme),
        new("Cumsum", CumSum),
        new("Cumprod", c => Cumulate(c, "ReduceProd", 1)),
        new("CumulativeLogsumexp", c => Cumulate(c, "ReduceLogSumExp", double.NegativeInfinity)),
    ];

    private static KeyValuePair<string, Lowering> Reduction(string @operator, string onnx)
        => new(@operator, c => c.SetOutput(Reduce(c, onnx, c.Input(0))));

    // No axes reduce nothing, in TensorFlow as in ONNX with noop_with_empty_axes.
    private static Value Reduce(LoweringContext c, string onnx, Value x)
    {
        long[]? axes = c.Integers(1);
        return axes is { Length: 0 }
            ? x
            : c.Onnx.OnData(
                onnx,
                x,
                [axes is null ? c.Onnx.AsVector(c.Input(1)) : c.Onnx.Int64s(axes)],
                ("keepdims", AttributeValue.Of(c.Attributes.GetBoolean("keep_dims") ? 1L : 0L)),
                ("noop_with_empty_axes", AttributeValue.Of(1L)));
    }

    // Integers sum up in 64 bits and divide toward zero.
    private static void Mean(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        if (x.Type.IsFloat())
        {
            c.SetOutput(Reduce(c, "ReduceMean", x));
            return;
        }

        Value sum = Reduce(c, "ReduceSum", b.Cast(x, DataType.Int64));
        Value total = b.Emit("ReduceProd", [b.ShapeOf(x)], ("keepdims", AttributeValue.Of(0L)));
        Value kept = b.Emit("ReduceProd", [b.ShapeOf(sum)], ("keepdims", AttributeValue.Of(0L)));
        c.SetOutput(b.Cast(b.Div(sum, b.Div(total, kept)), x.Type));
    }

    private static void EuclideanNorm(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        DataType compute = x.Type.IsFloat() ? Kernels.ComputeType("Sqrt", x.Type) : DataType.Float64;
        Value wide = b.Cast(x, compute);
        c.SetOutput(b.Cast(b.Emit("Sqrt", [Reduce(c, "ReduceSum", b.Mul(wide, wide))]), x.Type));
    }

    private static void ArgExtreme(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long axis = c.InputCount > 1 ? c.RequiredInteger(1, "the axis") : 0;
        Value found = b.Emit(
            c.Node.Operator,
            [b.Cast(x, Kernels.ComputeType(c.Node.Operator, x.Type))],
            ("axis", AttributeValue.Of(axis)),
            ("keepdims", AttributeValue.Of(0L)));
        c.SetOutput(b.Cast(found, c.OutputType()));
    }

    private static void CumSum(LoweringContext c) => c.SetOutput(c.Onnx.OnData(
        "CumSum",
        c.Input(0),
        [c.Onnx.AsScalar(c.Input(1))],
        ("exclusive", AttributeValue.Of(c.Attributes.GetBoolean("exclusive") ? 1L : 0L)),
        ("reverse", AttributeValue.Of(c.Attributes.GetBoolean("reverse") ? 1L : 0L))));

    // ONNX has running sums only. Element i reduces the row with everything masked out that does not come before it: n² work, for want of a scan.
    private static void Cumulate(LoweringContext c, string reduction, double neutral)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        DataType compute = Kernels.ComputeType(reduction, x.Type);
        Value data = b.Cast(x, compute);
        Value rank = b.RankScalar(x);
        Value axis = b.AsScalar(c.Input(1));
        Value positive = b.Where(b.Emit("Less", [axis, b.Scalar(DataType.Int64, 0)]), b.Add(axis, rank), axis);
        Value extent = b.Emit("Gather", [b.ShapeOf(x), positive], ("axis", AttributeValue.Of(0L)));
        Value indices = b.Indices(extent);
        Value row = b.Unsqueeze(indices, 1);
        Value column = b.Unsqueeze(indices, 0);
        (Value first, Value second) = c.Attributes.GetBoolean("reverse") ? (row, column) : (column, row);
        Value mask = b.Emit(c.Attributes.GetBoolean("exclusive") ? "Less" : "LessOrEqual", [first, second]);

        // The mask's two axes stand at axis and axis + 1, so that as many follow as follow the axis.
        Value behind = b.Sub(b.Sub(rank, positive), b.Scalar(DataType.Int64, 1));
        mask = b.Reshape(mask, b.Concat(0, b.ShapeOf(mask), b.Repeated(1, behind)));
        Value spread = b.Emit("Unsqueeze", [data, b.AsVector(positive)]);
        Value masked = b.Select(mask, spread, b.Scalar(compute, neutral));
        Value next = b.AsVector(b.Add(positive, b.Scalar(DataType.Int64, 1)));
        Value result = b.Emit(reduction, [masked, next], compute, x.Shape, ("keepdims", AttributeValue.Of(0L)), ("noop_with_empty_axes", AttributeValue.Of(1L)));
        c.SetOutput(b.Cast(result, x.Type));
    }
}
