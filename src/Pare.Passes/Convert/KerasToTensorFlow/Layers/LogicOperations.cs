using static Pare.Passes.Conversion.TensorFlowBuilder;
using Operation = System.Action<Pare.Passes.Conversion.LayerContext, Pare.Passes.Conversion.CallArguments>;

namespace Pare.Passes.Conversion;

/// <summary>Plain operations that compare, combine truth values, choose, and look up.</summary>
internal static class LogicOperations
{
    public static IEnumerable<(string Name, Operation Operation)> All { get; } =
    [
        .. new[] { ("greater", "Greater"), ("greaterequal", "GreaterEqual"), ("less", "Less"), ("lessequal", "LessEqual"), ("equal", "Equal"), ("notequal", "NotEqual") }
            .Select(n => (n.Item1, (Operation)((c, a) => c.SetOutput(OperationLayers.Pair(c, a, (b, x, y) => b.Compare(n.Item2, x, y)))))),
        .. new[] { ("logicaland", "LogicalAnd"), ("logicalor", "LogicalOr") }
            .Select(n => (n.Item1, (Operation)((c, a) => c.SetOutput(OperationLayers.Pair(c, a, (b, x, y) => b.Emit(n.Item2, [x, y], DataType.Boolean, Shapes.Broadcast(x.Shape, y.Shape))))))),
        ("logicalnot", (c, a) => c.SetOutput(Not(c.TensorFlow, OperationLayers.First(c, a)))),
        ("where", Where),
        ("take", Take),
        ("onehot", OneHot),
    ];

    private static Value Not(TensorFlowBuilder b, Value x) => b.Emit("LogicalNot", [x], DataType.Boolean, x.Shape);

    private static void Where(LayerContext c, CallArguments a)
    {
        Value condition = a.Operand("condition", 0);
        Value like = c.Raw(c.InputCount - 1);
        Value x = a.Operand(c.Domain.Length > 0 ? "x1" : "x", 1, like);
        Value y = a.Operand(c.Domain.Length > 0 ? "x2" : "y", 2, like);
        bool same = x.Type == y.Type;
        c.SetOutput(c.TensorFlow.Select(c.TensorFlow.Cast(condition, DataType.Boolean), same ? x : c.TensorFlow.Cast(x, DataType.Float32), same ? y : c.TensorFlow.Cast(y, DataType.Float32)));
    }

    // tf.gather(params, indices, axis=…), keras.ops.take(x, indices, axis=…).
    private static void Take(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value table = c.Domain.Length > 0 ? OperationLayers.First(c, a) : a.Operand("params", 0);
        Value indices = a.Find("indices", 1) ?? b.Cast(a.Operand("indices", 1), DataType.Int32);
        int axis = OperationLayers.Axis(a.Integers("axis", c.Domain.Length > 0 ? 2 : 3) is [var stated] ? stated : 0, OperationLayers.Rank(table));
        c.SetOutput(b.Gather(table, indices.Type.IsFloat() ? b.Cast(indices, DataType.Int32) : indices, axis));
    }

    private static void OneHot(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Raw(0);
        Value indices = x.Type is DataType.Int32 or DataType.Int64 ? x : b.Cast(x, DataType.Int32);
        long depth = a.Integers(c.Domain.Length > 0 ? "num_classes" : "depth", 1) is [var stated and > 0] ? stated : throw new LoweringException("the number of classes is missing");
        if (a.Integers("axis", c.Domain.Length > 0 ? 2 : 4) is not (null or [-1]) || a.Element("on_value", 2) is not null && c.Domain.Length == 0)
        {
            LayerContext.Unsupported("one_hot along another axis than the last, or of other values than 1 and 0, is not carried over");
        }

        SymbolicShape? shape = indices.Shape is { } s ? new SymbolicShape([.. s.Dimensions, depth]) : null;
        c.SetOutput(b.Emit("OneHot", [indices, b.Int32(depth), b.Float(1), b.Float(0)], DataType.Float32, shape, T("T", DataType.Float32), T("TI", indices.Type), ("axis", AttributeValue.Of(-1L))));
    }
}
