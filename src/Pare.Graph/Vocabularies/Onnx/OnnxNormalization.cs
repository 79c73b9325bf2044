namespace Pare;

/// <summary>Normalizations and softmax.</summary>
internal static class OnnxNormalization
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        new() { Operator = "BatchNormalization", Kind = OperatorKind.BatchNormalization, ChannelAxis = OnnxTraits.Second, BiasInput = 2 },
        .. OnnxTraits.Of(
            OperatorKind.Normalization,
            ["InstanceNormalization", "GroupNormalization", "LRN"],
            t => t with { ChannelAxis = OnnxTraits.Second }),
        .. OnnxTraits.Of(OperatorKind.Normalization, ["LayerNormalization", "RMSNormalization", "MeanVarianceNormalization", "LpNormalization"]),
        new() { Operator = "Softmax", Kind = OperatorKind.Normalization, ChannelAxis = n => OnnxTraits.AxisAttribute(n, -1) },
        new() { Operator = "LogSoftmax", Kind = OperatorKind.Normalization, ChannelAxis = n => OnnxTraits.AxisAttribute(n, -1) },
        new() { Operator = "Hardmax", Kind = OperatorKind.Normalization, ChannelAxis = n => OnnxTraits.AxisAttribute(n, -1) },

        // Identity at inference: the mask, where somebody takes it, is all true.
        new() { Operator = "Dropout", Kind = OperatorKind.Identity, ScalePassesThrough = true },
    ];
}
