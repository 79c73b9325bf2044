namespace Pare.Passes.Optimize;

/// <summary>A transform as it was asked for: <c>name(a=b, c="1,2")</c>.</summary>
/// <param name="Name">Name of the transform.</param>
/// <param name="Arguments">Arguments in order; a name may stand several times.</param>
public sealed record TransformCall(string Name, IReadOnlyList<KeyValuePair<string, string>> Arguments)
{
    /// <summary>The last value given to an argument, or the default.</summary>
    public string Get(string argument, string defaultValue = "")
    {
        string value = defaultValue;
        foreach ((string key, string given) in Arguments)
        {
            value = key == argument ? given : value;
        }

        return value;
    }

    /// <summary>All values given to an argument.</summary>
    public IReadOnlyList<string> GetAll(string argument) => [.. Arguments.Where(a => a.Key == argument).Select(a => a.Value)];

    /// <inheritdoc/>
    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name}({string.Join(", ", Arguments.Select(a => $"{a.Key}={(a.Value.AsSpan().ContainsAny(" ,()") ? $"\"{a.Value}\"" : a.Value)}"))})";
}
