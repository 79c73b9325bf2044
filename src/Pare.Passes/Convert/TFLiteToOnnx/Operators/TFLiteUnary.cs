namespace Pare.Passes.Conversion;

/// <summary>Functions of one input, element by element. Of 8-bit codes there are 256, so that a table does.</summary>
internal static class TFLiteUnary
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        Function("ABS", "Abs", _ => Math.Abs),
        Function("NEG", "Neg", _ => x => -x),
        Function("EXP", "Exp", _ => Math.Exp),
        Function("LOG", "Log", _ => Math.Log),
        Function("SIN", "Sin", _ => Math.Sin),
        Function("COS", "Cos", _ => Math.Cos),
        Function("SQRT", "Sqrt", _ => Math.Sqrt),
        Function("RSQRT", "Rsqrt", _ => x => 1 / Math.Sqrt(x)),
        Function("SQUARE", "Square", _ => x => x * x),
        Function("FLOOR", "Floor", _ => Math.Floor),
        Function("CEIL", "Ceil", _ => Math.Ceiling),
        Function("ROUND", "Round", _ => Math.Round),
        Function("SIGN", "Sign", _ => x => Math.Sign(x)),
        Function("ELU", "Elu", _ => x => x < 0 ? Math.Exp(x) - 1 : x),
        Function("TANH", "Tanh", _ => Math.Tanh),
        Function("LOGISTIC", "Sigmoid", _ => x => 1 / (1 + Math.Exp(-x))),
        Function("RELU", "Relu", _ => x => Math.Max(x, 0)),
        Function("RELU6", "Relu6", _ => x => Math.Clamp(x, 0, 6)),
        Of("RELU_N1_TO_1", (c, x) => Clipped(c.Onnx, x, -1, 1), _ => x => Math.Clamp(x, -1, 1)),
        Of("RELU_0_TO_1", (c, x) => Clipped(c.Onnx, x, 0, 1), _ => x => Math.Clamp(x, 0, 1)),
        Of("HARD_SWISH", (c, x) => c.Onnx.Emit("HardSwish", [x]), _ => x => x * Math.Clamp(x + 3, 0, 6) / 6),
        Of("LEAKY_RELU", (c, x) => c.Onnx.Emit("LeakyRelu", [x], ("alpha", AttributeValue.Of(Alpha(c)))), c => x => x < 0 ? Alpha(c) * x : x),
        Of("GELU", Gelu, c => Approximate(c) ? ApproximateGelu : ExactGelu),
        TFLiteLowering.Of("LOGICAL_NOT", c => c.SetOutput(c.Onnx.Emit("Not", [c.Input(0)]))),
        TFLiteLowering.Of("BUCKETIZE", Bucketize),
        TFLiteLowering.Of("FAKE_QUANT", FakeQuant),
    ];

    /// <summary>Applies a function to codes of 8 bits by a table, to others through the real numbers.</summary>
    public static void Quantize(TFLiteContext c, Func<Value, Value> emit, Func<double, double> function)
    {
        TFLiteOperand x = c.Operand(0);
        TFLiteOperand y = c.Output();
        OnnxBuilder b = c.Onnx;
        if (x.Type == DataType.Int16 && y.Type == DataType.Int16 && c.Node.Operator is "TANH" or "LOGISTIC")
        {
            float[] codes = SigmoidTable.Codes(x.Scale, c.Node.Operator == "TANH");
            c.SetOperand(0, y.FromCodes(b.Emit("Gather", [b.Floats(codes), b.Cast(b.Add(x.Codes, b.Scalar(DataType.Float32, 32768)), DataType.Int32)])));
            return;
        }

        if (x.Type is not (DataType.Int8 or DataType.UInt8))
        {
            c.SetOperand(0, y.FromReal(emit(x.Real)));
            return;
        }

        float[] table = new float[256];
        for (int i = 0; i < table.Length; i++)
        {
            double value = function((x.Lowest + i) * x.Scale) / y.Scale;
            table[i] = (float)Math.Clamp(double.IsNaN(value) ? 0 : Math.Round(value, MidpointRounding.AwayFromZero), y.Lowest, y.Highest);
        }

        Value index = b.Cast(b.Sub(x.Codes, b.Scalar(DataType.Float32, x.Lowest)), DataType.Int32);
        c.SetOperand(0, y.FromCodes(b.Emit("Gather", [b.Floats(table), index])));
    }

    private static KeyValuePair<string, TFLiteLowering> Function(string @operator, string tensorFlow, Func<TFLiteContext, Func<double, double>> function)
        => Of(@operator, (c, x) => c.TensorFlow(tensorFlow, [x]), function);

    private static KeyValuePair<string, TFLiteLowering> Of(string @operator, Func<TFLiteContext, Value, Value> emit, Func<TFLiteContext, Func<double, double>> function) => TFLiteLowering.Of(@operator, c =>
    {
        if (Quantized.IsQuantized(c.Node.Output) && c.Operand(0).IsQuantized)
        {
            Quantize(c, x => emit(c, x), function(c));
        }
        else
        {
            c.SetOutput(emit(c, c.Input(0)));
        }
    });

    private static Value Clipped(OnnxBuilder b, Value x, double low, double high) => b.Emit("Clip", [x, b.Scalar(x.Type, low), b.Scalar(x.Type, high)]);

    private static float Alpha(TFLiteContext c) => c.Attributes.GetFloat("alpha");

    private static bool Approximate(TFLiteContext c) => c.Attributes.GetBoolean("approximate");

    private static Value Gelu(TFLiteContext c, Value x) => c.Onnx.Emit("Gelu", [x], ("approximate", AttributeValue.Of(Approximate(c) ? "tanh" : "none")));

    private static double ApproximateGelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private static double ExactGelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    // Abramowitz and Stegun 7.1.26, refined by nothing: 1.5e-7 is far below a step of 8 bits.
    private static double Erf(double x)
    {
        double t = 1 / (1 + (0.3275911 * Math.Abs(x)));
        double y = 1 - (((((((((1.061405429 * t) - 1.453152027) * t) + 1.421413741) * t) - 0.284496736) * t) + 0.254829592) * t * Math.Exp(-x * x));
        return Math.Sign(x) * y;
    }

    // How many boundaries a number has reached.
    private static void Bucketize(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        float[] boundaries = c.Attributes.TryGetValue("boundaries", out AttributeValue? list) ? [.. list.AsFloats] : [];
        if (boundaries.Length == 0)
        {
            c.SetOutput(b.FilledLike(c.Input(0), DataType.Int32, 0));
            return;
        }

        Value x = b.Unsqueeze(b.Cast(c.Input(0), DataType.Float32), -1);
        Value reached = b.Cast(b.Emit("GreaterOrEqual", [x, b.Floats(boundaries)]), DataType.Int32);
        c.SetOutput(b.Reduce("ReduceSum", reached, [-1], false));
    }

    // The range is moved a little so that zero is a step of it.
    private static void FakeQuant(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        float min = c.Attributes.GetFloat("min");
        float max = c.Attributes.GetFloat("max");
        float lowest = c.Attributes.GetBoolean("narrow_range") ? 1 : 0;
        float highest = (1 << (int)c.Attributes.GetInteger("num_bits", 8)) - 1;
        float scale = (max - min) / (highest - lowest);
        float zero = lowest - (min / scale);
        float nudged = zero < lowest ? lowest : zero > highest ? highest : MathF.Round(zero, MidpointRounding.AwayFromZero);
        float low = (lowest - nudged) * scale;
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value cut = Clipped(b, c.Input(0), low, (highest - nudged) * scale);
        Value step = b.Emit("Floor", [b.Add(b.Mul(b.Sub(cut, F(low)), F(1 / scale)), F(0.5))]);
        c.SetOutput(b.Add(b.Mul(step, F(scale)), F(low)));
    }
}
