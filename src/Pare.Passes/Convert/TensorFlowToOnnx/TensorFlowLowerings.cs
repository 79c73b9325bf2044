using System.Collections.Frozen;

namespace Pare.Passes.Conversion;

/// <summary>The lowerings of TensorFlow's operators, a family a file. A new family is a new file and a line here.</summary>
internal static class TensorFlowLowerings
{
    private static readonly FrozenDictionary<string, Lowering> s_all = new IEnumerable<KeyValuePair<string, Lowering>>[]
    {
        StructureLowerings.All,
        UnaryMathLowerings.All,
        BinaryMathLowerings.All,
        ComparisonLowerings.All,
        CastLowerings.All,
        ReductionLowerings.All,
        ShapeLowerings.All,
        JoinSplitLowerings.All,
        SliceLowerings.All,
        PadLowerings.All,
        GatherScatterLowerings.All,
        MatrixLowerings.All,
        SelectionLowerings.All,
        BandLowerings.All,
        SegmentLowerings.All,
        CountingLowerings.All,
        PatchLowerings.All,
        CropLowerings.All,
        ColorLowerings.All,
        SpecialMathLowerings.All,
        AudioLowerings.All,
        ComplexLowerings.All,
        DetectionLowerings.All,
        FusedLowerings.All,
        RandomLowerings.All,
        ConvolutionLowerings.All,
        TransposedConvolutionLowerings.All,
        PoolLowerings.All,
        NormalizationLowerings.All,
        ActivationLowerings.All,
        ProductLowerings.All,
        ResizeLowerings.All,
        SpaceLowerings.All,
        ControlFlowLowerings.All,
        FunctionalControlFlowLowerings.All,
        TensorListLowerings.All,
        TensorArrayLowerings.All,
        RecurrentLowerings.All,
        QuantizationLowerings.All,
        QuantizedLowerings.All,
    }.SelectMany(f => f).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Operators that can be carried over.</summary>
    public static IEnumerable<string> Operators => s_all.Keys;

    /// <summary>The lowering of an operator, or null.</summary>
    public static Lowering? Find(string @operator) => s_all.GetValueOrDefault(@operator);
}
