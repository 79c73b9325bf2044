namespace Pare;

/// <summary>Normalizations. Weights stand in Keras's order: gamma, beta, moving mean, moving variance, as far as the layer has them.</summary>
internal static class KerasNormalization
{
    public static IEnumerable<OperatorTraits> Layers { get; } = KerasTraits.Of(
        OperatorKind.Normalization,
        ["BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization", "Normalization"]);
}
