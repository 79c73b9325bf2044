namespace Pare.Passes.Conversion;

/// <summary>Matrix products.</summary>
internal static class TFLiteProducts
{
    private const double Exact = 1 << 24;

    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("FULLY_CONNECTED", FullyConnected),
        TFLiteLowering.Of("BATCH_MATMUL", BatchMatMul),
    ];

    private static void FullyConnected(TFLiteContext c)
    {
        if (c.Attributes.GetString("weights_format", "DEFAULT") != "DEFAULT")
        {
            throw new LoweringException("weights shuffled for one processor's kernel are not carried over");
        }

        Value weights = c.Stored(1);
        long inputs = OnnxBuilderHelpers.KnownExtent(weights, 1) ?? throw new LoweringException("the number of inputs is not known from the weights");
        long outputs = OnnxBuilderHelpers.KnownExtent(weights, 0) ?? throw new LoweringException("the number of outputs is not known from the weights");
        OnnxBuilder b = c.Onnx;
        Value data = c.Stored(0);
        bool keep = c.Attributes.GetBoolean("keep_num_dims");
        bool flat = data.Shape?.Rank == 2 && OnnxBuilderHelpers.KnownExtent(data, 1) == inputs;

        // Rows are rows of the matrix, however the data is shaped.
        new LayerKernel(c, (x, w) => b.Emit("Gemm", [x, w], ("transB", AttributeValue.Of(1L))))
        {
            WeightOrder = [0, 1],
            OutputAxis = 0,
            RowAxes = [1],
            IntegerProduct = (rows, sums) => sums.Multiply(rows),
            Arrange = x => flat ? x : b.Reshape(x, -1, inputs),
            Restore = y => keep && !flat ? b.Reshape(y, Extents(b, data, outputs)) : y,
        }.Run();
    }

    private static Value Extents(OnnxBuilder b, Value data, long outputs)
        => data.Shape is { IsStatic: true } s ? b.Int64s([.. s.Dimensions.SkipLast(1).Select(d => d.Value!.Value), outputs]) : b.Concat(0, b.ShapeOf(data, 0, -1), b.Int64s(outputs));

    private static void BatchMatMul(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value Left(Value v) => Turned(b, v, c.Attributes.GetBoolean("adj_x"));
        Value Right(Value v) => Turned(b, v, c.Attributes.GetBoolean("adj_y"));
        (TFLiteOperand x, TFLiteOperand y, TFLiteOperand z) = (c.Operand(0), c.Operand(1), c.Output());
        if (x.IsQuantized && y.IsQuantized && z.IsQuantized)
        {
            // Whole numbers; where there are too many to add exactly in binary32, in binary64.
            long? inner = OnnxBuilderHelpers.KnownExtent(Left(x.Codes), TFLiteContext.RankOf(x.Codes) - 1);
            double largest = Math.Max(x.Highest, -x.Lowest) * Math.Max(y.Highest, -y.Lowest);
            DataType type = inner * largest < Exact ? DataType.Float32 : DataType.Float64;
            Value sum = b.Emit("MatMul", [b.Cast(Left(x.Codes), type), b.Cast(Right(y.Codes), type)]);
            Value scaled = b.Mul(b.Cast(sum, DataType.Float32), b.Scalar(DataType.Float32, x.Scale * y.Scale / z.Scale));
            c.SetOperand(0, z.FromCodes(Quantized.Clip(b, Quantized.Round(b, scaled), z.Lowest, z.Highest)));
        }
        else if (!x.IsQuantized && y.IsQuantized && y.Stored.IsConstant && y.Quantization!.Scales.Length == 1)
        {
            QuantizedRows rows = RowQuantizer.Quantize(b, Left(x.Stored), [-1], true);
            Value sum = b.Emit("MatMul", [rows.Codes, Right(y.Codes)]);
            c.SetOutput(b.Mul(b.Mul(sum, rows.Scale), b.Scalar(DataType.Float32, y.Scale)));
        }
        else
        {
            c.SetOutput(b.Emit("MatMul", [Left(b.AsFloat(c.Input(0))), Right(b.AsFloat(c.Input(1)))]));
        }
    }

    private static Value Turned(OnnxBuilder b, Value x, bool turned)
    {
        int rank = TFLiteContext.RankOf(x);
        return turned ? b.Transpose(x, [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]) : x;
    }
}
