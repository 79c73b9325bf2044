using static Pare.Passes.Conversion.TensorFlowBuilder;
using Operation = System.Action<Pare.Passes.Conversion.LayerContext, Pare.Passes.Conversion.CallArguments>;

namespace Pare.Passes.Conversion;

/// <summary>Plain operations along axes.</summary>
internal static class ReductionOperations
{
    public static IEnumerable<(string Name, Operation Operation)> All { get; } =
    [
        .. new[] { ("mean", "Mean"), ("sum", "Sum"), ("max", "Max"), ("min", "Min"), ("prod", "Prod"), ("any", "Any"), ("all", "All") }
            .Select(n => (n.Item1, (Operation)((c, a) => c.SetOutput(Reduce(c, a, n.Item2, OperationLayers.First(c, a)))))),
        ("var", (c, a) => c.SetOutput(Variance(c, a))),
        ("std", (c, a) => c.SetOutput(c.TensorFlow.Unary("Sqrt", Variance(c, a)))),
        ("logsumexp", LogSumExp),
        ("norm", Norm),
        ("normalize", Normalize),
        ("argmax", (c, a) => Arg(c, a, "ArgMax")),
        ("argmin", (c, a) => Arg(c, a, "ArgMin")),
        ("cumsum", (c, a) => Cumulative(c, a, "Cumsum")),
        ("cumprod", (c, a) => Cumulative(c, a, "Cumprod")),
    ];

    private static long[] Axes(CallArguments a, Value x) => a.Integers("axis", 1) ?? [.. Enumerable.Range(0, OperationLayers.Rank(x)).Select(i => (long)i)];

    private static bool Keep(CallArguments a) => a.Flag("keepdims", false, 2);

    private static Value Reduce(LayerContext c, CallArguments a, string op, Value x) => c.TensorFlow.Reduce(op, x, Axes(a, x), Keep(a));

    // The mean square of what is left of the mean.
    private static Value Variance(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.Float(c, a);
        return Reduce(c, a, "Mean", b.Binary("SquaredDifference", x, b.Reduce("Mean", x, Axes(a, x), keep: true)));
    }

    private static void LogSumExp(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.Float(c, a);
        Value most = b.Reduce("Max", x, Axes(a, x), keep: true);
        Value sum = Reduce(c, a, "Sum", b.Unary("Exp", b.Sub(x, most)));
        c.SetOutput(b.Add(b.Unary("Log", sum), b.Reduce("Max", x, Axes(a, x), Keep(a))));
    }

    private static void Norm(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.Float(c, a);
        string order = a.Text("ord", "euclidean", 1);
        double power = a.Element("ord", 1) is { ValueKind: System.Text.Json.JsonValueKind.Number } n ? n.GetDouble() : c.Config.TryGetValue("ord", out AttributeValue? v) && v.Kind is AttributeKind.Integer or AttributeKind.Float ? v.AsFloat : 2;
        if (order is not ("euclidean" or "fro") || power is not (1 or 2))
        {
            LayerContext.Unsupported("norms of order 1 and 2 are carried over");
        }

        // tf.norm(tensor, ord, axis, keepdims), keras.ops.norm(x, ord, axis, keepdims).
        long[] axes = a.Integers("axis", 2) ?? [.. Enumerable.Range(0, OperationLayers.Rank(x)).Select(i => (long)i)];
        bool keep = a.Flag("keepdims", false, 3);
        TensorFlowBuilder b = c.TensorFlow;
        c.SetOutput(power == 1 ? b.Reduce("Sum", b.Unary("Abs", x), axes, keep) : b.Unary("Sqrt", b.Reduce("Sum", b.Mul(x, x), axes, keep)));
    }

    private static void Normalize(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.Float(c, a);
        if (c.Domain.Length > 0 && a.Real("order", 2) is not (null or 2))
        {
            LayerContext.Unsupported("normalization of order 2 is carried over");
        }

        Value square = b.Reduce("Sum", b.Mul(x, x), a.Integers("axis", 1) ?? [-1], keep: true);

        // Keras bounds the length by its epsilon, TensorFlow the square.
        double least = a.Real("epsilon", c.Domain.Length > 0 ? 3 : 2) ?? 1e-12;
        c.SetOutput(b.Mul(x, b.Unary("Rsqrt", b.Maximum(square, b.Float(c.Domain.Length > 0 ? least * least : least)))));
    }

    private static void Arg(LayerContext c, CallArguments a, string op)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.First(c, a);
        int axis = OperationLayers.Axis(a.Integers("axis", 1) is [var stated] ? stated : c.Domain.Length > 0 ? throw new LoweringException("the axis must be named") : 0, OperationLayers.Rank(x));
        DataType type = c.Domain.Length > 0 ? DataType.Int32 : DataType.Int64;
        Value y = b.Emit(op, [x, b.Int32(axis)], type, Shapes.Reduce(x.Shape, [axis], keep: false), T("T", x.Type), T("Tidx", DataType.Int32), T("output_type", type));
        c.SetOutput(c.Domain.Length > 0 && Keep(a) ? b.ExpandDims(y, axis) : y);
    }

    private static void Cumulative(LayerContext c, CallArguments a, string op)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.First(c, a);
        int axis = OperationLayers.Axis(a.Integers("axis", 1) is [var stated] ? stated : c.Domain.Length > 0 ? throw new LoweringException("the axis must be named") : 0, OperationLayers.Rank(x));
        c.SetOutput(b.Emit(
            op, [x, b.Int32(axis)], x.Type, x.Shape, T("T", x.Type), T("Tidx", DataType.Int32), ("exclusive", AttributeValue.Of(a.Flag("exclusive", false, 2))), ("reverse", AttributeValue.Of(a.Flag("reverse", false, 3)))));
    }
}
