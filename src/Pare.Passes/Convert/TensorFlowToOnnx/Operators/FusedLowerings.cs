namespace Pare.Passes.Conversion;

/// <summary>Operators that TensorFlow's own graph optimiser makes of several: a product or convolution with what follows it.</summary>
internal static class FusedLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("_FusedConv2D", c => Finish(c, ConvolutionLowerings.Convolve(c, c.Input(0), c.Input(1), WindowGeometry.Read(c)))),
        new("_FusedDepthwiseConv2dNative", c => Finish(c, ConvolutionLowerings.DepthwiseConvolve(c))),
        new("_FusedMatMul", c => Finish(c, ProductLowerings.Multiply(c, c.Attributes.GetBoolean("transpose_a"), c.Attributes.GetBoolean("transpose_b")))),
        new("_FusedBatchNormEx", BatchNorm),
    ];

    // fused_ops names the steps; their further operands are inputs 2, 3, … in that order.
    private static void Finish(LoweringContext c, Value y)
    {
        OnnxBuilder b = c.Onnx;
        int next = 2;
        foreach (string step in Steps(c))
        {
            switch (step)
            {
                case "BiasAdd":
                    y = NormalizationLowerings.AddBias(c, y, c.Input(next++));
                    break;
                case "Add":
                    y = b.Elementwise("Add", y, c.Input(next++));
                    break;
                case "FusedBatchNorm":
                    y = NormalizationLowerings.Normalize(c, y, c.Input(next), c.Input(next + 1), c.Input(next + 2), c.Input(next + 3), c.Attributes.GetFloat("epsilon", 1e-4f));
                    next += 4;
                    break;
                default:
                    y = Activate(c, y, step);
                    break;
            }
        }

        c.SetOutput(y);
    }

    private static string[] Steps(LoweringContext c) => c.Attributes.TryGetValue("fused_ops", out AttributeValue? list) ? [.. list.AsStrings.Select(s => System.Text.Encoding.UTF8.GetString(s.Span))] : [];

    private static Value Activate(LoweringContext c, Value y, string name)
    {
        OnnxBuilder b = c.Onnx;
        return name switch
        {
            "Relu" or "Elu" or "Tanh" or "Sigmoid" => b.Elementwise(name, y),
            "Relu6" => b.Elementwise("Min", b.Elementwise("Max", y, b.Scalar(y.Type, 0)), b.Scalar(y.Type, 6)),
            "LeakyRelu" => b.Apply("LeakyRelu", [y], ("alpha", AttributeValue.Of(c.Attributes.GetFloat("leakyrelu_alpha", 0.2f)))),
            "GeluApproximate" => b.Apply("Gelu", [y], ("approximate", AttributeValue.Of("tanh"))),
            "GeluExact" => b.Elementwise("Gelu", y),
            _ => throw new LoweringException($"the fused step '{name}' is not known"),
        };
    }

    private static void BatchNorm(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        if (c.Attributes.GetBoolean("is_training", true))
        {
            LoweringContext.Unsupported("is_training is true; only inference is carried over");
        }

        Value y = NormalizationLowerings.Normalize(c, c.Input(0), c.Input(1), c.Input(2), c.Input(3), c.Input(4), c.Attributes.GetFloat("epsilon", 1e-4f));
        y = c.InputCount > 5 ? b.Elementwise("Add", y, c.Input(5)) : y;
        string activation = c.Attributes.GetString("activation_mode", "Identity");
        c.SetOutput(0, activation == "Identity" ? y : Activate(c, y, activation));
        for (int i = 1; i < c.Node.Outputs.Count; i++)
        {
            c.SetOutput(i, c.Input(i % 2 == 1 ? 3 : 4));
        }
    }
}
