namespace Pare;

/// <summary>Nodes and the values between them, with inputs, outputs and initializers. Not safe for concurrent writing.</summary>
public sealed class Graph
{
    private readonly List<Value> _initializers = [];
    private readonly List<Value> _variables = [];

    /// <summary>Creates an empty graph.</summary>
    public Graph(string name = "") => Name = name;

    /// <summary>Name; may be empty.</summary>
    public string Name { get; set; }

    /// <summary>Nodes in the file's order, which need not be an execution order (see <see cref="GraphOrder"/>).</summary>
    public NodeList Nodes { get; } = new();

    /// <summary>
    /// What a caller feeds, in order. ONNX and TFLite say so; of a TensorFlow graph these are the outputs of the Placeholders that reach an output.
    /// </summary>
    public IList<Value> Inputs { get; } = [];

    /// <summary>What a caller gets, in order. ONNX and TFLite say so; of a TensorFlow graph these are the nodes nobody consumes, training remains excluded.</summary>
    public IList<Value> Outputs { get; } = [];

    /// <summary>Constants that no node makes, in the file's order.</summary>
    public IReadOnlyList<Value> Initializers => _initializers;

    /// <summary>State that no node makes, all zero at first, changed in place by the nodes that take it (the cell of a TFLite LSTM).</summary>
    public IReadOnlyList<Value> Variables => _variables;

    /// <summary>What the format keeps beside (an immutable object of the format's own), or null.</summary>
    public object? Extension { get; set; }

    /// <summary>Every constant: initializers first, then those made by nodes, in order.</summary>
    public IEnumerable<Value> Constants
    {
        get
        {
            foreach (Value v in _initializers)
            {
                yield return v;
            }

            foreach (Node n in Nodes)
            {
                foreach (Value v in n.Outputs)
                {
                    if (v.IsConstant)
                    {
                        yield return v;
                    }
                }
            }
        }
    }

    /// <summary>Adds a constant that no node makes.</summary>
    public Value AddInitializer(string name, TensorData content) => AddInitializer(new Value(name, constant: content));

    /// <summary>Adds a constant that no node makes.</summary>
    public Value AddInitializer(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Producer is not null || value.Constant is null)
        {
            throw new GraphException($"'{value.Name}' is no initializer: it needs a content and no producer");
        }

