using System.Collections.Frozen;

namespace Pare.Passes.Conversion;

/// <summary>The lowerings of TFLite's operators, a family a file. A new family is a new file and a line here.</summary>
internal static class TFLiteLowerings
{
    private static readonly FrozenDictionary<string, TFLiteLowering> s_all = new IEnumerable<KeyValuePair<string, TFLiteLowering>>[]
    {
        TFLiteUnary.All,
        TFLiteBinary.All,
        TFLiteComparisons.All,
        TFLiteConvolutions.All,
        TFLiteProducts.All,
        TFLitePools.All,
        TFLiteReductionLowerings.All,
        TFLiteNormalizations.All,
        TFLiteShapes.All,
        TFLiteJoins.All,
        TFLiteSlices.All,
        TFLiteSpaces.All,
        TFLiteGathers.All,
        TFLiteSelections.All,
        TFLiteResizes.All,
        TFLiteConversionLowerings.All,
        TFLiteSpectra.All,
        TFLiteRandoms.All,
        TFLiteRecurrents.All,
        TFLiteVariables.All,
        TFLiteControls.All,
        TFLiteStableHlo.All,
    }.SelectMany(f => f).ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TFLiteLowering> s_custom = TFLiteCustoms.All.Concat(TFLiteSounds.All).Concat(TFLiteDetections.All).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The lowering of an operator, or null.</summary>
    public static TFLiteLowering? Find(string @operator, string domain) => (domain.Length > 0 ? s_custom : s_all).GetValueOrDefault(@operator);
}
