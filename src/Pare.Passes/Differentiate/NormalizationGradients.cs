using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>Softmax, layer normalization, batch normalization with fixed statistics.</summary>
internal static class NormalizationGradients
{
    public static Dictionary<string, GradientRule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["Softmax"] = Softmax,
        ["LogSoftmax"] = LogSoftmax,
        ["LayerNormalization"] = Layer,
        ["BatchNormalization"] = Batch,
    };

    // y ∘ (g - Σ g ∘ y)
    private static bool Softmax(Node node, Value g, GradientTape tape)
    {
        if (Axis(node, tape) is not { } axis)
        {
            return false;
        }

        OnnxBuilder b = tape.Builder;
        tape.Add(node.Inputs[0]!, b.Mul(node.Output, b.Sub(g, tape.Sum(b.Mul(g, node.Output), [axis], keep: true))));
        return true;
    }

    // g - softmax · Σ g
    private static bool LogSoftmax(Node node, Value g, GradientTape tape)
    {
        if (Axis(node, tape) is not { } axis)
        {
            return false;
        }

        OnnxBuilder b = tape.Builder;
        tape.Add(node.Inputs[0]!, b.Sub(g, b.Mul(b.Emit("Exp", [node.Output]), tape.Sum(g, [axis], keep: true))));
        return true;
    }

    // Before operator set 13 the input was made a matrix first; that is the same only for the last axis.
    private static long? Axis(Node node, GradientTape tape)
    {
        int rank = tape.ShapeOf(node.Output).Rank;
        long axis = node.Attributes.GetInteger("axis", tape.Opset < 13 ? 1 : -1);
        axis = axis < 0 ? axis + rank : axis;
        return tape.Opset >= 13 || axis == rank - 1 ? axis : null;
    }

    // With n = (x - mean)·r, r = 1/√(var + ε) and h = g·scale: r·(h - mean(h) - n·mean(h ∘ n)).
    private static bool Layer(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        Value x = node.Inputs[0]!;
        Value scale = node.Inputs[1]!;
        TensorShape shape = tape.ShapeOf(x);
        long axis = node.Attributes.GetInteger("axis", -1);
        long[] axes = [.. Enumerable.Range((int)(axis < 0 ? axis + shape.Rank : axis), (int)(axis < 0 ? -axis : shape.Rank - axis))];
        Value centred = b.Sub(x, tape.Mean(x, axes, keep: true));
        Value variance = tape.Mean(b.Mul(centred, centred), axes, keep: true);
        Value r = b.Emit("Reciprocal", [b.Emit("Sqrt", [b.Add(variance, tape.Scalar(node.Attributes.GetFloat("epsilon", 1e-5f)))])]);
        Value normal = b.Mul(centred, r);
        if (tape.Needs(x))
        {
            Value h = b.Mul(g, scale);
            Value inner = b.Sub(b.Sub(h, tape.Mean(h, axes, keep: true)), b.Mul(normal, tape.Mean(b.Mul(h, normal), axes, keep: true)));
            tape.Add(x, b.Mul(r, inner));
        }

        tape.AddBroadcast(scale, () => b.Mul(g, normal), shape);
        if (node.InputOrDefault(2) is { } bias)
        {
            tape.AddBroadcast(bias, () => g, shape);
        }

        return true;
    }

    private static bool Batch(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        Value x = node.Inputs[0]!;
        if (node.Attributes.GetBoolean("training_mode"))
        {
            return false;
        }

        TensorShape shape = tape.ShapeOf(x);
        long[] extents = [.. Enumerable.Repeat(1L, shape.Rank)];
        extents[1] = shape[1];
        TensorShape channel = new(extents);
        Value r = b.Emit("Reciprocal", [b.Emit("Sqrt", [b.Add(node.Inputs[4]!, tape.Scalar(node.Attributes.GetFloat("epsilon", 1e-5f)))])]);
        long[] others = [.. Enumerable.Range(0, shape.Rank).Where(i => i != 1)];
        if (tape.Needs(x))
        {
            tape.Add(x, b.Mul(g, tape.Reshape(b.Mul(node.Inputs[1]!, r), channel)));
        }

        if (tape.Needs(node.Inputs[1]))
        {
            Value normal = b.Mul(b.Sub(x, tape.Reshape(node.Inputs[3]!, channel)), tape.Reshape(r, channel));
            tape.Add(node.Inputs[1]!, tape.Sum(b.Mul(g, normal), others, keep: false));
        }

        if (tape.Needs(node.Inputs[2]))
        {
            tape.Add(node.Inputs[2]!, tape.Sum(g, others, keep: false));
        }

        return true;
    }
}
