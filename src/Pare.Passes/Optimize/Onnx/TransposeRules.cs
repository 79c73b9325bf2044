namespace Pare.Passes.Optimize;

/// <summary>How a Transpose moves behind each ONNX operator that allows it. A rule either rewrites the node to work in the order before the Transpose, or leaves it alone and gives false.</summary>
internal static class TransposeRules
{
    private static readonly string[] s_unary =
    [
        "Identity", "Relu", "Sigmoid", "Tanh", "Elu", "Selu", "Celu", "LeakyRelu", "ThresholdedRelu", "Softplus", "Softsign", "HardSigmoid", "HardSwish", "Mish", "Gelu", "Neg", "Abs", "Sqrt", "Exp", "Log", "Erf",
        "Reciprocal", "Sign", "Floor", "Ceil", "Round", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Not", "BitwiseNot", "Cast", "Clip", "IsNaN", "IsInf",
    ];

    private static readonly string[] s_broadcasting =
    [
        "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean", "And", "Or", "Xor", "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Where", "PRelu",
        "BitwiseAnd", "BitwiseOr", "BitwiseXor",
    ];

    private static readonly Dictionary<string, Func<TransposeMove, bool>> s_rules = new(Rules(), StringComparer.Ordinal);

    /// <summary>The rule for a node, or null.</summary>
    public static Func<TransposeMove, bool>? Find(Node node) => node.Domain is "" or "ai.onnx" ? s_rules.GetValueOrDefault(node.Operator) : null;

    /// <summary>Whether element i of the result depends on the elements of the inputs that broadcast to i alone, with nothing said about axes.</summary>
    public static bool IsElementwise(Node node) => node.Domain is "" or "ai.onnx" && node.Outputs.Count == 1 && (Array.IndexOf(s_unary, node.Operator) >= 0 || Array.IndexOf(s_broadcasting, node.Operator) >= 0);

    /// <summary>Whether a node without consumers is one that moving may have left behind.</summary>
    public static bool IsMovable(Node node) => TransposeSinker.IsTranspose(node) || (node.Domain is "" or "ai.onnx" && node.Operator == "Reshape") || IsElementwise(node);

    private static IEnumerable<KeyValuePair<string, Func<TransposeMove, bool>>> Rules()
    {
        foreach (string s in s_unary)
        {
            yield return new(s, m => m.TryInputs(0, 0));
        }

        foreach (string s in s_broadcasting)
        {
            yield return new(s, Broadcasting);
        }

        foreach (string s in (string[])["Softmax", "LogSoftmax", "Hardmax"])
        {
            // Before opset 13 these flattened everything from the axis on.
            yield return new(s, m => m.Sinker.Opset >= 13 && OnAxis(m, -1, 0));
        }

        foreach (string s in (string[])["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp", "ReduceLogSum"])
        {
            yield return new(s, Reduction);
        }

        yield return new("Concat", m => OnAxis(m, null, m.Node.Inputs.Count - 1));
        yield return new("Split", m => OnAxis(m, 0, 0));
        yield return new("Pad", Pad);
        yield return new("Slice", Slice);
        yield return new("Squeeze", Squeeze);
        yield return new("Resize", Resize);
        yield return new("QuantizeLinear", Quantization);
        yield return new("DequantizeLinear", Quantization);
    }

    // Only where the result has as many axes as the Transpose: broadcasting against a longer shape would need a longer permutation.
    private static bool Broadcasting(TransposeMove m) => m.TryInputs(0, m.Node.Inputs.Count - 1);

    private static bool OnAxis(TransposeMove m, long? defaultAxis, int lastInput)
    {
        if (!m.Node.Attributes.ContainsKey("axis") && defaultAxis is null)
        {
            return false;
        }

        long axis = m.Axis(m.Node.Attributes.GetInteger("axis", defaultAxis ?? 0));

        // Concatenated constants must have their whole shape, which broadcasting would not ask for.
        if (m.Node.Operator == "Concat" && m.Node.Inputs.Any(v => v!.Shape?.Rank != m.Permutation.Length && TransposeSinker.Before(v, m.Permutation) is null))
        {
            return false;
        }

        if (!m.TryInputs(0, lastInput))
        {
            return false;
        }

        m.Node.Attributes["axis"] = AttributeValue.Of(axis);
        return true;
    }

