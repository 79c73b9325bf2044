namespace Pare.Runtime;

/// <summary>Cuts an ONNX model down to what lies between chosen values.</summary>
internal static class OnnxCut
{
    /// <summary>A copy of a model that takes <paramref name="inputs"/> (null: the model's own, as far as needed) and gives <paramref name="outputs"/>.</summary>
    public static Model Cut(Model model, IReadOnlyList<Value>? inputs, IReadOnlyList<Value> outputs)
    {
        Dictionary<string, DataType> types = TypesOf(model, inputs);
        Model copy = model.Clone();
        Graph graph = copy.Graph;
        Dictionary<string, Value> byName = new(StringComparer.Ordinal);
        foreach (Value v in graph.Inputs.Concat(graph.Initializers).Concat(graph.Nodes.SelectMany(n => n.Outputs)))
        {
            byName.TryAdd(v.Name, v);
        }

        Value[] wanted = [.. outputs.Select(v => byName[v.Name])];
        List<Value> given = inputs is null ? [.. graph.Inputs] : [];
        foreach (Value v in inputs ?? [])
        {
            Value old = byName[v.Name];
            given.Add(Feed(graph, old, types.GetValueOrDefault(old.Name, old.Type), wanted));
        }

        graph.Outputs.Clear();
        foreach (Value v in wanted)
        {
            graph.Outputs.Add(v);
        }

        IReadOnlySet<Node> needed = GraphOrder.Ancestors(graph, graph.Outputs);
        graph.RemoveNodes([.. graph.Nodes.Where(n => !needed.Contains(n))]);
        graph.RemoveInitializers(v => v.Uses.Count == 0 && !graph.IsOutput(v));
        graph.Inputs.Clear();
        foreach (Value v in given)
        {
            if (inputs is not null || v.Uses.Count > 0 || graph.IsOutput(v))
            {
                graph.Inputs.Add(v);
            }
        }

        foreach (Value v in graph.Nodes.SelectMany(n => n.Inputs).OfType<Value>().Where(v => v.Producer is null && v.Constant is null && !graph.Inputs.Contains(v)))
        {
            throw new UsageException($"the outputs need the input '{v.Name}', which is not among those to be fed", v.Name);
        }

        return copy;
    }

    private static Value Feed(Graph graph, Value old, DataType type, Value[] wanted)
    {
        if (old.Producer is null && old.Constant is null)
        {
            return old;
        }

        Value input = new(old.Name, type, old.Shape);
        graph.ReplaceUses(old, input);
        for (int i = 0; i < wanted.Length; i++)
        {
            if (ReferenceEquals(wanted[i], old))
            {
                wanted[i] = input;
            }
        }

        old.Name += "/cut";
        return input;
    }

    // The file need not say the types of inner values: ONNX Runtime infers them when they are outputs.
    private static Dictionary<string, DataType> TypesOf(Model model, IReadOnlyList<Value>? inputs)
    {
        List<Value> unknown = [.. (inputs ?? []).Where(v => v.Type == DataType.Undefined)];
        if (unknown.Count == 0)
        {
            return [];
        }

        Model probe = Cut(model, null, unknown);
        using OnnxRuntimeSession session = OnnxRuntimeSession.Create(probe, new SessionOptions { QuickStart = true });
        return session.Outputs.ToDictionary(o => o.Name, o => o.Type, StringComparer.Ordinal);
    }
}
