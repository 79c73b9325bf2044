using System.Collections.Frozen;

namespace Pare.Passes.Conversion;

/// <summary>The lowerings of ONNX's operators, a family a file. A new family is a new file and a line here.</summary>
internal static class OnnxToTFLiteLowerings
{
    private static readonly FrozenDictionary<string, TFLiteLowering> s_all = new IEnumerable<KeyValuePair<string, TFLiteLowering>>[]
    {
        TFLiteUnaryLowerings.All,
        TFLiteActivationLowerings.All,
        TFLiteBinaryLowerings.All,
        TFLiteComparisonLowerings.All,
        TFLiteReductionLowerings.All,
        TFLiteShapeLowerings.All,
        TFLiteJoinSplitLowerings.All,
        TFLiteSliceLowerings.All,
        TFLiteGatherLowerings.All,
        TFLiteConvolutionLowerings.All,
        TFLitePoolLowerings.All,
        TFLiteProductLowerings.All,
        TFLiteNormalizationLowerings.All,
        TFLiteResizeLowerings.All,
        TFLiteSelectionLowerings.All,
        TFLiteRecurrentLowerings.All,
        TFLiteControlFlowLowerings.All,
        TFLiteLoopLowerings.All,
        TFLiteQuantizationLowerings.All,
        TFLitePassThrough.All,
    }.SelectMany(f => f).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Operators that can be carried over.</summary>
    public static IEnumerable<string> Operators => s_all.Keys;

    /// <summary>The lowering of a node's operator, or null. Operators of other domains than the standard one stand under <c>domain.operator</c>.</summary>
    public static TFLiteLowering? Find(Node node) => s_all.GetValueOrDefault(node.Domain is "" or "ai.onnx" ? node.Operator : $"{node.Domain}.{node.Operator}");
}
