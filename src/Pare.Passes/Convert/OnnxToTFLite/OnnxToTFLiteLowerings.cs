using System.Collections.Frozen;

namespace Pare.Passes.Conversion;

/// <summary>The lowerings of ONNX's operators, a family a file. A new family is a new file and a line here.</summary>
internal static class OnnxToTFLiteLowerings
{
    private static readonly FrozenDictionary<string, ToTFLiteLowering> s_all = new IEnumerable<KeyValuePair<string, ToTFLiteLowering>>[]
    {
        ToTFLiteUnaryLowerings.All,
        ToTFLiteActivationLowerings.All,
        ToTFLiteBinaryLowerings.All,
        ToTFLiteComparisonLowerings.All,
        ToTFLiteReductionLowerings.All,
        ToTFLiteShapeLowerings.All,
        ToTFLiteJoinSplitLowerings.All,
        ToTFLiteSliceLowerings.All,
        ToTFLiteGatherLowerings.All,
        ToTFLiteConvolutionLowerings.All,
        ToTFLitePoolLowerings.All,
        ToTFLiteProductLowerings.All,
        ToTFLiteNormalizationLowerings.All,
        ToTFLiteResizeLowerings.All,
        ToTFLiteSelectionLowerings.All,
        ToTFLiteRecurrentLowerings.All,
        ToTFLiteControlFlowLowerings.All,
        ToTFLiteLoopLowerings.All,
        ToTFLiteQuantizationLowerings.All,
        TFLitePassThrough.All,
    }.SelectMany(f => f).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Operators that can be carried over.</summary>
    public static IEnumerable<string> Operators => s_all.Keys;

    /// <summary>The lowering of a node's operator, or null. Operators of other domains than the standard one stand under <c>domain.operator</c>.</summary>
    public static ToTFLiteLowering? Find(Node node) => s_all.GetValueOrDefault(node.Domain is "" or "ai.onnx" ? node.Operator : $"{node.Domain}.{node.Operator}");
}
