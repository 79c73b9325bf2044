namespace Pare;

/// <summary>One copy of a function's body in a caller's graph.</summary>
internal sealed class FunctionCopy(Graph graph, Node call, FunctionReference callee, UniqueNames names, bool inFunction)
{
    private readonly Dictionary<Value, Value> _values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, Node> _nodes = new(ReferenceEqualityComparer.Instance);

    /// <summary>The nodes made.</summary>
    public List<Node> Nodes { get; } = [];

    public Value Map(Value value) => _values.TryGetValue(value, out Value? v) ? v : throw new GraphException($"'{value.Name}' is made by nothing in the function '{callee.Name}'", call.Name);

    public Node Map(Node node) => _nodes[node];

    public void Add(Graph body)
    {
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            _values[body.Inputs[i]] = call.Inputs[i] ?? throw new GraphException($"input {i} is left out", call.Name);
        }

        foreach (Node n in body.Nodes)
        {
            AddNode(n);
        }

        Node[] before = [.. call.ControlInputs];
        foreach (Node n in body.Nodes)
        {
            Node c = _nodes[n];
            foreach (Value? v in n.Inputs)
            {
                c.AddInput(v is null ? null : Map(v));
            }

            foreach (Node control in n.ControlInputs)
            {
                c.AddControlInput(_nodes[control]);
            }

            if (c.Inputs.Count == 0 && c.ControlInputs.Count == 0)
            {
                foreach (Node control in before)
                {
                    c.AddControlInput(control);
                }
            }
        }
    }

    private void AddNode(Node n)
    {
        Node c = graph.CreateNodeBefore(call, names.Make($"{call.Name}/{n.Name}"), n.Operator, outputs: 0, domain: n.Domain);
        c.Device = n.Device;
        c.Extension = n.Extension;
        foreach ((string key, AttributeValue value) in n.Attributes)
        {
            // Colocations name nodes of the body, which are called otherwise here.
            if (key == "_class")
            {
                continue;
            }

            c.Attributes[key] = Bind(value, 0);
        }

        foreach (Value v in n.Outputs)
        {
            // A body refers to outputs as node:output:index, which is kept as the value's name; the main graph as node:index.
            Value o = c.AddOutput(inFunction && v.HasOwnName ? c.Name + v.Name[Math.Max(0, v.Name.IndexOf(':', StringComparison.Ordinal))..] : null);
            o.Constant = v.Constant;
            o.Type = v.Type;
            o.Shape = v.Shape;
            o.Quantization = v.Quantization;
            _values[v] = o;
        }

        _nodes[n] = c;
        Nodes.Add(c);
    }

    // An attribute may stand for one of the call's ($T in the text form).
    private AttributeValue Bind(AttributeValue value, int depth)
    {
        if (value.Kind == AttributeKind.Placeholder)
        {
            return callee.Attributes.TryGetValue(value.AsString, out AttributeValue? bound) ? bound : value;
        }

        if (value.Kind == AttributeKind.Function && depth < 100 && value.AsFunction.Attributes.Values.Any(a => a.Kind is AttributeKind.Placeholder or AttributeKind.Function))
        {
            OrderedDictionary<string, AttributeValue> attributes = new(StringComparer.Ordinal);
            foreach ((string key, AttributeValue inner) in value.AsFunction.Attributes)
            {
                attributes[key] = Bind(inner, depth + 1);
            }

            return AttributeValue.Of(new FunctionReference(value.AsFunction.Name, attributes));
        }

        return value;
    }
}
