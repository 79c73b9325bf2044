namespace Pare.Passes.Conversion;

/// <summary>Normalizations, softmax among them.</summary>
internal static class TFLiteNormalizations
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("SOFTMAX", Softmax),
        TFLiteLowering.Of("LOG_SOFTMAX", c => c.SetOutput(c.Onnx.Emit("LogSoftmax", [c.Input(0)], ("axis", AttributeValue.Of(-1L))))),
        TFLiteLowering.Of("L2_NORMALIZATION", L2),
        TFLiteLowering.Of("LOCAL_RESPONSE_NORMALIZATION", c => c.SetOutput(c.TensorFlow(
            "LRN",
            [c.Input(0)],
            ("depth_radius", AttributeValue.Of(c.Attributes.GetInteger("radius"))),
            ("bias", AttributeValue.Of(c.Attributes.GetFloat("bias"))),
            ("alpha", AttributeValue.Of(c.Attributes.GetFloat("alpha"))),
            ("beta", AttributeValue.Of(c.Attributes.GetFloat("beta")))))),
    ];

    // beta scales the input. In 8 bits half is rounded away from zero.
    private static void Softmax(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        float beta = c.Attributes.GetFloat("beta", 1);
        Value x = beta is 1 or 0 ? c.Input(0) : b.Mul(c.Input(0), b.Scalar(c.Input(0).Type, beta));
        Value y = b.Emit("Softmax", [x], ("axis", AttributeValue.Of(-1L)));
        TFLiteOperand output = c.Output();
        if (!output.IsQuantized)
        {
            c.SetOutput(y);
            return;
        }

        Value steps = b.Emit("Floor", [b.Add(b.Mul(y, b.Scalar(DataType.Float32, 1 / output.Scale)), b.Scalar(DataType.Float32, 0.5))]);
        c.SetOperand(0, output.FromCodes(Quantized.Clip(b, steps, output.Lowest, output.Highest)));
    }

    // x / max(|x|, 1e-6) along the last axis.
    private static void L2(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value norm = b.Emit("Sqrt", [b.Reduce("ReduceSum", b.Mul(x, x), [-1], true)]);
        c.SetOutput(c.Activate(b.Div(x, b.Emit("Max", [norm, b.Scalar(x.Type, 1e-6)]))));
    }
}
