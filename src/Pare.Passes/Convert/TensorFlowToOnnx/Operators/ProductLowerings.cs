namespace Pare.Passes.Conversion;

/// <summary>Matrix products.</summary>
internal static class ProductLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("MatMul", c => Product(c, 2, c.Attributes.GetBoolean("transpose_a"), c.Attributes.GetBoolean("transpose_b"))),
        new("SparseMatMul", c => Product(c, 2, c.Attributes.GetBoolean("transpose_a"), c.Attributes.GetBoolean("transpose_b"))),
        new("BatchMatMul", c => Product(c, null, c.Attributes.GetBoolean("adj_x"), c.Attributes.GetBoolean("adj_y"))),
        new("BatchMatMulV2", c => Product(c, null, c.Attributes.GetBoolean("adj_x"), c.Attributes.GetBoolean("adj_y"))),
        new("BatchMatMulV3", c => Product(c, null, c.Attributes.GetBoolean("adj_x"), c.Attributes.GetBoolean("adj_y"))),
        new("Einsum", Einsum),
    ];

    /// <summary>The product of the matrices that are inputs 0 and 1.</summary>
    public static Value Multiply(LoweringContext c, bool transposeLeft, bool transposeRight) => Multiply(c, 2, transposeLeft, transposeRight);

    private static void Product(LoweringContext c, int? rank, bool transposeLeft, bool transposeRight) => c.SetOutput(Multiply(c, rank, transposeLeft, transposeRight));

    private static Value Multiply(LoweringContext c, int? rank, bool transposeLeft, bool transposeRight)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value y = c.Input(1);
        DataType result = c.Node.Operator == "BatchMatMulV3" ? c.TypeAttribute("Tout", x.Type) : c.Node.Operator == "SparseMatMul" ? DataType.Float32 : x.Type;
        DataType work = result switch
        {
            DataType.Float32 or DataType.Float64 or DataType.Float16 or DataType.Int32 or DataType.Int64 or DataType.UInt32 or DataType.UInt64 => result,
            DataType.BFloat16 => DataType.Float32,
            DataType.Int8 or DataType.UInt8 or DataType.Int16 or DataType.UInt16 => DataType.Int32,
            _ => throw new LoweringException($"matrix products of {result} are not carried over"),
        };
        Value left = Turned(c, b.Cast(x, work), rank, transposeLeft);
        Value right = Turned(c, b.Cast(y, work), rank, transposeRight);
        return b.Cast(b.Emit("MatMul", [left, right]), result);
    }

    private static Value Turned(LoweringContext c, Value x, int? rank, bool transpose)
    {
        if (!transpose)
        {
            return x;
        }

        int r = rank ?? c.RankOf(x);
        return c.Onnx.Transpose(x, [.. Enumerable.Range(0, r - 2), r - 1, r - 2]);
    }

    private static void Einsum(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value[] inputs = c.Inputs();
        DataType type = inputs[0].Type;
        Value?[] data = [.. inputs.Select(v => type is DataType.Float64 or DataType.Int32 or DataType.Int64 ? v : b.AsFloat(v))];
        c.SetOutput(b.Cast(b.Emit("Einsum", data, ("equation", AttributeValue.Of(c.Attributes.GetString("equation")))), type));
    }
}
