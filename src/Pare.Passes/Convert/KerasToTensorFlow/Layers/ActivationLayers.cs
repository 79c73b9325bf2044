namespace Pare.Passes.Conversion;

/// <summary>Activations as layers.</summary>
internal static class ActivationLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Activation", c => Set(c, Activations.Apply(c, c.Input()))),
        new("ReLU", c => Set(c, Rectify(c.TensorFlow, c.Input(), c.Number("max_value"), c.Number("negative_slope") ?? 0, c.Number("threshold") ?? 0))),
        new("LeakyReLU", c => Set(c, Activations.Leaky(c.TensorFlow, c.Input(), c.Number("negative_slope") ?? c.Number("alpha") ?? 0.3))),
        new("ThresholdedReLU", ThresholdedRelu),
        new("ELU", Elu),
        new("PReLU", PRelu),
        new("Softmax", Softmax),
    ];

    private static void Set(LayerContext c, Value y)
    {
        c.OutputMask = c.Mask();
        c.SetOutput(y);
    }

    /// <summary>max_value where x is above it, x from the threshold on, slope·(x - threshold) below.</summary>
    public static Value Rectify(TensorFlowBuilder b, Value x, double? max, double slope, double threshold)
    {
        if (threshold == 0 && max is null)
        {
            return slope == 0 ? b.Unary("Relu", x) : Activations.Leaky(b, x, slope);
        }

        Value y = threshold != 0 ? b.Mul(x, b.Cast(b.Compare("Greater", x, b.Float(threshold)), DataType.Float32))
            : max == 6 ? b.Unary("Relu6", x) : b.Unary("Relu", x);
        y = max is { } m && !(threshold == 0 && m == 6) ? Activations.Clip(b, y, 0, m) : y;
        if (slope == 0)
        {
            return y;
        }

        Value below = b.Unary("Relu", threshold == 0 ? b.Unary("Neg", x) : b.Sub(b.Float(threshold), x));
        return b.Sub(y, b.Mul(below, b.Float(slope)));
    }

    private static void ThresholdedRelu(LayerContext c)
    {
        Value x = c.Input();
        Set(c, c.TensorFlow.Mul(x, c.TensorFlow.Cast(c.TensorFlow.Compare("Greater", x, c.TensorFlow.Float(c.Number("theta") ?? 1)), DataType.Float32)));
    }

    // alpha·(exp x - 1) below 0.
    private static void Elu(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        double alpha = c.Number("alpha") ?? 1;
        Value y = b.Unary("Elu", x);
        Set(c, alpha == 1 ? y : b.Select(b.Compare("Greater", x, b.Float(0)), y, b.Mul(y, b.Float(alpha))));
    }

    // relu(x) - alpha·relu(-x); alpha has extent 1 along the shared axes.
    private static void PRelu(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        TensorData alpha = c.Weight(0);
        float[] negative = Array.ConvertAll(alpha.ToFloats(), a => -a);
        Value slope = b.Constant(DenseTensorData.Create(negative, alpha.Shape), "alpha");
        Set(c, b.Add(b.Unary("Relu", x), b.Mul(slope, b.Unary("Relu", b.Unary("Neg", x)))));
    }

    private static void Softmax(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        long[] axes = c.List("axis") ?? [-1];
        if (c.InputCount > 1)
        {
            // A mask: what is false counts as minus infinity, as far as binary32 goes.
            x = b.Add(x, b.Mul(b.Sub(b.Float(1), b.Cast(c.Raw(1), DataType.Float32)), b.Float(-1e9)));
        }

        if (axes.Length == 1)
        {
            Set(c, b.Softmax(x, (int)axes[0]));
            return;
        }

        Value e = b.Unary("Exp", b.Sub(x, b.Reduce("Max", x, axes, keep: true)));
        Set(c, b.Div(e, b.Reduce("Sum", e, axes, keep: true)));
    }
}
