using System.Collections.Frozen;

namespace Pare.Passes.Conversion;

/// <summary>The lowerings of Keras's layers, a family a file. A new family is a new file and a line here. Plain operations (<c>keras.ops</c>) are <see cref="OperationLayers"/>' own.</summary>
internal static class KerasLayers
{
    private static readonly FrozenDictionary<string, LayerLowering> s_all = new IEnumerable<KeyValuePair<string, LayerLowering>>[]
    {
        StructureLayers.All,
        DenseLayers.All,
        ConvolutionLayers.All,
        DepthwiseLayers.All,
        TransposedConvolutionLayers.All,
        PoolingLayers.All,
        ActivationLayers.All,
        NormalizationLayers.All,
        MergeLayers.All,
        ShapeLayers.All,
        PaddingLayers.All,
        SamplingLayers.All,
        PreprocessingLayers.All,
        EmbeddingLayers.All,
        RecurrentLayers.All,
        WrapperLayers.All,
        AttentionLayers.All,
        HeadedAttentionLayers.All,
        EinsumLayers.All,
        EncodingLayers.All,
        LocalLayers.All,
        StepLayers.All,
        OperationLayers.All,
        SlicingLayers.All,
    }.SelectMany(f => f).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The lowering of a class, or null.</summary>
    public static LayerLowering? Find(string className, string domain = "") => domain == OperationLayers.Domain ? OperationLayers.Find(className)
        : s_all.GetValueOrDefault(domain.Length == 0 ? KerasOneLayers.NameOf(className) : $"{domain}::{className}");
}
