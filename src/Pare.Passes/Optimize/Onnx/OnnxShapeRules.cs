namespace Pare.Passes.Optimize.Onnx;

/// <summary>Rules about computed shapes: what Reshape can infer need not be computed, 32-bit detours go, zero initial states are what a recurrent layer assumes anyway.</summary>
internal static class OnnxShapeRules
{
    public static void Apply(OnnxRewriter r)
    {
        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (n.IsRemoved || n.Domain is not ("" or "ai.onnx"))
            {
                continue;
            }

            switch (n.Operator)
            {
                case "Reshape":
                    InferOneExtent(r, n);
                    break;
                case "Cast":
                    Widen(r, n);
                    break;
                case "LSTM" or "GRU" or "RNN":
                    DropZeroStates(r, n);
                    break;
                case "Sub":
                    Remainder(r, n);
                    break;
            }
        }
    }

    // All extents but one known: Reshape works out the last.
    private static void InferOneExtent(OnnxRewriter r, Node n)
    {
        if (n.InputOrDefault(1) is not { IsConstant: false } shape || n.Attributes.GetBoolean("allowzero") || r.Facts.Elements(shape) is not { } e
            || e.Count(d => d is null) != 1 || Array.Exists(e, d => d < 0))
        {
            return;
        }

        // A 0 copies an extent that may itself be the unknown one; fine, as long as Reshape is told so and not us.
        n.SetInput(1, r.Constant(shape.Name + "_inferred", Array.ConvertAll(e, d => d ?? -1)));
        r.Changed("computed shapes left to Reshape");
    }

    // int64 extents cast to int32, moved about and cast back: stay with int64.
    private static void Widen(OnnxRewriter r, Node cast)
    {
        if (cast.Attributes.GetInteger("to") != OnnxDataTypes.ToCode(DataType.Int32) || cast.Inputs[0] is not { Type: DataType.Int64 } source || !ComesFromShape(source))
        {
            return;
        }

        HashSet<Node> region = [];
        List<(Node Node, int Input)> constants = [];
        Stack<Value> open = new([cast.Output]);
        bool pays = false;
        while (open.TryPop(out Value? v))
        {
            if (OnnxRewriter.IsGraphOutput(v))
            {
                return;
            }

            foreach (Use use in v.Uses)
            {
                if (OnnxRewriter.Is(use.Node, "Cast"))
                {
                    pays |= use.Node.Attributes.GetInteger("to") == OnnxDataTypes.ToCode(DataType.Int64);
                    continue;
                }

                if (use.Node.Operator is not ("Slice" or "Concat" or "Squeeze" or "Unsqueeze" or "Gather" or "Identity") || (use.Node.Operator != "Concat" && use.Index != 0))
                {
                    return;
                }

                if (region.Add(use.Node))
                {
                    open.Push(use.Node.Output);
                }
            }
        }

        foreach (Node n in region.Where(n => n.Operator == "Concat"))
        {
            for (int i = 0; i < n.Inputs.Count; i++)
            {
                Value v = n.Inputs[i]!;
                if (ReferenceEquals(v, cast.Output) || (v.Producer is { } p && region.Contains(p)))
                {
                    continue;
                }

                if (v.Constant is not { Type: DataType.Int32, Count: <= 64 })
                {
                    return;
                }

                constants.Add((n, i));
            }
        }

        if (!pays)
        {
            return;
        }

        foreach ((Node n, int i) in constants)
        {
            Value v = n.Inputs[i]!;
            n.SetInput(i, r.Constant(v.Name + "_64", DenseTensorData.Create(v.Constant!.ToInt64s().AsSpan(), v.Constant.Shape)));
        }

        foreach (Node n in region)
        {
            r.Facts.Forget(n.Output);
        }

        cast.Output.ReplaceUsesWith(source);
        r.Changed("shape computations kept in 64 bits");
    }

    private static bool ComesFromShape(Value value)
    {
        for (Node? n = value.Producer; n is not null; n = n.InputOrDefault(0)?.Producer)
        {
            if (n.Operator is "Shape" or "Size")
            {
                return true;
            }

            if (n.Operator is not ("Slice" or "Gather" or "Squeeze" or "Unsqueeze" or "Identity"))
            {
                return false;
            }
        }

        return false;
    }

    // Inputs 5 (h) and, of an LSTM, 6 (c): zero is the default.
    private static void DropZeroStates(OnnxRewriter r, Node n)
    {
        for (int i = 5; i <= 6; i++)
        {
            if (n.InputOrDefault(i) is { } state && IsZero(state) && (i == 5 || n.Operator == "LSTM"))
            {
                n.SetInput(i, null);
                int count = n.Inputs.Count;
                while (count > 3 && n.Inputs[count - 1] is null)
                {
                    count--;
                }

                n.SetInputs([.. n.Inputs.Take(count)]);
                r.Changed("zero initial states left out");
            }
        }
    }

    private static bool IsZero(Value value)
    {
        for (Value v = value; ;)
        {
            if (v.Constant is not null)
            {
                return OnnxRewriter.IsAll(v, 0);
            }

            if (v.Producer is not { } n)
            {
                return false;
            }

            if (OnnxRewriter.Is(n, "ConstantOfShape"))
            {
                return !n.Attributes.TryGetValue("value", out AttributeValue? fill) || fill.AsTensor.ToFloats() is [0];
            }

            if (n.Operator is not ("Slice" or "Unsqueeze" or "Squeeze" or "Expand" or "Identity" or "Transpose" or "Reshape" or "Gather" or "Cast") || n.InputOrDefault(0) is not { } next)
            {
                return false;
            }

            v = next;
        }
    }

    // x - (x / c)·c on integers is the remainder with the sign of x.
    private static void Remainder(OnnxRewriter r, Node n)
    {
        if (n.Inputs.Count != 2 || n.Inputs[0] is not { } x || x.Type is not (DataType.Int32 or DataType.Int64) || n.Inputs[1]?.Producer is not { } product || !OnnxRewriter.Is(product, "Mul")
            || product.Inputs[0]?.Producer is not { } quotient || !OnnxRewriter.Is(quotient, "Div") || !ReferenceEquals(quotient.Inputs[0], x) || !ReferenceEquals(quotient.Inputs[1], product.Inputs[1])
            || product.Inputs[1] is not { IsConstant: true } divisor || OnnxRewriter.IsAll(divisor, 0) || !OnnxRewriter.IsPrivate(product.Output) || !OnnxRewriter.IsPrivate(quotient.Output) || r.OperatorSet < 10)
        {
            return;
        }

        n.Operator = "Mod";
        n.Attributes["fmod"] = AttributeValue.Of(1L);
        n.SetInputs(x, divisor);
        r.Changed("remainders made Mod");
    }
}
