namespace Pare;

/// <summary>A graph breaks a rule that every model must keep: a cycle, a missing input, a duplicate name, an impossible shape.</summary>
public sealed class GraphException : PareException
{
    /// <summary>Creates an error about a graph.</summary>
    /// <param name="message">Found versus expected.</param>
    /// <param name="node">The node concerned, where there is one.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public GraphException(string message, string? node = null, Exception? innerException = null)
        : base(message, node is null ? null : $"node '{node}'", innerException) => Node = node;

    /// <summary>The node concerned, where there is one.</summary>
    public string? Node { get; }
}
