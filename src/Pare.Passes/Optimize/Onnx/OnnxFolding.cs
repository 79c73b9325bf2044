namespace Pare.Passes.Optimize.Onnx;

/// <summary>
/// Computes what depends on constants only, by running it. A value is folded when the file shrinks by it, or when earlier rules made the room it takes and it is
/// no larger than 1.5 times its inputs or 16 KB: computed tables stay computed.
/// </summary>
internal static class OnnxFolding
{
    private const long AlwaysSmall = 16 * 1024;
    private const double MostGrowth = 1.5;
    private const long LargestIntermediate = 1L << 28;

    public static void Apply(OnnxRewriter r)
    {
        if (r.Context.Runner is not { } runner)
        {
            return;
        }

        List<Node> foldable = Foldable(r);
        if (foldable.Count == 0)
        {
            return;
        }

        HashSet<Node> inside = [.. foldable];
        Dictionary<Value, (long Cost, HashSet<Node> Freed)> plan = new(ReferenceEqualityComparer.Instance);
        HashSet<Node> gone = [];
        long slack = r.Slack();
        foreach (Node root in Enumerable.Reverse(foldable))
        {
            if (!gone.Contains(root))
            {
                Consider(root, gone, plan, ref slack);
            }
        }

        if (plan.Count == 0)
        {
            return;
        }

        Value[] wanted = [.. plan.Keys];
        IReadOnlyList<TensorData> results;
        try
        {
            results = Compute(r, runner, inside, wanted);
        }
        catch (PareException e)
        {
            // The model itself may never get there (a branch not taken); what cannot be computed stays as it is.
            r.Context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"constants were not folded: {e.Message}", e.Where));
            return;
        }

        for (int i = 0; i < wanted.Length; i++)
        {
            Value v = wanted[i];
            Value constant = r.Constant(v.Name, results[i]);
            v.ReplaceUsesWith(constant);
            r.Changed("constants folded", plan[v].Freed.Count);
        }
    }

    private static List<Node> Foldable(OnnxRewriter r)
    {
        HashSet<Value> constant = new(ReferenceEqualityComparer.Instance);
        List<Node> result = [];
        Visit(r.Model.Graph);
        return result;

        void Visit(Graph graph)
        {
            foreach (Node n in GraphOrder.Topological(graph))
            {
                // What is stored quantized is meant to be: the runtime computes with it.
                bool isPlain = n.Operator is not ("Constant" or "DequantizeLinear" or "QuantizeLinear" or "DynamicQuantizeLinear");
                if (r.Model.Vocabulary.TraitsOf(n).IsPure && isPlain && n.Domain is "" or "ai.onnx" && n.Inputs.Count > 0 && n.Inputs.Any(v => v is not null) && n.Inputs.All(v => v is null || v.IsConstant || constant.Contains(v))
                    && n.Outputs.All(o => !graph.IsOutput(o) && o.Type.BitWidth() > 0 && o.Shape?.ToStatic() is { } s && o.Type.ByteLength(s.Count) <= LargestIntermediate))
                {
                    result.Add(n);
                    constant.UnionWith(n.Outputs);
                }

                foreach (Graph inner in n.Subgraphs())
                {
                    Visit(inner);
                }
            }
        }
    }

    // Nodes come consumers first, so a fold takes as much with it as can go; a fold refused leaves its producers to be considered after it.
    private static void Consider(Node root, HashSet<Node> gone, Dictionary<Value, (long Cost, HashSet<Node> Freed)> plan, ref long slack)
    {
        if (root.Outputs.Count != 1 || root.Output.Uses.Count == 0)
        {
            return;
        }

        HashSet<Node> freed = [root];
        Queue<Node> open = new([root]);
        HashSet<Value> constants = new(ReferenceEqualityComparer.Instance);
        while (open.TryDequeue(out Node? n))
        {
            foreach (Value? v in n.Inputs)
            {
                if (v?.Producer is { } p && !freed.Contains(p) && !v.IsConstant && p.Outputs.All(o => o.Uses.All(u => freed.Contains(u.Node) || gone.Contains(u.Node))))
                {
                    freed.Add(p);
                    open.Enqueue(p);
                }
                else if (v is { IsConstant: true, Producer: null } && v.Uses.All(u => freed.Contains(u.Node) || gone.Contains(u.Node)))
                {
                    constants.Add(v);
                }
            }
        }

        long bytes = root.Output.Type.ByteLength(root.Output.Shape!.ToStatic()!.Count);
        long cost = bytes + root.Output.Name.Length + 24;
        long saved = freed.Sum(OnnxSize.Node) + constants.Sum(OnnxSize.Initializer);
        long inputs = constants.Sum(v => v.Constant!.ByteLength);
        bool modest = bytes <= Math.Max(MostGrowth * inputs, AlwaysSmall);
        if (cost <= saved || (modest && cost - saved <= slack))
        {
            slack -= cost - saved;
            plan[root.Output] = (cost, freed);
            gone.UnionWith(freed);
        }
    }

    private static IReadOnlyList<TensorData> Compute(OnnxRewriter r, IModelRunner runner, HashSet<Node> inside, Value[] wanted)
    {
        Model model = new(Vocabularies.Onnx, new Graph("constants"));
        foreach ((string domain, long version) in r.Model.OperatorSets)
        {
            model.OperatorSets[domain] = version;
        }

        Dictionary<Value, Value> map = new(ReferenceEqualityComparer.Instance);
        HashSet<Node> needed = [];
        Stack<Node> open = new(wanted.Select(v => v.Producer!));
        while (open.TryPop(out Node? n))
        {
            if (needed.Add(n))
            {
                foreach (Value? v in n.Inputs)
                {
                    if (v is { IsConstant: false, Producer: { } p })
                    {
                        open.Push(p);
                    }
                }
            }
        }

        int name = 0;
        foreach (Node n in inside.Where(needed.Contains))
        {
            foreach (Value? v in n.Inputs)
            {
                if (v is { IsConstant: true } && !map.ContainsKey(v))
                {
                    map[v] = model.Graph.AddInitializer($"c{name++}", v.Constant!);
                }
            }

            Node copy = model.Graph.CreateNode("", n.Operator, n.Inputs.Select(v => v is null ? null : map[v]), 0, n.Domain);
            foreach ((string key, AttributeValue a) in n.Attributes)
            {
                copy.Attributes[key] = a;
            }

            foreach (Value v in n.Outputs)
            {
                Value o = copy.AddOutput($"v{name++}");
                (o.Type, o.Shape) = (v.Type, v.Shape);
                map[v] = o;
            }
        }

        foreach (Value v in wanted)
        {
            model.Graph.Outputs.Add(map[v]);
        }

        using IModelSession session = runner.Load(model);
        return session.Run([]);
    }
}
