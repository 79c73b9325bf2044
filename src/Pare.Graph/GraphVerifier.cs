namespace Pare;

/// <summary>Checks that a model keeps the rules every pass and every writer relies on.</summary>
public static class GraphVerifier
{
    /// <summary>
    /// Checks a model: edges lead to live nodes and agree with the uses recorded, values of a graph have one name each, required inputs are there,
    /// initializers and graph inputs exist, no cycles but those of the vocabulary's loops.
    /// </summary>
    /// <exception cref="GraphException">The first rule that does not hold.</exception>
    public static void Verify(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        VerifyGraph(model.Graph, model.Vocabulary, []);
        foreach (Graph g in model.Subgraphs)
        {
            VerifyGraph(g, model.Vocabulary, []);
        }

        foreach (ModelFunction f in model.Functions)
        {
            VerifyGraph(f.Body, model.Vocabulary, []);
        }
    }

    private static void VerifyGraph(Graph graph, Vocabulary vocabulary, HashSet<Value> outer)
    {
        HashSet<Value> known = new(outer, ReferenceEqualityComparer.Instance);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (Value v in graph.Inputs)
        {
            known.Add(v);
        }

        known.UnionWith(graph.Variables);
        foreach (Value v in graph.Initializers)
        {
            if (v.Constant is null)
            {
                throw new GraphException($"the initializer '{v.Name}' has no content");
            }

            known.Add(v);
        }

        HashSet<string> nodeNames = new(StringComparer.Ordinal);
        foreach (Node n in graph.Nodes)
        {
            if (n.IsRemoved || !ReferenceEquals(n.Graph, graph))
            {
                throw new GraphException("the node does not belong to the graph it stands in", n.Name);
            }

            if (vocabulary.NodeNamesAreUnique && !nodeNames.Add(n.Name))
            {
                throw new GraphException("two nodes bear the same name; names must be unique", n.Name);
            }

            foreach (Value v in n.Outputs)
            {
                known.Add(v);
                if (v.HasOwnName && v.Name.Length > 0 && !names.Add(v.Name))
                {
                    throw new GraphException($"two values bear the name '{v.Name}'; names must be unique", n.Name);
                }
            }
        }

        foreach (Node n in graph.Nodes)
        {
            for (int i = 0; i < n.Inputs.Count; i++)
            {
                if (n.Inputs[i] is not { } v)
                {
                    continue;
                }

                if (!known.Contains(v))
                {
                    throw new GraphException($"input {i} ('{v.Name}') is made by nothing in the graph", n.Name);
                }

                if (!v.Uses.Contains(new Use(n, i)))
                {
                    throw new GraphException($"input {i} ('{v.Name}') does not know of this use", n.Name);
                }
            }

            foreach (Node c in n.ControlInputs)
            {
                if (c.IsRemoved)
                {
                    throw new GraphException($"the node waits for '{c.Name}', which is no longer in the graph", n.Name);
                }
            }

            foreach (Graph g in n.Subgraphs())
            {
                VerifyGraph(g, vocabulary, known);
            }
        }

        foreach (Value v in graph.Outputs)
        {
            if (!known.Contains(v))
            {
                throw new GraphException($"the graph's output '{v.Name}' is made by nothing in the graph");
            }
        }

        _ = GraphOrder.Topological(graph, vocabulary.IsBackEdge);
    }
}
