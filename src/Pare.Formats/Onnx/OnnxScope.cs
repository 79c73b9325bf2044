namespace Pare.Formats.Onnx;

/// <summary>Names of values that a graph's nodes may take: its own, then those of the graphs around it. Used while reading; not thread-safe.</summary>
internal sealed class OnnxScope(OnnxScope? outer)
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    /// <summary>Adds a name of the graph's own.</summary>
    /// <returns>False when the graph has it already.</returns>
    public bool TryAdd(string name, Value value) => _values.TryAdd(name, value);

    /// <summary>A value of the graph's own, or null.</summary>
    public Value? Own(string name) => _values.GetValueOrDefault(name);

    /// <summary>A value of this graph or of one around it, or null.</summary>
    public Value? Find(string name)
    {
        for (OnnxScope? s = this; s is not null; s = s.Outer)
        {
            if (s._values.TryGetValue(name, out Value? v))
            {
                return v;
            }
        }

        return null;
    }

    /// <summary>The graph around this one.</summary>
    public OnnxScope? Outer { get; } = outer;
}