    private static bool Reduction(TransposeMove m)
    {
        // Axes are an input since opset 18 (13 for sums), before that an attribute.
        bool attribute = m.Node.Attributes.ContainsKey("axes");
        long[]? axes = attribute ? m.Node.Attributes.GetIntegers("axes") : m.Integers(1);
        if (axes is null && m.Node.Inputs.Count == 1 && !m.Node.Attributes.GetBoolean("keepdims", true) && !m.Node.Attributes.GetBoolean("noop_with_empty_axes"))
        {
            // Everything is reduced: what is left has no axes.
            m.After = [[]];
            return m.TryInputs(0, 0);
        }

        if (axes is null or [] || !m.TryInputs(0, 0))
        {
            return false;
        }

        long[] moved = [.. axes.Select(m.Axis).Order()];
        if (attribute)
        {
            m.Node.Attributes["axes"] = AttributeValue.Of([.. moved]);
        }
        else
        {
            m.SetIntegers(1, moved);
        }

        m.After = [m.Node.Attributes.GetBoolean("keepdims", true) ? m.Permutation : m.Without(moved)];
        return true;
    }

    private static bool Pad(TransposeMove m)
    {
        if (m.Integers(1) is not { } pads || m.Node.InputOrDefault(3) is not null || pads.Length != m.Permutation.Length * 2 || !m.TryInputs(0, 0))
        {
            return false;
        }

        int rank = m.Permutation.Length;
        long[] moved = new long[rank * 2];
        for (int i = 0; i < rank; i++)
        {
            moved[m.Permutation[i]] = pads[i];
            moved[m.Permutation[i] + rank] = pads[i + rank];
        }

        m.SetIntegers(1, moved);
        return true;
    }

    private static bool Slice(TransposeMove m)
    {
        if (m.Integers(3) is not { } axes || !m.TryInputs(0, 0))
        {
            return false;
        }

        m.SetIntegers(3, [.. axes.Select(m.Axis)]);
        return true;
    }

    private static bool Squeeze(TransposeMove m)
    {
        bool attribute = m.Node.Attributes.ContainsKey("axes");
        long[]? axes = attribute ? m.Node.Attributes.GetIntegers("axes") : m.Integers(1);
        if (axes is null || !m.TryInputs(0, 0))
        {
            return false;
        }

        long[] moved = [.. axes.Select(m.Axis).Order()];
        if (attribute)
        {
            m.Node.Attributes["axes"] = AttributeValue.Of([.. moved]);
        }
        else
        {
            m.SetIntegers(1, moved);
        }

        m.After = [m.Without(moved)];
        return true;
    }

    private static bool Resize(TransposeMove m)
    {
        Node n = m.Node;
        int rank = m.Permutation.Length;
        if (n.InputOrDefault(1) is { Constant: not { Count: 0 } } || n.Attributes.ContainsKey("axes") || (n.InputOrDefault(2) is { } s && s.Constant is null) || n.InputOrDefault(3) is { Constant: null })
        {
            return false;
        }

        TensorData? scales = n.InputOrDefault(2)?.Constant;
        long[]? sizes = m.Integers(3);
        if ((scales is { Count: > 0 } && scales.Count != rank) || (sizes is not null && sizes.Length != rank) || !m.TryInputs(0, 0))
        {
            return false;
        }

        long[] inverse = TransposeSinker.Inverse(m.Permutation);
        if (sizes is not null)
        {
            m.SetIntegers(3, [.. inverse.Select(i => sizes[i])]);
        }

        if (scales is { Count: > 0 })
        {
            float[] factors = scales.ToFloats();
            n.SetInput(2, m.Sinker.Floats($"{n.Name}/scales", [.. inverse.Select(i => factors[i])]));
        }

        return true;
    }

    private static bool Quantization(TransposeMove m)
    {
        bool perTensor = m.Node.InputOrDefault(1)?.Shape is { Rank: 0 } or { Rank: 1 } && m.Node.Inputs[1]!.Shape!.ToStatic()?.Count == 1;
        if (m.Node.Attributes.GetInteger("block_size") != 0 || (!perTensor && m.Node.InputOrDefault(1)?.Shape?.Rank != 1) || !m.TryInputs(0, 0))
        {
            return false;
        }

        if (!perTensor)
        {
            m.Node.Attributes["axis"] = AttributeValue.Of(m.Axis(m.Node.Attributes.GetInteger("axis", 1)));
        }

        return true;
    }
}
