namespace Pare.Passes.Conversion;

/// <summary>Activations.</summary>
internal static class ActivationLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Relu", Relu),
        new("Relu6", Relu6),
        new("Elu", c => Float(c, "Elu")),
        new("Selu", c => Float(c, "Selu")),
        new("LeakyRelu", c => Float(c, "LeakyRelu", ("alpha", AttributeValue.Of(c.Attributes.GetFloat("alpha", 0.2f))))),
        new("Sigmoid", c => Float(c, "Sigmoid")),
        new("Tanh", c => Float(c, "Tanh")),
        new("Softplus", c => Float(c, "Softplus")),
        new("Softsign", c => Float(c, "Softsign")),
        new("HardSwish", c => Float(c, "HardSwish")),
    ];

    private static void Float(LoweringContext c, string @operator, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
        => c.SetOutput(c.Onnx.Cast(c.Onnx.Emit(@operator, [c.Onnx.AsFloat(c.Input(0))], attributes), c.Input(0).Type));

    private static void Relu(LoweringContext c)
    {
        Value x = c.Input(0);
        c.SetOutput(x.Type.IsInteger() ? Bounded(c.Onnx, x, null) : c.Onnx.Cast(c.Onnx.Emit("Relu", [x.Type == DataType.Float64 ? x : c.Onnx.AsFloat(x)]), x.Type));
    }

    private static void Relu6(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value data = x.Type == DataType.Float64 || x.Type == DataType.Float32 ? x : b.Cast(x, DataType.Float32);
        c.SetOutput(x.Type.IsInteger() ? Bounded(b, x, 6) : b.Cast(b.Emit("Clip", [data, b.Scalar(data.Type, 0), b.Scalar(data.Type, 6)]), x.Type));
    }

    // Integers narrower than 32 bits have no kernels of their own.
    private static Value Bounded(OnnxBuilder b, Value x, double? upper)
    {
        Value wide = x.Type is DataType.Int64 or DataType.UInt64 or DataType.UInt32 ? x : b.Cast(x, DataType.Int32);
        Value y = b.Emit("Max", [wide, b.Scalar(wide.Type, 0)]);
        if (upper is { } u)
        {
            y = b.Emit("Min", [y, b.Scalar(wide.Type, u)]);
        }

        return b.Cast(y, x.Type);
    }
}
