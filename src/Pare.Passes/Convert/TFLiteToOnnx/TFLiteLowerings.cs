namespace Pare.Passes.Conversion;

/// <summary>The lowerings of TFLite's operators, a family a file. A new family is a new file and a line here.</summary>
internal static class TFLiteLowerings
{
    private static readonly OperatorTable<TFLiteLowering> s_all = new(Families());

    private static readonly OperatorTable<TFLiteLowering> s_custom = new(Customs());

    /// <summary>The lowering of an operator, or null.</summary>
    public static TFLiteLowering? Find(string @operator, string domain) => (domain.Length > 0 ? s_custom : s_all).Find(@operator);

    private static IEnumerable<IEnumerable<KeyValuePair<string, TFLiteLowering>>> Families()
    {
        yield return TFLiteUnary.All;
        yield return TFLiteBinary.All;
        yield return TFLiteComparisons.All;
        yield return TFLiteConvolutions.All;
        yield return TFLiteProducts.All;
        yield return TFLitePools.All;
        yield return TFLiteReductionLowerings.All;
        yield return TFLiteNormalizations.All;
        yield return TFLiteShapes.All;
        yield return TFLiteJoins.All;
        yield return TFLiteSlices.All;
        yield return TFLiteSpaces.All;
        yield return TFLiteGathers.All;
        yield return TFLiteSelections.All;
        yield return TFLiteResizes.All;
        yield return TFLiteConversionLowerings.All;
        yield return TFLiteSpectra.All;
        yield return TFLiteRandoms.All;
        yield return TFLiteRecurrents.All;
        yield return TFLiteVariables.All;
        yield return TFLiteControls.All;
        yield return TFLiteStableHlo.All;
    }

    private static IEnumerable<IEnumerable<KeyValuePair<string, TFLiteLowering>>> Customs()
    {
        yield return TFLiteCustoms.All;
        yield return TFLiteSounds.All;
        yield return TFLiteDetections.All;
    }
}
