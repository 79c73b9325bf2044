using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>Functions of one element: activations, roots, exponentials.</summary>
internal static class ActivationGradients
{
    public static Dictionary<string, GradientRule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["Relu"] = Slope((n, b, t) => t.Mask(b.Emit("Greater", [n.Output, t.Scalar(0)]))),
        ["LeakyRelu"] = Slope((n, b, t) => b.Where(b.Emit("Less", [n.Inputs[0], t.Scalar(0)]), t.Scalar(n.Attributes.GetFloat("alpha", 0.01f)), t.Scalar(1))),
        ["Elu"] = Slope((n, b, t) => b.Where(b.Emit("Less", [n.Inputs[0], t.Scalar(0)]), b.Add(n.Output, t.Scalar(n.Attributes.GetFloat("alpha", 1))), t.Scalar(1))),
        ["Sigmoid"] = Slope((n, b, t) => b.Mul(n.Output, b.Sub(t.Scalar(1), n.Output))),
        ["Tanh"] = Slope((n, b, t) => b.Sub(t.Scalar(1), b.Mul(n.Output, n.Output))),
        ["Exp"] = Slope((n, _, _) => n.Output),
        ["Log"] = Slope((n, b, _) => b.Emit("Reciprocal", [n.Inputs[0]])),
        ["Sqrt"] = Slope((n, b, t) => b.Div(t.Scalar(0.5), n.Output)),
        ["Reciprocal"] = Slope((n, b, _) => b.Emit("Neg", [b.Mul(n.Output, n.Output)])),
        ["Neg"] = Slope((_, _, t) => t.Scalar(-1)),
        ["Abs"] = Slope((n, b, _) => b.Emit("Sign", [n.Inputs[0]])),
        ["Softplus"] = Slope((n, b, _) => b.Emit("Sigmoid", [n.Inputs[0]])),
        ["Softsign"] = Slope((n, b, t) => b.Emit("Reciprocal", [Square(b, b.Add(t.Scalar(1), b.Emit("Abs", [n.Inputs[0]])))])),
        // d erf / dx = 2/√π · exp(-x²)
        ["Erf"] = Slope((n, b, t) => b.Mul(t.Scalar(2 / Math.Sqrt(Math.PI)), b.Emit("Exp", [b.Emit("Neg", [Square(b, n.Inputs[0]!)])]))),
        ["HardSigmoid"] = Slope((n, b, t) => b.Mul(t.Scalar(n.Attributes.GetFloat("alpha", 0.2f)), Between(b, t, n.Output, 0, 1))),
        ["HardSwish"] = Slope(HardSwish),
        ["Gelu"] = Slope(Gelu, n => n.Attributes.GetString("approximate", "none") == "none"),
        ["Clip"] = Clip,
        ["PRelu"] = ParametricRelu,
        ["Identity"] = (n, g, t) => Pass(n, g, t),
        ["Dropout"] = (n, g, t) => Pass(n, g, t),
        ["Cast"] = (n, g, t) => t.Builder.Graph is not null && n.Attributes.GetInteger("to") == 1 && Pass(n, g, t),
    };

    private static GradientRule Slope(Func<Node, OnnxBuilder, GradientTape, Value> slope, Func<Node, bool>? applies = null) => (node, g, tape) =>
    {
        if (applies is not null && !applies(node))
        {
            return false;
        }

        tape.Add(node.Inputs[0]!, tape.Builder.Mul(g, slope(node, tape.Builder, tape)));
        return true;
    };

    private static bool Pass(Node node, Value g, GradientTape tape)
    {
        tape.Add(node.Inputs[0]!, g);
        return true;
    }

    private static Value Square(OnnxBuilder b, Value x) => b.Mul(x, x);

    private static Value Between(OnnxBuilder b, GradientTape t, Value x, double low, double high) =>
        b.Mul(t.Mask(b.Emit("Greater", [x, t.Scalar(low)])), t.Mask(b.Emit("Less", [x, t.Scalar(high)])));

    // x·h with h = clip(x/6 + 1/2, 0, 1): h + x/6 inside, h outside.
    private static Value HardSwish(Node n, OnnxBuilder b, GradientTape t)
    {
        Value x = n.Inputs[0]!;
        Value h = b.Emit("HardSigmoid", [x], ("alpha", AttributeValue.Of(1f / 6)), ("beta", AttributeValue.Of(0.5f)));
        return b.Add(h, b.Mul(b.Mul(x, t.Scalar(1.0 / 6)), Between(b, t, x, -3, 3)));
    }

    // x·Φ(x): Φ(x) + x·φ(x).
    private static Value Gelu(Node n, OnnxBuilder b, GradientTape t)
    {
        Value x = n.Inputs[0]!;
        Value distribution = b.Mul(t.Scalar(0.5), b.Add(t.Scalar(1), b.Emit("Erf", [b.Mul(x, t.Scalar(Math.Sqrt(0.5)))])));
        Value density = b.Mul(t.Scalar(1 / Math.Sqrt(2 * Math.PI)), b.Emit("Exp", [b.Mul(t.Scalar(-0.5), Square(b, x))]));
        return b.Add(distribution, b.Mul(x, density));
    }

    private static bool Clip(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        Value x = node.Inputs[0]!;
        Value? low = node.InputOrDefault(1) ?? (node.Attributes.ContainsKey("min") ? tape.Scalar(node.Attributes.GetFloat("min")) : null);
        Value? high = node.InputOrDefault(2) ?? (node.Attributes.ContainsKey("max") ? tape.Scalar(node.Attributes.GetFloat("max")) : null);
        if (low is not null)
        {
            g = b.Mul(g, tape.Mask(b.Emit("Greater", [x, low])));
        }

        if (high is not null)
        {
            g = b.Mul(g, tape.Mask(b.Emit("Less", [x, high])));
        }

        tape.Add(x, g);
        return true;
    }

    private static bool ParametricRelu(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        (Value x, Value slope) = (node.Inputs[0]!, node.Inputs[1]!);
        Value negative = b.Emit("Less", [x, tape.Scalar(0)]);
        tape.Add(x, b.Mul(g, b.Where(negative, slope, tape.Scalar(1))));
        tape.AddBroadcast(slope, () => b.Mul(g, b.Where(negative, x, tape.Scalar(0))), tape.ShapeOf(node.Output));
        return true;
    }
}
