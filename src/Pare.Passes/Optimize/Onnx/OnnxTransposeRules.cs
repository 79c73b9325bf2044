namespace Pare.Passes.Optimize.Onnx;

/// <summary>Cancels transposes that stand at both ends of a chain of nodes working element by element, and pulls equal ones behind the node that joins two values.</summary>
internal static class OnnxTransposeRules
{
    public static void Apply(OnnxRewriter r)
    {
        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (n.IsRemoved || n.Domain is not ("" or "ai.onnx"))
            {
                continue;
            }

            if (n.Operator == "Transpose")
            {
                Cancel(r, n);
            }
            else if (n.Inputs.Count == 2 && n.Outputs.Count == 1 && n.Operator is "Add" or "Sub" or "Mul" or "Div")
            {
                Pull(r, n);
            }
        }
    }

    // Transpose, elementwise…, Transpose back: only the chain remains.
    private static void Cancel(OnnxRewriter r, Node last)
    {
        if (last.Attributes.GetIntegers("perm") is not { } back)
        {
            return;
        }

        List<Node> chain = [];
        Value? v = last.Inputs[0];
        while (v?.Producer is { } n && OnnxRewriter.IsPrivate(v) && ReferenceEquals(n.Graph, last.Graph))
        {
            if (OnnxRewriter.Is(n, "Transpose"))
            {
                if (chain.Count == 0 || n.Attributes.GetIntegers("perm") is not { } there || there.Length != back.Length || back.Select((p, i) => there[p] == i).Contains(false) || OnnxRewriter.IsGraphOutput(last.Output))
                {
                    return;
                }

                Node first = chain[^1];
                first.SetInput(DataInput(r, first)!.Value, n.Inputs[0]);
                foreach (Node c in chain)
                {
                    r.Facts.Forget(c.Output);
                }

                if (r.Replace(last.Output, chain[0].Output))
                {
                    r.Changed("transposes cancelled");
                }

                return;
            }

            if (DataInput(r, n) is not { } input)
            {
                return;
            }

            chain.Add(n);
            v = n.Inputs[input];
        }
    }

    // The only input that is no scalar constant, of a node that works element by element; null for others.
    private static int? DataInput(OnnxRewriter r, Node n)
    {
        OperatorTraits traits = r.Model.Vocabulary.TraitsOf(n);
        if (!traits.IsElementwise || n.Outputs.Count != 1)
        {
            return null;
        }

        int? data = null;
        for (int i = 0; i < n.Inputs.Count; i++)
        {
            if (n.Inputs[i] is null or { Constant: { Count: 1, Shape.Rank: <= 1 } })
            {
                continue;
            }

            if (data is not null)
            {
                return null;
            }

            data = i;
        }

        return data;
    }

    // f(T(a), T(b)) = T(f(a, b)), where both have the same rank, so that broadcasting lines up.
    private static void Pull(OnnxRewriter r, Node n)
    {
        Value a = n.Inputs[0]!;
        Value b = n.Inputs[1]!;
        if (ReferenceEquals(a, b) || a.Producer is not { } p || b.Producer is not { } q || !OnnxRewriter.Is(p, "Transpose") || !OnnxRewriter.Is(q, "Transpose") || !OnnxRewriter.IsPrivate(a) || !OnnxRewriter.IsPrivate(b)
            || p.Attributes.GetIntegers("perm") is not { } perm || q.Attributes.GetIntegers("perm") is not { } other || !perm.SequenceEqual(other) || OnnxRewriter.IsGraphOutput(n.Output) || !ReferenceEquals(p.Graph, n.Graph) || n.Output.Uses.Count == 0)
        {
            return;
        }

        Node transpose = n.Graph.CreateNodeAfter(n, p.Name, "Transpose", outputs: 0);
        transpose.Attributes["perm"] = AttributeValue.Of([.. perm]);
        Value result = transpose.AddOutput(r.Names.Make(n.Output.Name + "_transposed"));
        n.Output.ReplaceUsesWith(result);
        transpose.AddInput(n.Output);
        n.SetInputs(p.Inputs[0], q.Inputs[0]);
        r.Facts.Forget(n.Output);
        r.Changed("transposes pulled together");
    }
}
