using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>Matrix products and convolutions. Of a weight only the constant's own gradient is left out: layers take it from the gradient of their output.</summary>
internal static class LinearGradients
{
    public static Dictionary<string, GradientRule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["MatMul"] = Product,
        ["Gemm"] = General,
        ["Conv"] = Convolution,
    };

    private static bool Product(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        (Value x, Value y) = (node.Inputs[0]!, node.Inputs[1]!);
        (TensorShape sx, TensorShape sy) = (tape.ShapeOf(x), tape.ShapeOf(y));
        if (sx.Rank < 2 || sy.Rank < 2)
        {
            return false;
        }

        TensorShape result = tape.ShapeOf(node.Output);
        tape.AddBroadcast(x, () => b.Emit("MatMul", [g, Turned(b, y, sy.Rank)]), new TensorShape([.. result.Dimensions[..^2], sx[-2], sx[-1]]));
        tape.AddBroadcast(y, () => b.Emit("MatMul", [Turned(b, x, sx.Rank), g]), new TensorShape([.. result.Dimensions[..^2], sy[-2], sy[-1]]));
        return true;
    }

    private static bool General(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        bool ta = node.Attributes.GetBoolean("transA");
        bool tb = node.Attributes.GetBoolean("transB");
        float alpha = node.Attributes.GetFloat("alpha", 1);
        (Value x, Value y) = (node.Inputs[0]!, node.Inputs[1]!);
        if (ta)
        {
            return false;
        }

        if (tape.Needs(x))
        {
            tape.Add(x, b.Emit("Gemm", [g, y], ("transB", AttributeValue.Of(tb ? 0L : 1L)), ("alpha", AttributeValue.Of(alpha))));
        }

        if (tape.Needs(y))
        {
            tape.Add(y, tb
                ? b.Emit("Gemm", [g, x], ("transA", AttributeValue.Of(1L)), ("alpha", AttributeValue.Of(alpha)))
                : b.Emit("Gemm", [x, g], ("transA", AttributeValue.Of(1L)), ("alpha", AttributeValue.Of(alpha))));
        }

        if (node.InputOrDefault(2) is { } c)
        {
            float beta = node.Attributes.GetFloat("beta", 1);
            tape.AddBroadcast(c, () => beta == 1 ? g : b.Mul(g, tape.Scalar(beta)), tape.ShapeOf(node.Output));
        }

        return true;
    }

    private static bool Convolution(Node node, Value g, GradientTape tape)
    {
        Value x = node.Inputs[0]!;
        Value w = node.Inputs[1]!;
        if (tape.Needs(w))
        {
            return false;
        }

        if (tape.Needs(x))
        {
            TensorShape input = tape.ShapeOf(x);
            TensorShape output = tape.ShapeOf(node.Output);
            if (WindowExtents.Of(node, tape.ShapeOf(w).Dimensions[2..].ToArray(), input) is not { } window)
            {
                return false;
            }

            tape.Add(x, window.Transposed(tape, g, w, input, output, node.Attributes.GetInteger("group", 1)));
        }

        if (node.InputOrDefault(2) is { } bias && tape.Needs(bias))
        {
            long[] axes = [0, .. Enumerable.Range(2, tape.ShapeOf(node.Output).Rank - 2)];
            tape.Add(bias, tape.Sum(g, axes, keep: false));
        }

        return true;
    }

    private static Value Turned(OnnxBuilder b, Value x, int rank)
    {
        long[] order = [.. Enumerable.Range(0, rank)];
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return b.Transpose(x, order);
    }
}
