using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Arithmetic, products and reductions on the builder, shapes tracked.</summary>
internal static class TensorFlowMath
{
    public static Value Unary(this TensorFlowBuilder b, string op, Value x) => b.Emit(op, [x], x.Type, x.Shape, T("T", x.Type));

    public static Value Binary(this TensorFlowBuilder b, string op, Value x, Value y) => b.Emit(op, [x, y], x.Type, Shapes.Broadcast(x.Shape, y.Shape), T("T", x.Type));

    public static Value Compare(this TensorFlowBuilder b, string op, Value x, Value y) => b.Emit(op, [x, y], DataType.Boolean, Shapes.Broadcast(x.Shape, y.Shape), T("T", x.Type));

    public static Value Add(this TensorFlowBuilder b, Value x, Value y) => b.Binary("AddV2", x, y);

    public static Value Sub(this TensorFlowBuilder b, Value x, Value y) => b.Binary("Sub", x, y);

    public static Value Mul(this TensorFlowBuilder b, Value x, Value y) => b.Binary("Mul", x, y);

    public static Value Div(this TensorFlowBuilder b, Value x, Value y) => b.Binary(x.Type.IsFloat() ? "RealDiv" : "FloorDiv", x, y);

    public static Value Maximum(this TensorFlowBuilder b, Value x, Value y) => b.Binary("Maximum", x, y);

    public static Value Minimum(this TensorFlowBuilder b, Value x, Value y) => b.Binary("Minimum", x, y);

    public static Value Cast(this TensorFlowBuilder b, Value x, DataType type) => x.Type == type ? x : b.Emit("Cast", [x], type, x.Shape, T("SrcT", x.Type), T("DstT", type));

    /// <summary>Where a condition holds the first, else the second.</summary>
    public static Value Select(this TensorFlowBuilder b, Value condition, Value x, Value y) =>
        b.Emit("SelectV2", [condition, x, y], x.Type, Shapes.Broadcast(condition.Shape, Shapes.Broadcast(x.Shape, y.Shape)), T("T", x.Type));

    public static Value Reduce(this TensorFlowBuilder b, string op, Value x, ReadOnlySpan<long> axes, bool keep) =>
        b.Emit(op, [x, b.Int32s(axes)], x.Type, Shapes.Reduce(x.Shape, axes, keep), op is "All" or "Any" ? T("Tidx", DataType.Int32) : T("T", x.Type), T("Tidx", DataType.Int32), ("keep_dims", AttributeValue.Of(keep)));

    public static Value MatMul(this TensorFlowBuilder b, Value x, Value weight) =>
        b.Emit("MatMul", [x, weight], x.Type, Shapes.Of(Shapes.Extent(x.Shape, 0), Shapes.Extent(weight.Shape, 1)), T("T", x.Type), ("transpose_a", AttributeValue.Of(false)), ("transpose_b", AttributeValue.Of(false)));

    /// <summary>A product of the two last axes; the axes before broadcast.</summary>
    public static Value BatchMatMul(this TensorFlowBuilder b, Value x, Value y, bool transposeX = false, bool transposeY = false)
    {
        SymbolicShape? shape = null;
        if (x.Shape is { Rank: >= 2 } s && y.Shape is { Rank: >= 2 } t)
        {
            SymbolicShape? before = Shapes.Broadcast(new SymbolicShape([.. s.Dimensions.Take(s.Rank - 2)]), new SymbolicShape([.. t.Dimensions.Take(t.Rank - 2)]));
            shape = before is null ? null : new SymbolicShape([.. before.Dimensions, s[transposeX ? -1 : -2], t[transposeY ? -2 : -1]]);
        }

        return b.Emit("BatchMatMulV2", [x, y], x.Type, shape, T("T", x.Type), ("adj_x", AttributeValue.Of(transposeX)), ("adj_y", AttributeValue.Of(transposeY)));
    }

    /// <summary>Adds a vector along the last axis.</summary>
    public static Value BiasAdd(this TensorFlowBuilder b, Value x, Value bias) => b.Emit("BiasAdd", [x, bias], x.Type, x.Shape, T("T", x.Type), ("data_format", AttributeValue.Of("NHWC")));

    /// <summary>Softmax along an axis.</summary>
    public static Value Softmax(this TensorFlowBuilder b, Value x, int axis, string op = "Softmax")
    {
        int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of a softmax's input is not known");
        int at = axis < 0 ? axis + rank : axis;
        if (at == rank - 1)
        {
            return b.Unary(op, x);
        }

        long[] swap = [.. Enumerable.Range(0, rank).Select(i => (long)(i == at ? rank - 1 : i == rank - 1 ? at : i))];
        return b.Transpose(b.Unary(op, b.Transpose(x, swap)), swap);
    }
}
