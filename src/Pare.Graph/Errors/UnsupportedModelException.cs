namespace Pare;

/// <summary>A valid model asks for something that is not supported. Lists all the nodes concerned, not only the first.</summary>
public sealed class UnsupportedModelException : PareException
{
    /// <summary>Creates an error that names each unsupported node.</summary>
    /// <param name="what">What was attempted, such as <c>conversion from TensorFlow to ONNX</c>.</param>
    /// <param name="nodes">All nodes that stand in the way; may be empty when the model as a whole does.</param>
    public UnsupportedModelException(string what, IReadOnlyList<UnsupportedNode> nodes)
        : base(Compose(what, nodes), nodes.Count == 0 ? null : $"node '{nodes[0].Node}'") => Nodes = nodes;

    /// <summary>All nodes that stand in the way.</summary>
    public IReadOnlyList<UnsupportedNode> Nodes { get; }

    private static string Compose(string what, IReadOnlyList<UnsupportedNode> nodes) => nodes.Count switch
    {
        0 => what,
        1 => $"{what}: node '{nodes[0].Node}' ({nodes[0].Operator}): {nodes[0].Why}",
        _ => $"{what}: {nodes.Count} nodes: " + string.Join("; ", nodes.Select(n => $"'{n.Node}' ({n.Operator}): {n.Why}")),
    };
}
