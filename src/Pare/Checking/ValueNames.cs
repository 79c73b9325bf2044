namespace Pare.Workflows;

/// <summary>The names of a graph's values, found with or without TensorFlow's <c>:0</c>. Made once for many look-ups.</summary>
internal sealed class ValueNames
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    /// <summary>Collects the names.</summary>
    public ValueNames(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        foreach (Value v in graph.Inputs.Concat(graph.Initializers))
        {
            _values.TryAdd(v.Name, v);
        }

        foreach (Node n in graph.Nodes)
        {
            foreach (Value v in n.Outputs)
            {
                _values.TryAdd(v.Name, v);
                if (!v.HasOwnName && v.OutputIndex == 0)
                {
                    _values.TryAdd(n.Name, v);
                }
            }
        }
    }

    /// <summary>The name by which the graph knows a value, or null.</summary>
    public string? Find(string name) => FindValue(name)?.Name;

    /// <summary>The value of a name, or null.</summary>
    public Value? FindValue(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_values.TryGetValue(name, out Value? value))
        {
            return value;
        }

        return name.EndsWith(":0", StringComparison.Ordinal) && _values.TryGetValue(name[..^2], out value) ? value : null;
    }
}
