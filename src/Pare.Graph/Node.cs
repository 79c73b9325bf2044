namespace Pare;

/// <summary>
/// An operator at work: inputs, outputs, attributes, in the vocabulary of its model. Made by <see cref="Graph.CreateNode"/>; belongs to one graph.
/// Not safe for concurrent writing.
/// </summary>
public sealed class Node
{
    // From so many on, a set tells whether the node waits for another already.
    private const int ManyControlInputs = 32;

    private readonly List<Value?> _inputs = [];
    private readonly List<Value> _outputs = new(1);
    private List<Node>? _controlInputs;
    private List<Node>? _controlDependents;
    private HashSet<Node>? _manyControlInputs;

    internal Node(Graph graph, string name, string @operator, string domain)
    {
        Graph = graph;
        Name = name;
        Operator = @operator;
        Domain = domain;
    }

    /// <summary>The graph it belongs to.</summary>
    public Graph Graph { get; internal set; }

    /// <summary>Name; unique in TensorFlow, free and possibly empty in ONNX.</summary>
    public string Name { get; set; }

    /// <summary>Operator type, such as <c>Conv2D</c>.</summary>
    public string Operator { get; set; }

    /// <summary>Operator set the operator belongs to; empty for the vocabulary's own.</summary>
    public string Domain { get; set; }

    /// <summary>Attributes.</summary>
    public AttributeMap Attributes { get; } = new();

    /// <summary>Device it was placed on (TensorFlow); empty where not said.</summary>
    public string Device { get; set; } = "";

    /// <summary>What the format keeps beside (an immutable object of the format's own), or null.</summary>
    public object? Extension { get; set; }

    /// <summary>Inputs in order; null where an optional one is left out.</summary>
    public IReadOnlyList<Value?> Inputs => _inputs;

    /// <summary>Outputs in order.</summary>
    public IReadOnlyList<Value> Outputs => _outputs;

    /// <summary>The first output.</summary>
    public Value Output => _outputs[0];

    /// <summary>Nodes that must have run before (TensorFlow's <c>^name</c>).</summary>
    public IReadOnlyList<Node> ControlInputs => _controlInputs ?? (IReadOnlyList<Node>)[];

    /// <summary>Nodes that wait for this one.</summary>
    public IReadOnlyList<Node> ControlDependents => _controlDependents ?? (IReadOnlyList<Node>)[];

    /// <summary>Whether the node was removed from its graph.</summary>
    public bool IsRemoved { get; internal set; }

    internal Node? PreviousNode { get; set; }

    internal Node? NextNode { get; set; }

    /// <summary>Appends an input.</summary>
    public void AddInput(Value? value)
    {
        _inputs.Add(value);
        value?.AddUse(this, _inputs.Count - 1);
    }

    /// <summary>Puts another value at input <paramref name="index"/>.</summary>
    public void SetInput(int index, Value? value)
    {
        _inputs[index]?.RemoveUse(this, index);
        _inputs[index] = value;
        value?.AddUse(this, index);
    }

    /// <summary>Replaces all inputs.</summary>
    public void SetInputs(params IEnumerable<Value?> values)
    {
        Value?[] all = [.. values];
        ClearInputs();
        foreach (Value? v in all)
        {
            AddInput(v);
        }
    }

    /// <summary>Appends an output.</summary>
    /// <param name="name">Its name; null derives one from the node's (<c>node:index</c>).</param>
    public Value AddOutput(string? name = null)
    {
        Value value = new(this, _outputs.Count, name);
        _outputs.Add(value);
        return value;
    }

    /// <summary>Output <paramref name="index"/>, appending outputs up to it where they are missing.</summary>
    public Value GetOrAddOutput(int index)
    {
        while (_outputs.Count <= index)
        {
            AddOutput();
        }

        return _outputs[index];
    }

    /// <summary>Removes outputs from the end so that <paramref name="count"/> remain.</summary>
    /// <exception cref="GraphException">One of them is still used.</exception>
    public void TrimOutputs(int count)
    {
        for (int i = _outputs.Count - 1; i >= count; i--)
        {
            if (_outputs[i].Uses.Count > 0)
            {
                throw new GraphException($"output {i} is still used", Name);
            }

            _outputs.RemoveAt(i);
        }
    }

    /// <summary>Input <paramref name="index"/>, or null where it is left out or beyond the end.</summary>
    public Value? InputOrDefault(int index) => index >= 0 && index < _inputs.Count ? _inputs[index] : null;

    /// <summary>Makes the node wait for another; once is enough.</summary>
    public void AddControlInput(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        _controlInputs ??= [];
        if (_controlInputs.Count >= ManyControlInputs)
        {
            _manyControlInputs ??= new HashSet<Node>(_controlInputs, ReferenceEqualityComparer.Instance);
            if (!_manyControlInputs.Add(node))
            {
                return;
            }
        }
        else if (_controlInputs.Contains(node))
        {
            return;
        }

        _controlInputs.Add(node);
        (node._controlDependents ??= []).Add(this);
    }

    /// <summary>Lets the node no longer wait for another.</summary>
    public bool RemoveControlInput(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (_controlInputs is null || !_controlInputs.Remove(node))
        {
            return false;
        }

        _manyControlInputs?.Remove(node);
        node._controlDependents!.Remove(this);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} = {Operator}";

    internal void ClearInputs()
    {
        for (int i = 0; i < _inputs.Count; i++)
        {
            _inputs[i]?.RemoveUse(this, i);
        }

        _inputs.Clear();
    }

    internal void ClearControl()
    {
        foreach (Node n in _controlInputs?.ToArray() ?? [])
        {
            RemoveControlInput(n);
        }

        foreach (Node n in _controlDependents?.ToArray() ?? [])
        {
            n.RemoveControlInput(this);
        }
    }
}
