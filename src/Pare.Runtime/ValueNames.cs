namespace Pare.Runtime;

/// <summary>The values of a model's main graph by name, with and without TensorFlow's <c>:0</c>.</summary>
internal sealed class ValueNames
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);

    public ValueNames(Model model)
    {
        bool derived = model.Vocabulary.NodeNamesAreUnique;
        foreach (Value v in model.Graph.Inputs.Concat(model.Graph.Initializers))
        {
            _values.TryAdd(v.Name, v);
        }

        foreach (Node n in model.Graph.Nodes)
        {
            foreach (Value v in n.Outputs)
            {
                _values.TryAdd(v.Name, v);
            }

            if (derived)
            {
                _nodes.TryAdd(n.Name, n);
            }
        }
    }

    /// <summary>The values of names, or null for no list.</summary>
    /// <exception cref="UsageException">A name is not in the model, or stands twice; near names are suggested.</exception>
    public IReadOnlyList<Value>? Resolve(IReadOnlyList<string>? names, string verb)
    {
        if (names is null)
        {
            return null;
        }

        List<Value> values = [];
        foreach (string name in names)
        {
            Value value = Find(name) ?? throw Unknown(name, verb);
            if (verb == "fed" && values.Contains(value))
            {
                throw new UsageException($"'{name}' is {verb} twice", name);
            }

            values.Add(value);
        }

        return values;
    }

    private Value? Find(string name)
    {
        if (_values.TryGetValue(name, out Value? value) || _values.TryGetValue(name + ":0", out value)
            || (name.EndsWith(":0", StringComparison.Ordinal) && _values.TryGetValue(name[..^2], out value)))
        {
            return value;
        }

        // An output that nobody consumed so far is not among the node's outputs yet.
        int colon = name.LastIndexOf(':');
        string node = colon < 0 ? name : name[..colon];
        int index = 0;
        return (colon < 0 || int.TryParse(name[(colon + 1)..], out index)) && index >= 0 && _nodes.TryGetValue(node, out Node? n) && index < TensorFlowOutputs.Count(n)
            ? n.GetOrAddOutput(index)
            : null;
    }

    private UsageException Unknown(string name, string verb)
    {
        string plain = name.EndsWith(":0", StringComparison.Ordinal) ? name[..^2] : name;
        IEnumerable<string> known = _nodes.Count > 0 ? _nodes.Keys : _values.Keys;
        string[] near = [.. known
            .Select(k => (Name: k, Distance: EditDistance.Between(plain, k)))
            .Where(k => k.Distance <= Math.Max(2, plain.Length / 2) || k.Name.Contains(plain, StringComparison.OrdinalIgnoreCase))
            .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal).Take(3).Select(k => $"'{k.Name}'")];
        string hint = near.Length > 0 ? $"; near names: {string.Join(", ", near)}" : "";
        return new UsageException($"'{name}' is to be {verb}, but the model has no such value{hint}", name);
    }
}
