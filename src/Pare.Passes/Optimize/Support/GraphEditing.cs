namespace Pare.Passes.Optimize;

/// <summary>Edits that several passes make.</summary>
internal static class GraphEditing
{
    /// <summary>Puts a new constant before a node (TensorFlow: a <c>Const</c>) or among the initializers.</summary>
    public static Value CreateConstant(Model model, Node anchor, string name, TensorData content)
    {
        if (!model.Vocabulary.NodeNamesAreUnique)
        {
            return anchor.Graph.AddInitializer(name, content);
        }

        Node node = anchor.Graph.CreateNodeBefore(anchor, name, "Const");
        node.Attributes["dtype"] = AttributeValue.Of(content.Type);
        SetConstant(node.Output, content);
        return node.Output;
    }

    /// <summary>Makes a value constant, its facts agreeing with the content.</summary>
    public static void SetConstant(Value value, TensorData content)
    {
        value.Constant = content;
        value.Type = content.Type;
        value.Shape = new SymbolicShape(content.Shape);
    }

    /// <summary>Whether <see cref="TakePlace"/> would succeed.</summary>
    public static bool CanTakePlace(Model model, Value old, Value replacement)
    {
        Graph graph = old.Producer?.Graph ?? replacement.Producer!.Graph;
        if (!graph.IsOutput(old))
        {
            return true;
        }

        if (replacement.Producer is not { } producer || !ReferenceEquals(producer.Graph, graph) || graph.IsOutput(replacement) || IsInput(graph, replacement))
        {
            return false;
        }

        return !model.Vocabulary.NodeNamesAreUnique
            || (old.OutputIndex == 0 && replacement.OutputIndex == 0 && producer.Outputs.All(o => ReferenceEquals(o, replacement) || !graph.IsOutput(o)));
    }

    /// <summary>
    /// Makes consumers take <paramref name="replacement"/> instead of <paramref name="old"/> and removes the old value's producer, which nothing else may need.
    /// Where the old value is an output of the graph, the replacement takes its name.
    /// </summary>
    public static void TakePlace(Model model, Value old, Value replacement)
    {
        Node gone = old.Producer!;
        Graph graph = gone.Graph;
        bool isOutput = graph.IsOutput(old);
        string nodeName = gone.Name;
        string valueName = old.Name;
        graph.ReplaceUses(old, replacement);
        graph.RemoveNode(gone);
        if (!isOutput)
        {
            return;
        }

        if (model.Vocabulary.NodeNamesAreUnique)
        {
            replacement.Producer!.Name = nodeName;
        }
        else
        {
            replacement.Name = valueName;
        }
    }

    /// <summary>Whether a value is among what a caller feeds.</summary>
    public static bool IsInput(Graph graph, Value value)
    {
        foreach (Value v in graph.Inputs)
        {
            if (ReferenceEquals(v, value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes nodes that no output needs and initializers that nobody uses, inner graphs included.</summary>
    /// <returns>How many nodes went.</returns>
    public static int Sweep(Graph graph)
    {
        int removed = 0;
        IReadOnlySet<Node> needed = GraphOrder.Ancestors(graph, graph.Outputs);
        List<Node> dead = [.. graph.Nodes.Where(n => !needed.Contains(n))];
        if (dead.Count > 0)
        {
            // A needed node may take an output of none of these; a control edge from a needed node leads to a needed node.
            foreach (Node n in dead)
            {
                Clear(n);
            }

            graph.RemoveNodes(dead);
            removed += dead.Count;
        }

        foreach (Node n in graph.Nodes)
        {
            foreach (Graph inner in n.Subgraphs())
            {
                removed += Sweep(inner);
            }
        }

        graph.RemoveInitializers(v => v.Uses.Count == 0 && !graph.IsOutput(v) && !IsInput(graph, v));
        return removed;
    }

    private static void Clear(Node node)
    {
        foreach (Graph inner in node.Subgraphs())
        {
            foreach (Node n in inner.Nodes)
            {
                Clear(n);
            }

            inner.Outputs.Clear();
            inner.RemoveNodes([.. inner.Nodes]);
        }
    }
}
