using static Pare.Passes.Optimize.TFLite.TFLiteRewriter;

namespace Pare.Passes.Optimize.TFLite;

/// <summary>
/// GELU: ½·x·(1 + erf(x/√2)), with the error function as conversions spell it, and its approximation ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). Factors may stand in any order.
/// </summary>
internal static class TFLiteGeluRules
{
    public static void Apply(TFLiteRewriter r)
    {
        foreach (Node add in r.Nodes("ADD"))
        {
            if (add.IsRemoved || !IsPlain(add) || !IsFloat(add.Output) || Either(add, v => Is(v, 1)) is not (_, { } curve))
            {
                continue;
            }

            Value? x;
            bool approximate = Made(curve, "TANH") is not null;
            x = approximate ? Cubic(Made(curve, "TANH")!.Inputs[0]) : Erf(curve);
            if (x is not null && Product(r, add.Output, x) is { } top)
            {
                Node gelu = r.Substitute(top, "GELU", [x]);
                gelu.Attributes["approximate"] = AttributeValue.Of(approximate);
                r.Changed("a spelt-out GELU to GELU");
            }
        }
    }

    // The node whose output is ½·x·value, the three factors in any order.
    private static Node? Product(TFLiteRewriter r, Value value, Value x)
    {
        if (!r.IsPrivate(value) || value.Uses[0].Node is not { Operator: "MUL" } first || !IsPlain(first))
        {
            return null;
        }

        Value other = ReferenceEquals(first.Inputs[0], value) ? first.Inputs[1]! : first.Inputs[0]!;
        if (Made(other, "MUL") is { } half && IsPlain(half) && Either(half, v => Is(v, 0.5)) is (_, { } data) && ReferenceEquals(data, x))
        {
            return first;
        }

        bool isX = ReferenceEquals(other, x);
        if ((!isX && !Is(other, 0.5)) || !r.IsPrivate(first.Output) || first.Output.Uses[0].Node is not { Operator: "MUL" } second || !IsPlain(second))
        {
            return null;
        }

        Value last = ReferenceEquals(second.Inputs[0], first.Output) ? second.Inputs[1]! : second.Inputs[0]!;
        return isX ? Is(last, 0.5) ? second : null : ReferenceEquals(last, x) ? second : null;
    }

    // The x of erf(x/√2): sign(t)·(1 - polynomial·e^(-t²)) with t = x/√2, recognised by its sign and its bell.
    private static Value? Erf(Value curve)
    {
        if (Made(curve, "MUL") is not { } mul || Either(mul, v => Made(v, "SIGN") is not null) is not ({ } sign, { } magnitude) || Made(sign, "SIGN")!.Inputs[0] is not { } t
            || Made(magnitude, "SUB") is not { } sub || !Is(sub.Inputs[0], 1) || Made(sub.Inputs[1], "MUL") is not { } product || Either(product, v => Made(v, "EXP") is not null) is not ({ } bell, { } poly)
            || Made(Made(bell, "EXP")!.Inputs[0], "NEG") is not { } neg || !IsSquare(neg.Inputs[0], t) || !StartsWith(poly, 0.254829592))
        {
            return null;
        }

        return Made(t, "DIV") is { } div && Is(div.Inputs[1], Math.Sqrt(2)) ? div.Inputs[0] : Made(t, "MUL") is { } scaled && Either(scaled, v => Is(v, Math.Sqrt(0.5))) is (_, { } x) ? x : null;
    }

    private static bool IsSquare(Value? value, Value t) => (Made(value, "MUL") is { } m && ReferenceEquals(m.Inputs[0], t) && ReferenceEquals(m.Inputs[1], t)) || (Made(value, "SQUARE") is { } s && ReferenceEquals(s.Inputs[0], t));

    // (… + a)·t: the polynomial of the spelt-out error function ends so.
    private static bool StartsWith(Value poly, double last)
        => Made(poly, "MUL") is { } mul && Either(mul, v => Made(v, "ADD") is { } add && Either(add, k => Is(k, last)) is not null) is not null;

    // The x of √(2/π)·(x + 0.044715·x³).
    private static Value? Cubic(Value? value)
    {
        if (Made(value, "MUL") is not { } scaled || Either(scaled, v => Is(v, Math.Sqrt(2 / Math.PI))) is not (_, { } sum) || Made(sum, "ADD") is not { } add)
        {
            return null;
        }

        foreach ((Value x, Value rest) in ((Value, Value)[])[(add.Inputs[0]!, add.Inputs[1]!), (add.Inputs[1]!, add.Inputs[0]!)])
        {
            if (Made(rest, "MUL") is { } mul && Either(mul, v => Is(v, 0.044715)) is (_, { } cube) && IsCube(cube, x))
            {
                return x;
            }
        }

        return null;
    }

    private static bool IsCube(Value value, Value x) => (Made(value, "POW") is { } pow && ReferenceEquals(pow.Inputs[0], x) && Is(pow.Inputs[1], 3))
        || (Made(value, "MUL") is { } mul && Either(mul, v => IsSquare(v, x)) is (_, { } other) && ReferenceEquals(other, x));
}
