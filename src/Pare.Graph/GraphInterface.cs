namespace Pare;

/// <summary>
/// What a caller feeds and gets where the file does not say (TensorFlow). Inputs are the placeholders that an output needs; outputs are the nodes that nobody
/// consumes, training remains excluded. Answers depend on the graph's structure only, never on names.
/// </summary>
public static class GraphInterface
{
    /// <summary>Sets the inputs and outputs of a model's main graph by the default rule.</summary>
    public static void Apply(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<Value> outputs = FindOutputs(model.Graph, model.Vocabulary);
        IReadOnlyList<Value> inputs = FindInputs(model.Graph, model.Vocabulary, outputs);
        model.Graph.Inputs.Clear();
        model.Graph.Outputs.Clear();
        foreach (Value v in inputs)
        {
            model.Graph.Inputs.Add(v);
        }

        foreach (Value v in outputs)
        {
            model.Graph.Outputs.Add(v);
        }
    }

    /// <summary>
    /// The default outputs, in the graph's order. Rules: (1) a node whose outputs no node takes, and for which none waits, is a candidate, unless it belongs to training, checks or state, or
    /// is a random number; (2) constants count only where nothing else is left; (3) where some candidates need no state (queues, readers, variables), those that do are training remains; (4) where
    /// some candidates compute something, those that only pass state through (the labels of an input queue) are training remains. A candidate gives all its outputs,
    /// a batch normalization and a branch or join its first only.
    /// </summary>
    public static IReadOnlyList<Value> FindOutputs(Graph graph, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(vocabulary);
        List<Node> candidates = [];
        foreach (Node n in graph.Nodes)
        {
            if (n.Outputs.Count > 0 && !IsConsumed(n, vocabulary) && vocabulary.TraitsOf(n).Kind is not (OperatorKind.Training or OperatorKind.Check or OperatorKind.State or OperatorKind.Random))
            {
                candidates.Add(n);
            }
        }

        candidates = Prefer(candidates, n => vocabulary.TraitsOf(n).Kind is not (OperatorKind.Constant or OperatorKind.Placeholder));
        if (candidates.Count > 1)
        {
            HashSet<Node> stateful = NeedState(graph, vocabulary);
            candidates = Prefer(candidates, n => !stateful.Contains(n));
            candidates = Prefer(candidates, n => !PassesStateThrough(n, vocabulary));
        }

        List<Value> outputs = [];
        foreach (Node n in candidates)
        {
            bool first = vocabulary.TraitsOf(n).Kind is OperatorKind.BatchNormalization or OperatorKind.ControlFlow;
            outputs.AddRange(first ? n.Outputs.Take(1) : n.Outputs);
        }

        return outputs;
    }

    /// <summary>The default inputs for given outputs: outputs of the placeholders they need, in the graph's order. A placeholder with a default counts only when a caller names it.</summary>
    public static IReadOnlyList<Value> FindInputs(Graph graph, Vocabulary vocabulary, IEnumerable<Value> outputs)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(vocabulary);
        IReadOnlySet<Node> needed = GraphOrder.Ancestors(graph, outputs);
        List<Value> inputs = [];
        foreach (Node n in graph.Nodes)
        {
            if (vocabulary.TraitsOf(n).Kind == OperatorKind.Placeholder && n.Outputs.Count > 0 && needed.Contains(n))
            {
                inputs.Add(n.Output);
            }
        }

        return inputs;
    }

    // Waiting for a node counts as taking it, unless only training or a check waits.
    private static bool IsConsumed(Node node, Vocabulary vocabulary)
    {
        // By index: this runs for every node of a model that is opened, and enumerators of interfaces are allocated.
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i].Uses.Count > 0)
            {
                return true;
            }
        }

        for (int i = 0; i < node.ControlDependents.Count; i++)
        {
            if (vocabulary.TraitsOf(node.ControlDependents[i]).Kind is not (OperatorKind.Training or OperatorKind.Check))
            {
                return true;
            }
        }

        return false;
    }

    private static List<Node> Prefer(List<Node> nodes, Predicate<Node> better)
    {
        List<Node> kept = nodes.FindAll(better);
        return kept.Count > 0 ? kept : nodes;
    }

    private static HashSet<Node> NeedState(Graph graph, Vocabulary vocabulary)
    {
        HashSet<Node> seen = [];
        Stack<Node> stack = new(graph.Nodes.Where(n => vocabulary.TraitsOf(n).Kind == OperatorKind.State));
        while (stack.TryPop(out Node? n))
        {
            if (!seen.Add(n))
            {
                continue;
            }

            foreach (Value v in n.Outputs)
            {
                foreach (Use u in v.Uses)
                {
                    stack.Push(u.Node);
                }
            }
        }

        return seen;
    }

    private static bool PassesStateThrough(Node node, Vocabulary vocabulary)
    {
        HashSet<Node> seen = [];
        Node? n = node;
        while (n is not null && seen.Add(n) && vocabulary.TraitsOf(n).Kind == OperatorKind.Identity)
        {
            n = n.InputOrDefault(0)?.Producer;
        }

        return n is not null && vocabulary.TraitsOf(n).Kind == OperatorKind.State;
    }
}
