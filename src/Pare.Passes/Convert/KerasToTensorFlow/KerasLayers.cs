namespace Pare.Passes.Conversion;

/// <summary>The lowerings of Keras's layers, a family a file. A new family is a new file and a line here. Plain operations (<c>keras.ops</c>) are <see cref="OperationLayers"/>' own.</summary>
internal static class KerasLayers
{
    private static readonly OperatorTable<LayerLowering> s_all = new(Families());

    /// <summary>The lowering of a class, or null.</summary>
    public static LayerLowering? Find(string className, string domain = "") => domain == OperationLayers.Domain ? OperationLayers.Find(className)
        : s_all.Find(domain.Length == 0 ? KerasOneLayers.NameOf(className) : $"{domain}::{className}");

    private static IEnumerable<IEnumerable<KeyValuePair<string, LayerLowering>>> Families()
    {
        yield return StructureLayers.All;
        yield return DenseLayers.All;
        yield return ConvolutionLayers.All;
        yield return DepthwiseLayers.All;
        yield return TransposedConvolutionLayers.All;
        yield return PoolingLayers.All;
        yield return ActivationLayers.All;
        yield return NormalizationLayers.All;
        yield return MergeLayers.All;
        yield return ShapeLayers.All;
        yield return PaddingLayers.All;
        yield return SamplingLayers.All;
        yield return PreprocessingLayers.All;
        yield return EmbeddingLayers.All;
        yield return RecurrentLayers.All;
        yield return WrapperLayers.All;
        yield return AttentionLayers.All;
        yield return HeadedAttentionLayers.All;
        yield return EinsumLayers.All;
        yield return EncodingLayers.All;
        yield return LocalLayers.All;
        yield return StepLayers.All;
        yield return OperationLayers.All;
        yield return SlicingLayers.All;
    }
}
