namespace Pare;

/// <summary>
/// What passes may know about an operator, so that they ask for traits and not for names. Immutable.
/// </summary>
public sealed record OperatorTraits
{
    /// <summary>The traits of an operator nobody knows: nothing may be assumed.</summary>
    public static OperatorTraits Unknown { get; } = new() { Operator = "", Kind = OperatorKind.Unknown };

    /// <summary>Operator type.</summary>
    public required string Operator { get; init; }

    /// <summary>Operator set; empty for the vocabulary's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>What it is.</summary>
    public required OperatorKind Kind { get; init; }

    /// <summary>Whether equal inputs and attributes always give equal outputs and nothing else happens: may be folded, merged with its twin, or dropped when unused.</summary>
    public bool IsPure => Kind is not (OperatorKind.Unknown or OperatorKind.Placeholder or OperatorKind.Random or OperatorKind.State
        or OperatorKind.Training or OperatorKind.Check or OperatorKind.ControlFlow or OperatorKind.NextIteration);

    /// <summary>Which input is the weight; null where there is none.</summary>
    public int? WeightInput { get; init; }

    /// <summary>Which input carries the data; 0 unless said otherwise.</summary>
    public int DataInput { get; init; }

    /// <summary>Which input is the bias; null where there is none.</summary>
    public int? BiasInput { get; init; }

    /// <summary>Axes of the weight that run over output channels, outermost first (depthwise TensorFlow filters: 2 and 3), for a given node; null where unknown.</summary>
    public Func<Node, int[]?>? OutputChannelAxes { get; init; }

    /// <summary>Axes of the weight that run over input channels for a given node; null where unknown.</summary>
    public Func<Node, int[]?>? InputChannelAxes { get; init; }

    /// <summary>Axis of the output that runs over channels for a given node (negative counts from the end); null where unknown.</summary>
    public Func<Node, int?>? ChannelAxis { get; init; }

    /// <summary>For a real factor c &gt; 0, whether f(c·x) = c·f(x) in the data input, so that a scale passes through.</summary>
    public bool ScalePassesThrough { get; init; }

    /// <summary>Whether element i of the output depends only on the elements of the inputs that broadcast to i.</summary>
    public bool IsElementwise => Kind is OperatorKind.Elementwise or OperatorKind.Activation or OperatorKind.BiasAdd;

    /// <summary>Whether the order of the two inputs does not matter.</summary>
    public bool IsCommutative { get; init; }
}
