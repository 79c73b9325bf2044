namespace Pare.Passes.Conversion;

/// <summary>The lowerings of TensorFlow's operators, a family a file. A new family is a new file and a line here.</summary>
internal static class TensorFlowLowerings
{
    private static readonly OperatorTable<Lowering> s_all = new(Families());

    /// <summary>Operators that can be carried over.</summary>
    public static IEnumerable<string> Operators => s_all.Operators;

    /// <summary>The lowering of an operator, or null.</summary>
    public static Lowering? Find(string @operator) => s_all.Find(@operator);

    private static IEnumerable<IEnumerable<KeyValuePair<string, Lowering>>> Families()
    {
        yield return StructureLowerings.All;
        yield return ConvolutionLowerings.All;
        yield return BinaryMathLowerings.All;
        yield return ActivationLowerings.All;
        yield return NormalizationLowerings.All;
        yield return PoolLowerings.All;
        yield return ProductLowerings.All;
        yield return ReductionLowerings.All;
        yield return ShapeLowerings.All;
        yield return UnaryMathLowerings.All;
        yield return ComparisonLowerings.All;
        yield return CastLowerings.All;
        yield return JoinSplitLowerings.All;
        yield return SliceLowerings.All;
        yield return PadLowerings.All;
        yield return GatherScatterLowerings.All;
        yield return MatrixLowerings.All;
        yield return SelectionLowerings.All;
        yield return BandLowerings.All;
        yield return SegmentLowerings.All;
        yield return CountingLowerings.All;
        yield return PatchLowerings.All;
        yield return CropLowerings.All;
        yield return ColorLowerings.All;
        yield return SpecialMathLowerings.All;
        yield return AudioLowerings.All;
        yield return ComplexLowerings.All;
        yield return DetectionLowerings.All;
        yield return FusedLowerings.All;
        yield return RandomLowerings.All;
        yield return TransposedConvolutionLowerings.All;
        yield return ResizeLowerings.All;
        yield return SpaceLowerings.All;
        yield return ControlFlowLowerings.All;
        yield return FunctionalControlFlowLowerings.All;
        yield return TensorListLowerings.All;
        yield return TensorArrayLowerings.All;
        yield return RecurrentLowerings.All;
        yield return QuantizationLowerings.All;
        yield return QuantizedLowerings.All;
    }
}
