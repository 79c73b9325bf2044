using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>Sums, products and their kin, with broadcasting.</summary>
internal static class ArithmeticGradients
{
    public static Dictionary<string, GradientRule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["Add"] = Sum,
        ["Sum"] = Sum,
        ["Sub"] = Difference,
        ["Mul"] = Product,
        ["Div"] = Quotient,
        ["Pow"] = Power,
        ["Min"] = (n, g, t) => Extreme(n, g, t, "LessOrEqual", "Less"),
        ["Max"] = (n, g, t) => Extreme(n, g, t, "GreaterOrEqual", "Greater"),
        ["Where"] = Choice,
    };

    private static bool Sum(Node node, Value g, GradientTape tape)
    {
        foreach (Value? x in node.Inputs)
        {
            tape.AddBroadcast(x!, () => g, tape.ShapeOf(node.Output));
        }

        return true;
    }

    private static bool Difference(Node node, Value g, GradientTape tape)
    {
        TensorShape shape = tape.ShapeOf(node.Output);
        tape.AddBroadcast(node.Inputs[0]!, () => g, shape);
        tape.AddBroadcast(node.Inputs[1]!, () => tape.Builder.Emit("Neg", [g]), shape);
        return true;
    }

    private static bool Product(Node node, Value g, GradientTape tape)
    {
        TensorShape shape = tape.ShapeOf(node.Output);
        (Value x, Value y) = (node.Inputs[0]!, node.Inputs[1]!);
        tape.AddBroadcast(x, () => tape.Builder.Mul(g, y), shape);
        tape.AddBroadcast(y, () => tape.Builder.Mul(g, x), shape);
        return true;
    }

    private static bool Quotient(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        TensorShape shape = tape.ShapeOf(node.Output);
        (Value x, Value y) = (node.Inputs[0]!, node.Inputs[1]!);
        tape.AddBroadcast(x, () => b.Div(g, y), shape);
        tape.AddBroadcast(y, () => b.Emit("Neg", [b.Div(b.Mul(g, node.Output), y)]), shape);
        return true;
    }

    private static bool Power(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        (Value x, Value p) = (node.Inputs[0]!, node.Inputs[1]!);
        if (tape.Needs(p) || p.Constant is not { Count: 1 } c)
        {
            return false;
        }

        double power = c.ToFloats()[0];
        tape.AddBroadcast(x, () => b.Mul(g, b.Mul(tape.Scalar(power), power == 2 ? x : b.Emit("Pow", [x, tape.Scalar(power - 1)]))), tape.ShapeOf(node.Output));
        return true;
    }

    private static bool Extreme(Node node, Value g, GradientTape tape, string first, string later)
    {
        if (node.Inputs.Count > 2)
        {
            return false;
        }

        OnnxBuilder b = tape.Builder;
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            // Where both are equal the first one counts.
            Value other = node.Inputs[node.Inputs.Count - 1 - i]!;
            Value mine = node.Inputs[i]!;
            string test = i == 0 ? first : later;
            tape.AddBroadcast(mine, () => node.Inputs.Count == 1 ? g : b.Mul(g, tape.Mask(b.Emit(test, [mine, other]))), tape.ShapeOf(node.Output));
        }

        return true;
    }

    private static bool Choice(Node node, Value g, GradientTape tape)
    {
        TensorShape shape = tape.ShapeOf(node.Output);
        Value zero = tape.Scalar(0);
        tape.AddBroadcast(node.Inputs[1]!, () => tape.Builder.Where(node.Inputs[0]!, g, zero), shape);
        tape.AddBroadcast(node.Inputs[2]!, () => tape.Builder.Where(node.Inputs[0]!, zero, g), shape);
        return true;
    }
}
