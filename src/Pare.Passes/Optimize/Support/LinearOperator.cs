namespace Pare.Passes.Optimize;

/// <summary>A linear operator with a constant weight of binary32: where its output channels lie in the weight and in the output.</summary>
internal sealed record LinearOperator
{
    /// <summary>The node.</summary>
    public required Node Node { get; init; }

    /// <summary>Which input the weight is.</summary>
    public required int WeightInput { get; init; }

    /// <summary>The constant that reaches the weight input, identities left out.</summary>
    public required Value Weight { get; init; }

    /// <summary>Output channels.</summary>
    public required int Channels { get; init; }

    /// <summary>Elements of the weight after one output channel's index: neighbours that share a channel.</summary>
    public required long Inner { get; init; }

    /// <summary>Axis of the output that runs over channels (-1 for the last).</summary>
    public required int ChannelAxis { get; init; }

    /// <summary>Rank of the output; null where unknown.</summary>
    public required int? Rank { get; init; }

    /// <summary>Reads a node as a linear operator, or gives null where it is none or its weight is not constant.</summary>
    public static LinearOperator? Read(Vocabulary vocabulary, Node node)
    {
        OperatorTraits traits = vocabulary.TraitsOf(node);
        if (traits.Kind != OperatorKind.Linear || traits.WeightInput is not { } input || traits.BiasInput is not null || node.ControlDependents.Count > 0
            || Source(vocabulary, node.InputOrDefault(input)) is not { Constant: { Type: DataType.Float32 } content } weight
            || traits.OutputChannelAxes?.Invoke(node) is not { Length: > 0 } axes || traits.ChannelAxis?.Invoke(node) is not { } channelAxis)
        {
            return null;
        }

        TensorShape shape = content.Shape;
        long channels = 1;
        for (int i = 0; i < axes.Length; i++)
        {
            if (axes[i] >= shape.Rank || axes[i] != axes[0] + i)
            {
                return null;
            }

            channels *= shape[axes[i]];
        }

        long inner = 1;
        for (int i = axes[^1] + 1; i < shape.Rank; i++)
        {
            inner *= shape[i];
        }

        if (channels is 0 or > int.MaxValue)
        {
            return null;
        }

        // A convolution's filter has the rank of its output; so has a matrix, unless batches broadcast.
        int? rank = node.Operator.StartsWith("BatchMatMul", StringComparison.Ordinal) ? null : shape.Rank;
        return new LinearOperator { Node = node, WeightInput = input, Weight = weight, Channels = (int)channels, Inner = inner, ChannelAxis = channelAxis, Rank = rank };
    }

    /// <summary>The value that identities without control edges pass on.</summary>
    public static Value? Source(Vocabulary vocabulary, Value? value)
    {
        while (value?.Producer is { } n && !value.IsConstant && vocabulary.TraitsOf(n).Kind == OperatorKind.Identity && n.Operator != "PlaceholderWithDefault" && n.ControlInputs.Count == 0)
        {
            value = n.InputOrDefault(0);
        }

        return value;
    }
}
