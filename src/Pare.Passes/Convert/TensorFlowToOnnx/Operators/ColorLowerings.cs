namespace Pare.Passes.Conversion;

/// <summary>Colour spaces and adjustments of pictures whose last axis is red, green, blue.</summary>
internal static class ColorLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("RGBToHSV", c => c.SetOutput(ToHsv(c.Onnx, c.Input(0)))),
        new("HSVToRGB", c => c.SetOutput(ToRgb(c.Onnx, c.Input(0)))),
        new("AdjustContrastv2", AdjustContrast),
        new("AdjustSaturation", c => Adjusted(c, (b, hsv, by) => [hsv[0], Unit(b, b.Mul(hsv[1], by)), hsv[2]])),
        new("AdjustHue", c => Adjusted(c, (b, hsv, by) => [Fraction(b, b.Add(hsv[0], by)), hsv[1], hsv[2]])),
    ];

    private static Value F(OnnxBuilder b, Value like, double v) => b.Scalar(like.Type, v);

    private static Value[] Channels(OnnxBuilder b, Value x) => [.. Enumerable.Range(0, 3).Select(i => b.Slice(x, [i], [i + 1], [-1]))];

    private static Value Unit(OnnxBuilder b, Value x) => b.Elementwise("Min", b.Elementwise("Max", x, F(b, x, 0)), F(b, x, 1));

    private static Value Fraction(OnnxBuilder b, Value x) => b.Elementwise("Sub", x, b.Elementwise("Floor", x));

    // value = the largest channel, saturation = (value - smallest)/value, hue by which channel is largest: red first, then green.
    private static Value ToHsv(OnnxBuilder b, Value x)
    {
        Value[] c = Channels(b, x);
        Value largest = b.Emit("Max", [c[0], c[1], c[2]]);
        Value range = b.Sub(largest, b.Emit("Min", [c[0], c[1], c[2]]));
        Value zero = F(b, x, 0);
        Value saturation = b.Where(b.Emit("Greater", [largest, zero]), b.Div(range, largest), zero);
        Value sixth = b.Div(F(b, x, 1.0 / 6), range);
        Value red = b.Mul(b.Sub(c[1], c[2]), sixth);
        Value green = b.Add(b.Mul(b.Sub(c[2], c[0]), sixth), F(b, x, 2.0 / 6));
        Value blue = b.Add(b.Mul(b.Sub(c[0], c[1]), sixth), F(b, x, 4.0 / 6));
        Value hue = b.Where(b.Emit("Equal", [c[0], largest]), red, b.Where(b.Emit("Equal", [c[1], largest]), green, blue));
        hue = b.Where(b.Emit("Greater", [range, zero]), hue, zero);
        hue = b.Where(b.Emit("Less", [hue, zero]), b.Add(hue, F(b, x, 1)), hue);
        return b.Concat(-1, hue, saturation, largest);
    }

    // A channel is ((clamp(|6h - k| - 1 or 2 - |6h - k|, 0, 1) - 1)·s + 1)·v.
    private static Value ToRgb(OnnxBuilder b, Value x)
    {
        Value[] c = Channels(b, x);
        Value turned = b.Mul(c[0], F(b, x, 6));
        Value Distance(double from) => b.Emit("Abs", [b.Sub(turned, F(b, x, from))]);
        Value Channel(Value share) => b.Mul(b.Add(b.Mul(b.Sub(Unit(b, share), F(b, x, 1)), c[1]), F(b, x, 1)), c[2]);
        return b.Concat(-1, Channel(b.Sub(Distance(3), F(b, x, 1))), Channel(b.Sub(F(b, x, 2), Distance(2))), Channel(b.Sub(F(b, x, 2), Distance(4))));
    }

    private static void Adjusted(LoweringContext c, Func<OnnxBuilder, Value[], Value, Value[]> change)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value hsv = ToHsv(b, b.AsFloat(x));
        Value[] changed = change(b, Channels(b, hsv), b.Cast(b.Reshape(c.Input(1), []), hsv.Type));
        c.SetOutput(b.Cast(ToRgb(b, b.Concat(-1, changed)), x.Type));
    }

    // (x - mean)·factor + mean, the mean of each picture's channel.
    private static void AdjustContrast(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value data = b.AsFloat(x);
        Value mean = b.Reduce("ReduceMean", data, [-3, -2], true);
        c.SetOutput(b.Cast(b.Add(b.Mul(b.Sub(data, mean), b.Cast(b.Reshape(c.Input(1), []), data.Type)), mean), x.Type));
    }
}