        _initializers.Add(value);
        return value;
    }

    /// <summary>Adds a state (see <see cref="Variables"/>).</summary>
    /// <exception cref="GraphException">The value is made by a node or has a content.</exception>
    public Value AddVariable(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Producer is not null || value.Constant is not null)
        {
            throw new GraphException($"'{value.Name}' is no state: it must have neither a content nor a producer");
        }

        value.IsVariable = true;
        _variables.Add(value);
        return value;
    }

    /// <summary>Removes a state; its uses must be gone before the graph is written.</summary>
    public bool RemoveVariable(Value value) => _variables.Remove(value);

    /// <summary>Removes an initializer; its uses stay and must be gone before the graph is written.</summary>
    public bool RemoveInitializer(Value value) => _initializers.Remove(value);

    /// <summary>Removes all initializers that <paramref name="match"/> selects, in one sweep.</summary>
    public int RemoveInitializers(Predicate<Value> match) => _initializers.RemoveAll(match);

    /// <summary>Appends a node.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="operator">Its operator.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">How many outputs to give it, unnamed.</param>
    /// <param name="domain">The operator set of the operator; empty for the vocabulary's own.</param>
    public Node CreateNode(string name, string @operator, IEnumerable<Value?>? inputs = null, int outputs = 1, string domain = "")
    {
        Node node = Make(name, @operator, inputs, outputs, domain);
        Nodes.Append(node);
        return node;
    }

    /// <summary>Puts a new node before another. See <see cref="CreateNode"/>.</summary>
    public Node CreateNodeBefore(Node anchor, string name, string @operator, IEnumerable<Value?>? inputs = null, int outputs = 1, string domain = "")
    {
        Node node = Make(name, @operator, inputs, outputs, domain);
        Nodes.InsertBefore(anchor, node);
        return node;
    }

    /// <summary>Puts a new node after another. See <see cref="CreateNode"/>.</summary>
    public Node CreateNodeAfter(Node anchor, string name, string @operator, IEnumerable<Value?>? inputs = null, int outputs = 1, string domain = "")
    {
        Node node = Make(name, @operator, inputs, outputs, domain);
        Nodes.InsertAfter(anchor, node);
        return node;
    }

    /// <summary>Removes a node with its edges, control edges included.</summary>
    /// <exception cref="GraphException">One of its outputs is still used or is an output of the graph.</exception>
    public void RemoveNode(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        foreach (Value v in node.Outputs)
        {
            if (v.Uses.Count > 0)
            {
                throw new GraphException($"the node cannot be removed: '{v.Uses[0].Node.Name}' still takes its output {v.OutputIndex}", node.Name);
            }
        }

        RemoveNodes([node]);
    }

    /// <summary>Removes nodes with their edges at once; uses among themselves do not matter.</summary>
    /// <exception cref="GraphException">An output is still used by a node that stays.</exception>
    public void RemoveNodes(IReadOnlyCollection<Node> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        foreach (Node n in nodes)
        {
            n.ClearInputs();
            n.ClearControl();
        }

        foreach (Node n in nodes)
        {
            foreach (Value v in n.Outputs)
            {
                if (v.Uses.Count > 0)
                {
                    throw new GraphException($"the node cannot be removed: '{v.Uses[0].Node.Name}' still takes its output {v.OutputIndex}", n.Name);
                }
            }

            if (!n.IsRemoved)
            {
                Nodes.Remove(n);
                n.IsRemoved = true;
            }
        }
    }

    /// <summary>Makes every consumer, and every place among the graph's outputs, take <paramref name="replacement"/> instead of <paramref name="value"/>.</summary>
    public void ReplaceUses(Value value, Value replacement)
    {
        ArgumentNullException.ThrowIfNull(value);
        value.ReplaceUsesWith(replacement);
        for (int i = 0; i < Outputs.Count; i++)
        {
            if (ReferenceEquals(Outputs[i], value))
            {
                Outputs[i] = replacement;
            }
        }
    }

    /// <summary>Whether a value is an output of this graph.</summary>
    public bool IsOutput(Value value)
    {
        foreach (Value v in Outputs)
        {
            if (ReferenceEquals(v, value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts the nodes into another order.</summary>
    /// <param name="order">Every node of the graph, each once.</param>
    public void Reorder(IReadOnlyList<Node> order)
    {
        ArgumentNullException.ThrowIfNull(order);
        HashSet<Node> seen = [.. order];
        if (order.Count != Nodes.Count || seen.Count != order.Count || !Nodes.All(seen.Contains))
        {
            throw new GraphException("a new order must name every node of the graph once");
        }

        Nodes.Reorder(order);
    }

    /// <summary>The first node of a name, or null. Walks the graph: build a dictionary for many look-ups.</summary>
    public Node? FindNode(string name) => Nodes.FirstOrDefault(n => n.Name == name);

    /// <summary>The value of a name, or null: node outputs, inputs, initializers. Walks the graph: build a dictionary for many look-ups.</summary>
    /// <remarks>A name without an output index means output 0 of a node of that name where no value is called so.</remarks>
    public Value? FindValue(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (Value v in Inputs.Concat(_initializers).Concat(_variables))
        {
            if (v.Name == name)
            {
                return v;
            }
        }

        foreach (Node n in Nodes)
        {
            foreach (Value v in n.Outputs)
            {
                if (v.Name == name || (!v.HasOwnName && v.OutputIndex == 0 && n.Name == name))
                {
                    return v;
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Nodes.Count} nodes";

    private Node Make(string name, string @operator, IEnumerable<Value?>? inputs, int outputs, string domain)
    {
        Node node = new(this, name, @operator, domain);
        if (inputs is not null)
        {
            foreach (Value? v in inputs)
            {
                node.AddInput(v);
            }
        }

        for (int i = 0; i < outputs; i++)
        {
            node.AddOutput();
        }

        return node;
    }
}
