namespace Pare.Passes.Conversion;

/// <summary>Random numbers, as dropout of training leaves them in frozen graphs. They are other numbers than TensorFlow's, from the same distribution.</summary>
internal static class RandomLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("RandomUniform", c => Like(c, "RandomUniformLike", ("low", AttributeValue.Of(0f)), ("high", AttributeValue.Of(MathF.BitDecrement(1f))))),
        new("RandomStandardNormal", c => Like(c, "RandomNormalLike")),
        new("TruncatedNormal", TruncatedNormal),
        new("RandomUniformInt", RandomUniformInt),
    ];

    private static void Like(LoweringContext c, string @operator, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
        => c.SetOutput(Draw(c, @operator, attributes));

    // The upper end is never reached: floor(keep + u) must not give 2 for a keep of 1.
    private static Value Draw(LoweringContext c, string @operator, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        OnnxBuilder b = c.Onnx;
        Value zeros = b.ExpandTo(b.Scalar(DataType.Float32, 0), b.AsVector(c.Input(0)));
        Value drawn = b.Emit(@operator, [zeros], DataType.Float32, zeros.Shape, attributes);
        return b.Cast(drawn, c.TypeAttribute("dtype", DataType.Float32));
    }

    // Two standard deviations at most; those beyond are clamped instead of drawn again.
    private static void TruncatedNormal(LoweringContext c)
    {
        Value drawn = Draw(c, "RandomNormalLike");
        c.SetOutput(c.Onnx.Elementwise("Max", c.Onnx.Elementwise("Min", drawn, c.Onnx.Scalar(drawn.Type, 2)), c.Onnx.Scalar(drawn.Type, -2)));
    }

    private static void RandomUniformInt(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value low = b.Cast(c.Input(1), DataType.Float64);
        Value span = b.Sub(b.Cast(c.Input(2), DataType.Float64), low);
        Value zeros = b.ExpandTo(b.Scalar(DataType.Float32, 0), b.AsVector(c.Input(0)));
        Value drawn = b.Emit("RandomUniformLike", [zeros], DataType.Float32, zeros.Shape, ("high", AttributeValue.Of(MathF.BitDecrement(1f))));
        Value number = b.Emit("Floor", [b.Add(low, b.Mul(b.Cast(drawn, DataType.Float64), span))]);
        c.SetOutput(b.Cast(number, c.Input(1).Type));
    }
}
