using System.Text.Json;

namespace Pare.Passes.Conversion;

/// <summary>Activations by name, as an object of the configuration, or as a layer within.</summary>
internal static class Activations
{
    /// <summary>Applies the activation that a layer's configuration names; none where it names none.</summary>
    public static Value Apply(LayerContext c, Value x, string entry = "activation", string absent = "linear")
    {
        if (!c.Config.TryGetValue(entry, out AttributeValue? v))
        {
            return ByName(c, x, absent);
        }

        return v.Kind == AttributeKind.String ? ByName(c, x, v.AsString) : ByObject(c, x, c.Nested(entry));
    }

    /// <summary>An activation by its name.</summary>
    /// <exception cref="LoweringException">Keras has none of that name.</exception>
    public static Value ByName(LayerContext c, Value x, string name)
    {
        TensorFlowBuilder b = c.TensorFlow;
        switch (name)
        {
            case "linear":
                return x;
            case "relu":
                return b.Unary("Relu", x);
            case "relu6":
                return b.Unary("Relu6", x);
            case "leaky_relu":
                return Leaky(b, x, 0.2);
            case "elu":
                return b.Unary("Elu", x);
            case "selu":
                return b.Unary("Selu", x);
            case "sigmoid":
                return b.Unary("Sigmoid", x);
            case "tanh":
                return b.Unary("Tanh", x);
            case "softplus":
                return b.Unary("Softplus", x);
            case "softsign":
                return b.Unary("Softsign", x);
            case "exponential":
                return b.Unary("Exp", x);
            case "softmax":
                return b.Softmax(x, -1);
            case "log_softmax":
                return b.Softmax(x, -1, "LogSoftmax");
            case "swish" or "silu":
                return b.Mul(x, b.Unary("Sigmoid", x));
            case "mish":
                return b.Mul(x, b.Unary("Tanh", b.Unary("Softplus", x)));
            case "gelu":
                return Gelu(b, x, approximate: false);
            case "hard_sigmoid":
                return HardSigmoid(b, x, c.IsKeras3);
            case "hard_swish" or "hard_silu":
                return b.Mul(x, HardSigmoid(b, x, keras3: true));
            default:
                return Rare(b, x, name);
        }
    }

    /// <summary>0.5·x·(1 + erf(x/√2)), or its approximation by tanh (Hendrycks and Gimpel 2016).</summary>
    public static Value Gelu(TensorFlowBuilder b, Value x, bool approximate)
    {
        Value inner = approximate
            ? b.Unary("Tanh", b.Mul(b.Add(x, b.Mul(b.Mul(b.Mul(x, x), x), b.Float(0.044715))), b.Float(Math.Sqrt(2 / Math.PI))))
            : b.Unary("Erf", b.Mul(x, b.Float(1 / Math.Sqrt(2))));
        return b.Mul(b.Mul(x, b.Float(0.5)), b.Add(inner, b.Float(1)));
    }

    public static Value Leaky(TensorFlowBuilder b, Value x, double slope) => b.Emit("LeakyRelu", [x], x.Type, x.Shape, TensorFlowBuilder.T("T", x.Type), ("alpha", AttributeValue.Of((float)slope)));

    /// <summary>x clipped to a range.</summary>
    public static Value Clip(TensorFlowBuilder b, Value x, double low, double high) => b.Minimum(b.Maximum(x, b.Float(low)), b.Float(high));

    // Keras 2: 0.2·x + 0.5 clipped to 0…1; Keras 3: relu6(x + 3) / 6.
    private static Value HardSigmoid(TensorFlowBuilder b, Value x, bool keras3) => keras3
        ? b.Mul(b.Unary("Relu6", b.Add(x, b.Float(3))), b.Float(1.0 / 6))
        : Clip(b, b.Add(b.Mul(x, b.Float(0.2)), b.Float(0.5)), 0, 1);

    private static Value Rare(TensorFlowBuilder b, Value x, string name)
    {
        switch (name)
        {
            case "log_sigmoid":
                return b.Unary("Neg", b.Unary("Softplus", b.Unary("Neg", x)));
            case "hard_tanh":
                return Clip(b, x, -1, 1);
            case "tanh_shrink":
                return b.Sub(x, b.Unary("Tanh", x));
            case "celu":
                return b.Unary("Elu", x);
            case "squareplus":
                return b.Mul(b.Add(x, b.Unary("Sqrt", b.Add(b.Mul(x, x), b.Float(4)))), b.Float(0.5));
            case "hard_shrink":
                return b.Select(b.Compare("Greater", b.Unary("Abs", x), b.Float(0.5)), x, b.Float(0));
            case "soft_shrink":
                return b.Sub(x, Clip(b, x, -0.5, 0.5));
            case "sparse_sigmoid":
                return Clip(b, b.Mul(b.Add(x, b.Float(1)), b.Float(0.5)), 0, 1);
            case "sparse_plus":
                // 0 up to -1, (x + 1)²/4 up to 1, x beyond.
                Value half = b.Mul(b.Add(Clip(b, x, -1, 1), b.Float(1)), b.Float(0.5));
                return b.Add(b.Mul(half, half), b.Unary("Relu", b.Sub(x, b.Float(1))));
            case "glu":
                IReadOnlyList<Value> halves = b.Split(x, (x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known")) - 1, 2);
                return b.Mul(halves[0], b.Unary("Sigmoid", halves[1]));
            default:
                throw new LoweringException($"its activation '{name}' is none of Keras's; Pare does not run custom functions");
        }
    }

    private static Value ByObject(LayerContext c, Value x, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.String)
        {
            // {"class_name": "function", "config": "relu6"}
            return ByName(c, x, config.GetString()!);
        }

        (string className, AttributeMap entries) = KerasJsonReader.Layer(element, "its activation");
        return className is "Activation" && entries.TryGetValue("activation", out AttributeValue? name) && name.Kind == AttributeKind.String
            ? ByName(c, x, name.AsString)
            : c.Apply(className, entries, [], x);
    }
}
