namespace Pare;

/// <summary>Batch normalizations, softmax and local responses.</summary>
internal static class TensorFlowNormalization
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.BatchNormalization,
            ["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "_FusedBatchNormEx"],
            t => t with { BiasInput = 2, ChannelAxis = TensorFlowTraits.ChannelAxis }),
        new() { Operator = "BatchNormWithGlobalNormalization", Kind = OperatorKind.BatchNormalization, BiasInput = 3, ChannelAxis = TensorFlowTraits.LastAxis },
        .. TensorFlowTraits.Of(OperatorKind.Normalization, ["Softmax", "LogSoftmax", "LRN", "L2Loss"]),
    ];
}
