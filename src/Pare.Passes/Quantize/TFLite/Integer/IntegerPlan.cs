namespace Pare.Passes.Quantize.TFLite;

/// <summary>What becomes of a graph's nodes and activations. Made by <see cref="IntegerPlanner"/>, carried out by <see cref="IntegerRewriter"/>.</summary>
internal sealed record IntegerPlan
{
    /// <summary>Type of the activations.</summary>
    public required DataType Type { get; init; }

    /// <summary>Nodes that compute on integers.</summary>
    public required IReadOnlySet<Node> Nodes { get; init; }

    /// <summary>Scale and zero point of each activation that has an integer form.</summary>
    public required IReadOnlyDictionary<Value, QuantizationParameters> Activations { get; init; }

    /// <summary>Inputs of nodes that are brought to the scale of the node's output first.</summary>
    public required IReadOnlySet<(Node Node, int Input)> Requantized { get; init; }

    /// <summary>Nodes that stay on real numbers, and why.</summary>
    public required IReadOnlyList<UnsupportedNode> Kept { get; init; }
}
