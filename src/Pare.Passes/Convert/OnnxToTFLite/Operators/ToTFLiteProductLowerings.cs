using static Pare.Passes.Conversion.TFLiteBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>Matrix products. One by a constant matrix is FULLY_CONNECTED, [in, out] turned to [out, in]; one of two computed values BATCH_MATMUL.</summary>
internal static class ToTFLiteProductLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("MatMul", MatMul),
        new("Gemm", Gemm),
        new("Einsum", TFLiteEinsum.Lower),
    ];

    /// <summary>x·wᵀ + bias with a constant w [out, in].</summary>
    public static Value Connect(TFLiteBuilder b, Value x, Value weight, Value? bias)
    {
        bool keep = x.Shape is not { Rank: 2 };
        (string, AttributeValue)[] options = [NoActivation, ("keep_num_dims", AttributeValue.Of(keep))];
        return bias is null ? b.Emit("FULLY_CONNECTED", [x, weight, null], options) : b.Emit("FULLY_CONNECTED", [x, weight, bias], options);
    }

    private static void MatMul(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        DataType type = c.Raw(0).Value.Type;
        if (type.IsInteger())
        {
            throw new LoweringException("matrix products of integers have no counterpart in TFLite");
        }

        int left = c.Rank(0);
        int right = c.Rank(1);
        if (c.Raw(1).Value.IsConstant && right == 2 && left >= 2)
        {
            Value weight = b.Transpose(b.Cast(c.In(1), DataType.Float32), 1, 0);
            c.Set(b.Cast(Connect(b, b.Cast(c.In(0), DataType.Float32), weight, null), type));
            return;
        }

        (Value x, bool adjointX) = Operand(c, 0, left);
        (Value y, bool adjointY) = Operand(c, 1, right);
        x = b.Cast(x, DataType.Float32);
        y = b.Cast(y, DataType.Float32);

        // A vector is a row on the left, a column on the right; the axis goes again from the result.
        x = left == 1 ? b.Reshape(x, [(1, null), b.Extent(x, 0)]) : x;
        y = right == 1 ? b.Reshape(y, [b.Extent(y, 0), (1, null)]) : y;
        Value product = b.Emit("BATCH_MATMUL", [x, y], ("adj_x", AttributeValue.Of(adjointX)), ("adj_y", AttributeValue.Of(adjointY)));
        if (left == 1 || right == 1)
        {
            int rank = product.Shape?.Rank ?? Math.Max(left, right);
            product = b.Reshape(product, [.. Enumerable.Range(0, rank).Where(i => !(left == 1 && i == rank - 2) && !(right == 1 && i == rank - 1)).Select(i => b.Extent(product, i))]);
        }

        c.Set(b.Cast(product, type));
    }

    // A transpose of the last two axes is the product's own.
    private static (Value Value, bool Adjoint) Operand(ToTFLiteContext c, int input, int rank)
    {
        LaidValue x = c.Raw(input);
        bool swapped = rank >= 2 && x.Order is not null && x.Order.AsSpan().SequenceEqual((int[])[.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]);
        return swapped ? (x.Value, true) : (c.In(input), false);
    }

    private static void Gemm(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        DataType type = c.Raw(0).Value.Type;
        float alpha = c.Attributes.GetFloat("alpha", 1);
        float beta = c.Attributes.GetFloat("beta", 1);
        Value x = b.Cast(c.In(0), DataType.Float32);
        x = c.Attributes.GetBoolean("transA") ? b.Transpose(x, 1, 0) : x;
        Value weight = b.Cast(c.In(1), DataType.Float32);
        weight = c.Attributes.GetBoolean("transB") ? weight : b.Transpose(weight, 1, 0);
        Value? bias = c.Has(2) && beta != 0 ? Times(b, b.Cast(c.In(2), DataType.Float32), beta) : null;
        Value y;
        if (weight.IsConstant)
        {
            weight = Times(b, weight, alpha);
            long outputs = weight.Shape![0].Value!.Value;
            bool direct = bias is { IsConstant: true } && bias.Shape!.ToStatic()!.Count == outputs && bias.Shape.Rank > 0 && bias.Shape[-1].Value == outputs;
            y = Connect(b, x, weight, direct ? b.Reshape(bias!, outputs) : null);
            y = bias is null || direct ? y : b.Binary("ADD", y, bias);
        }
        else
        {
            y = Times(b, b.Emit("BATCH_MATMUL", [x, weight], ("adj_x", AttributeValue.Of(false)), ("adj_y", AttributeValue.Of(true))), alpha);
            y = bias is null ? y : b.Binary("ADD", y, bias);
        }

        c.Set(b.Cast(y, type));
    }

    private static Value Times(TFLiteBuilder b, Value x, float factor)
    {
        if (factor == 1)
        {
            return x;
        }

        return x.Constant is { } content
            ? b.Constant(DenseTensorData.Create(Array.ConvertAll(content.ToFloats(), v => v * factor), content.Shape), x.Name)
            : b.Binary("MUL", x, b.Scalar(DataType.Float32, factor));
    }
}
