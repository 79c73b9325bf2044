namespace Pare.Passes.Conversion;

/// <summary>The lowerings of ONNX's operators, a family a file. A new family is a new file and a line here.</summary>
internal static class OnnxToTFLiteLowerings
{
    private static readonly OperatorTable<ToTFLiteLowering> s_all = new(Families());

    /// <summary>Operators that can be carried over.</summary>
    public static IEnumerable<string> Operators => s_all.Operators;

    /// <summary>The lowering of a node's operator, or null. Operators of other domains than the standard one stand under <c>domain.operator</c>.</summary>
    public static ToTFLiteLowering? Find(Node node) => s_all.Find(node.Domain is "" or "ai.onnx" ? node.Operator : $"{node.Domain}.{node.Operator}");

    private static IEnumerable<IEnumerable<KeyValuePair<string, ToTFLiteLowering>>> Families()
    {
        yield return ToTFLiteUnaryLowerings.All;
        yield return ToTFLiteActivationLowerings.All;
        yield return ToTFLiteBinaryLowerings.All;
        yield return ToTFLiteComparisonLowerings.All;
        yield return ToTFLiteReductionLowerings.All;
        yield return ToTFLiteShapeLowerings.All;
        yield return ToTFLiteJoinSplitLowerings.All;
        yield return ToTFLiteSliceLowerings.All;
        yield return ToTFLiteGatherLowerings.All;
        yield return ToTFLiteConvolutionLowerings.All;
        yield return ToTFLitePoolLowerings.All;
        yield return ToTFLiteProductLowerings.All;
        yield return ToTFLiteNormalizationLowerings.All;
        yield return ToTFLiteResizeLowerings.All;
        yield return ToTFLiteSelectionLowerings.All;
        yield return ToTFLiteRecurrentLowerings.All;
        yield return ToTFLiteControlFlowLowerings.All;
        yield return ToTFLiteLoopLowerings.All;
        yield return ToTFLiteQuantizationLowerings.All;
        yield return TFLitePassThrough.All;
    }
}
