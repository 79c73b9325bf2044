namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Removes what a signature does not need.</summary>
internal static class SavedModelPruning
{
    /// <summary>Keeps what the outputs and another node need, and the inputs.</summary>
    public static void Keep(Model model, IEnumerable<Value> outputs, Node? also)
    {
        Graph graph = model.Graph;
        IEnumerable<Node?> roots = [.. outputs.Concat(graph.Inputs).Select(v => v.Producer), also];
        IReadOnlySet<Node> needed = GraphOrder.WithAncestors(roots.OfType<Node>());
        graph.RemoveNodes([.. graph.Nodes.Where(n => !needed.Contains(n))]);
    }

    /// <summary>Removes functions that no node refers to, directly or through others.</summary>
    public static void DropUnusedFunctions(Model model)
    {
        Dictionary<string, ModelFunction> functions = model.Functions.ToDictionary(f => f.Name, StringComparer.Ordinal);
        HashSet<string> used = new(StringComparer.Ordinal);
        Stack<Graph> graphs = new([model.Graph]);
        while (graphs.TryPop(out Graph? graph))
        {
            foreach (string name in graph.Nodes.SelectMany(FunctionCalls.ReferencesOf))
            {
                if (functions.TryGetValue(name, out ModelFunction? f) && used.Add(name))
                {
                    graphs.Push(f.Body);
                }
            }
        }

        foreach (ModelFunction f in functions.Values.Where(f => !used.Contains(f.Name)))
        {
            model.Functions.Remove(f);
        }
    }
}
