using static Pare.Passes.Optimize.TFLite.TFLiteRewriter;

namespace Pare.Passes.Optimize.TFLite;

/// <summary>Functions spelt out in small operators that TFLite has one operator for.</summary>
internal static class TFLitePatternRules
{
    public static void Apply(TFLiteRewriter r)
    {
        Bounds(r);
        HardSwish(r);
        LeakyRelu(r);
        PRelu(r);
        L2Norm(r);
        Rsqrt(r);
        SquaredDifference(r);
    }

    // min(max(x, 0), 6) and the like.
    private static void Bounds(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("MINIMUM", "MAXIMUM"))
        {
            if (n.IsRemoved || !IsFloat(n.Output) || Either(n, v => Number(v) is not null) is not ({ } bound, { } x))
            {
                continue;
            }

            bool upper = n.Operator == "MINIMUM";
            float outer = Number(bound)!.Value;
            if (!upper && outer == 0)
            {
                r.Substitute(n, "RELU", [x]);
                r.Changed("MAXIMUM with 0 to RELU");
                continue;
            }

            if (upper && Made(x, "RELU") is { } relu && outer is 6 or 1)
            {
                Node inner = (Made(x, "RELU"))!;
                r.Substitute(n, outer == 6 ? "RELU6" : "RELU_0_TO_1", [inner.Inputs[0]]);
                r.Changed("RELU and MINIMUM to a bounded RELU");
            }
            else if (Made(x, upper ? "MAXIMUM" : "MINIMUM") is { } other && Either(other, v => Number(v) is not null) is ({ } second, { } y))
            {
                (float low, float high) = upper ? (Number(second)!.Value, outer) : (outer, Number(second)!.Value);
                string? direct = (low, high) switch { (0, 6) => "RELU6", (-1, 1) => "RELU_N1_TO_1", (0, 1) => "RELU_0_TO_1", _ => null };
                if (direct is not null)
                {
                    r.Substitute(n, direct, [y]);
                    r.Changed("MINIMUM and MAXIMUM to a bounded RELU");
                }
            }
        }
    }

    // x · relu6(x + 3) / 6, the division anywhere.
    private static void HardSwish(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("MUL", "DIV"))
        {
            if (n.IsRemoved || !IsPlain(n) || !IsFloat(n.Output))
            {
                continue;
            }

            Value? x = null;
            if (Sixth(n) is { } whole && whole.Producer is { Operator: "MUL" } product && IsPlain(product))
            {
                x = Either(product, v => Gate(v) is not null) is ({ } gate, { } data) && ReferenceEquals(Gate(gate), data) ? data : null;
            }
            else if (n.Operator == "MUL")
            {
                foreach ((Value a, Value b) in ((Value, Value)[])[(n.Inputs[0]!, n.Inputs[1]!), (n.Inputs[1]!, n.Inputs[0]!)])
                {
                    // x · (relu6(x + 3) / 6), or (x / 6) · relu6(x + 3).
                    if (b.Producer is { } p && p.Operator is "MUL" or "DIV" && IsPlain(p) && Sixth(p) is { } inner && ReferenceEquals(Gate(inner), a))
                    {
                        x = a;
                    }
                    else if (a.Producer is { } q && q.Operator is "MUL" or "DIV" && IsPlain(q) && Sixth(q) is { } part && ReferenceEquals(Gate(b), part))
                    {
                        x = part;
                    }
                }
            }

            if (x is not null)
            {
                r.Substitute(n, "HARD_SWISH", [x]);
                r.Changed("x · relu6(x + 3) / 6 to HARD_SWISH");
            }
        }
    }

    // What is divided by six, or null.
    private static Value? Sixth(Node n) => n.Operator == "DIV" ? Is(n.Inputs[1], 6) ? n.Inputs[0] : null : Either(n, v => Is(v, 1 / 6.0)) is (_, { } other) ? other : null;

    // The x of relu6(x + 3), or null.
    private static Value? Gate(Value value)
    {
        Node? add = Made(value, "RELU6") is { } relu ? Made(relu.Inputs[0], "ADD") is { } plain && IsPlain(plain) ? plain : null
            : Made(value, "ADD") is { } fused && fused.Attributes.GetString("fused_activation_function", "NONE") == "RELU6" ? fused : null;
        return add is not null && Either(add, v => Is(v, 3)) is (_, { } x) ? x : null;
    }

    // max(x, a·x) with 0 < a < 1.
    private static void LeakyRelu(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("MAXIMUM"))
        {
            if (!n.IsRemoved && IsFloat(n.Output) && Either(n, v => Made(v, "MUL") is not null) is ({ } scaled, { } x) && Made(scaled, "MUL") is { } mul && IsPlain(mul)
                && Either(mul, v => Number(v) is > 0 and < 1) is ({ } slope, { } y) && ReferenceEquals(x, y))
            {
                Node leaky = r.Substitute(n, "LEAKY_RELU", [x]);
                leaky.Attributes["alpha"] = AttributeValue.Of(Number(slope)!.Value);
                r.Changed("max(x, a·x) to LEAKY_RELU");
            }
        }
    }

    // relu(x) + a·(x - |x|)·½ (the halves folded into a), or relu(x) - a·relu(-x), with a constant a a channel.
    private static void PRelu(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("ADD", "SUB"))
        {
            if (n.IsRemoved || !IsPlain(n) || !IsFloat(n.Output))
            {
                continue;
            }

            (Value Match, Value Other)? sum = n.Operator == "SUB" ? (n.Inputs[0]!, n.Inputs[1]!) : Either(n, v => Made(v, "RELU") is not null);
            if (sum is not ({ } positive, { } negative) || Made(positive, "RELU") is not { } relu || relu.Inputs[0] is not { } x || Made(negative, "MUL") is not { } mul || !IsPlain(mul)
                || Either(mul, v => v.IsConstant) is not ({ } slope, { } part) || x.Shape is not { Rank: > 1 } shape)
            {
                continue;
            }

            float factor;
            if (Made(part, "RELU") is { } other && Made(other.Inputs[0], "NEG") is { } neg && ReferenceEquals(neg.Inputs[0], x))
            {
                factor = n.Operator == "SUB" ? 1 : -1;
            }
            else if (n.Operator == "ADD" && Made(part, "SUB") is { } sub && IsPlain(sub) && ReferenceEquals(sub.Inputs[0], x) && Made(sub.Inputs[1], "ABS") is { } abs && ReferenceEquals(abs.Inputs[0], x))
            {
                factor = 2;
            }
            else
            {
                continue;
            }

            if (Slope(slope.Constant!, shape, factor) is { } alpha)
            {
                r.Substitute(n, "PRELU", [x, r.Constant(slope.Name, alpha)]);
                r.Changed("relu(x) and a scaled negative part to PRELU");
            }
        }
    }

    private static DenseTensorData? Slope(TensorData slope, SymbolicShape shape, float factor)
    {
        long[] extents = [.. Enumerable.Repeat(1L, shape.Rank - 1)];
        if (slope.Shape.Rank > shape.Rank || (slope.Shape.Rank == shape.Rank && slope.Shape[0] != 1) || slope.Type != DataType.Float32 || slope.Count > 1 << 20)
        {
            return null;
        }

        for (int i = 1; i <= Math.Min(slope.Shape.Rank, extents.Length); i++)
        {
            extents[^i] = slope.Shape[-i];
        }

        return DenseTensorData.Create(Array.ConvertAll(slope.ToFloats(), v => v * factor), new TensorShape(extents));
    }

    // x · rsqrt(max(Σx², ε)) over the last axis.
    private static void L2Norm(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("MUL"))
        {
            if (n.IsRemoved || !IsPlain(n) || !IsFloat(n.Output) || Either(n, v => Made(v, "RSQRT") is not null) is not ({ } root, { } x) || Made(Made(root, "RSQRT")!.Inputs[0], "MAXIMUM") is not { } max
                || Either(max, v => Number(v) is > 0 and <= 1e-6f) is not (_, { } sum) || Made(sum, "SUM") is not { } reduce || !reduce.Attributes.GetBoolean("keep_dims")
                || x.Shape is not { } shape || Integers(reduce.Inputs[1]) is not [var axis] || (axis != -1 && axis != shape.Rank - 1) || !SquareOf(reduce.Inputs[0], x) || shape.Rank > 4)
            {
                continue;
            }

            // The kernel bounds the norm below by 1e-6 instead of its square by ε: the same where squares do not vanish.
            if (Number(Either(max, v => Number(v) is not null)!.Value.Match) is > 1.01e-12f)
            {
                continue;
            }

            Node norm = r.Substitute(n, "L2_NORMALIZATION", [x]);
            norm.Attributes["fused_activation_function"] = AttributeValue.Of("NONE");
            r.Changed("x · rsqrt(Σx²) to L2_NORMALIZATION");
        }
    }

    private static bool SquareOf(Value? value, Value x) => (Made(value, "SQUARE") is { } square && ReferenceEquals(square.Inputs[0], x))
        || (Made(value, "MUL") is { } mul && IsPlain(mul) && ReferenceEquals(mul.Inputs[0], x) && ReferenceEquals(mul.Inputs[1], x));

    private static void Rsqrt(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("DIV"))
        {
            if (!n.IsRemoved && IsPlain(n) && Is(n.Inputs[0], 1) && Made(n.Inputs[1], "SQRT") is { } root && IsFloat(n.Output))
            {
                r.Substitute(n, "RSQRT", [root.Inputs[0]]);
                r.Changed("1 / SQRT to RSQRT");
            }
        }
    }

    private static void SquaredDifference(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("SQUARE", "MUL"))
        {
            Value? x = n.Operator == "SQUARE" ? n.Inputs[0] : ReferenceEquals(n.Inputs[0], n.Inputs[1]) && IsPlain(n) ? n.Inputs[0] : null;
            if (x is null || !IsFloat(x))
            {
                continue;
            }

            if (Made(x, "SUB") is { } sub && IsPlain(sub) && x.Uses.All(u => u.Node == n) && !r.Graph.IsOutput(x))
            {
                r.Substitute(n, "SQUARED_DIFFERENCE", [sub.Inputs[0], sub.Inputs[1]]);
                r.Changed("the square of a difference to SQUARED_DIFFERENCE");
            }
            else if (n.Operator == "MUL")
            {
                r.Substitute(n, "SQUARE", [x]);
                r.Changed("x · x to SQUARE");
            }
        }
    }
}
