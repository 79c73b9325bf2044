namespace Pare.Passes.Conversion;

/// <summary>Arithmetic of two inputs and more, element by element with broadcasting.</summary>
internal static class TFLiteBinary
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("ADD", c => Sum(c, 1)),
        TFLiteLowering.Of("SUB", c => Sum(c, -1)),
        TFLiteLowering.Of("MUL", Product),
        Float("DIV", "Div"),
        Float("POW", "Pow"),
        Float("FLOOR_DIV", "FloorDiv"),
        Float("FLOOR_MOD", "FloorMod"),
        Float("SQUARED_DIFFERENCE", "SquaredDifference"),
        Float("ATAN2", "Atan2"),
        Float("BITWISE_XOR", "BitwiseXor"),
        Float("RIGHT_SHIFT", "RightShift"),
        TFLiteLowering.Of("MAXIMUM", c => Extreme(c, "Max")),
        TFLiteLowering.Of("MINIMUM", c => Extreme(c, "Min")),
        TFLiteLowering.Of("ADD_N", c => c.SetOutput(c.TensorFlow("AddN", c.Inputs()))),
        TFLiteLowering.Of("PRELU", Prelu),
        Float("STABLEHLO_ADD", "AddV2"),
        Float("STABLEHLO_MULTIPLY", "Mul"),
        Float("STABLEHLO_SUBTRACT", "Sub"),
        Float("STABLEHLO_DIVIDE", "Div"),
        Float("STABLEHLO_MAXIMUM", "Maximum"),
        Float("STABLEHLO_MINIMUM", "Minimum"),
    ];

    private static KeyValuePair<string, TFLiteLowering> Float(string @operator, string tensorFlow)
        => TFLiteLowering.Of(@operator, c => c.SetOutput(c.Activate(c.TensorFlow(tensorFlow, [c.Input(0), c.Input(1)]))));

    /// <summary>
    /// a ± b. In 8 bits as XNNPACK does: both are multiplied by whole numbers below 2^21 that stand for scale/output scale, added to half a unit, and shifted down by the power of two that
    /// makes the larger of the two that large; in 16 bits with ten bits more, as near as the runtime's two roundings. Source: xnn_init_qs8_add_minmax_scalar_params of XNNPACK.
    /// </summary>
    private static void Sum(TFLiteContext c, int sign)
    {
        OnnxBuilder b = c.Onnx;
        if (!c.IsQuantized || c.Activation is not ("NONE" or "RELU" or "RELU6" or "RELU_N1_TO_1"))
        {
            c.SetOutput(c.Activate(b.Elementwise(sign > 0 ? "Add" : "Sub", c.Input(0), c.Input(1))));
            return;
        }

        (TFLiteOperand x, TFLiteOperand y, TFLiteOperand z) = (c.Operand(0), c.Operand(1), c.Output());
        (double low, double high) = Quantized.Bounds(z, c.Activation);
        float first = x.Scale / z.Scale;
        float second = y.Scale / z.Scale;
        int bits = z.Type == DataType.Int16 ? 30 : 20;
        int exponent = Math.ILogB(Math.Max(first, second));
        double unit = Math.ScaleB(1, bits - exponent);
        Value Scaled(TFLiteOperand v, float scale, double by) => b.Mul(b.Cast(v.Codes, DataType.Float64), b.Scalar(DataType.Float64, Math.Round(scale * unit) * by));
        Value sum = b.Add(Scaled(x, first, 1), Scaled(y, second, sign));
        Value rounded = b.Emit("Floor", [b.Mul(b.Add(sum, b.Scalar(DataType.Float64, unit / 2)), b.Scalar(DataType.Float64, 1 / unit))]);
        c.SetOperand(0, z.FromCodes(Quantized.Clip(b, b.Cast(rounded, DataType.Float32), low, high)));
    }

    /// <summary>a · b. In integers the product of codes, exact in binary32, times the scales' product over the output's, rounded to even: XNNPACK's rule.</summary>
    private static void Product(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        if (!c.IsQuantized || c.Activation is not ("NONE" or "RELU" or "RELU6" or "RELU_N1_TO_1"))
        {
            c.SetOutput(c.Activate(b.Elementwise("Mul", c.Input(0), c.Input(1))));
            return;
        }

        (TFLiteOperand x, TFLiteOperand y, TFLiteOperand z) = (c.Operand(0), c.Operand(1), c.Output());
        (double low, double high) = Quantized.Bounds(z, c.Activation);
        Value product = b.Mul(b.Mul(x.Codes, y.Codes), b.Scalar(DataType.Float32, x.Scale * y.Scale / z.Scale));
        c.SetOperand(0, z.FromCodes(Quantized.Clip(b, Quantized.Round(b, product), low, high)));
    }

    // Codes of one scale compare as what they stand for.
    private static void Extreme(TFLiteContext c, string onnx)
    {
        if (c.IsQuantized && c.Operand(0) is var x && c.Operand(1) is var y && c.Output() is var z && x.Scale == y.Scale && x.Scale == z.Scale && x.ZeroPoint == z.ZeroPoint && y.ZeroPoint == z.ZeroPoint)
        {
            c.SetOperand(0, z.FromCodes(c.Onnx.Elementwise(onnx, x.Codes, y.Codes)));
            return;
        }

        c.SetOutput(c.Onnx.Elementwise(onnx, c.Input(0), c.Input(1)));
    }

    private static void Prelu(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value slope = c.Input(1);

        // ONNX wants the slope to spread to the data, TFLite allows either.
        bool spreads = slope.Shape is { } s && x.Shape is { } d && s.Rank <= d.Rank;
        c.SetOutput(spreads
            ? b.Emit("PRelu", [x, slope], x.Type, x.Shape)
            : b.Add(b.Emit("Relu", [x]), b.Mul(slope, b.Emit("Min", [x, b.Scalar(x.Type, 0)]))));
    }
}
