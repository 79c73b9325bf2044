namespace Pare;

/// <summary>The families of TFLite operators. A new family is a new file and a line here.</summary>
internal static class TFLiteOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families
    {
        get
        {
            yield return TFLiteLinear.Operators;
            yield return TFLiteElementwise.Operators;
            yield return TFLiteActivations.Operators;
            yield return TFLiteNormalization.Operators;
            yield return TFLitePooling.Operators;
            yield return TFLiteReductions.Operators;
            yield return TFLiteDataMovement.Operators;
            yield return TFLiteConversions.Operators;
            yield return TFLiteRecurrent.Operators;
            yield return TFLiteState.Operators;
            yield return TFLiteControlFlow.Operators;
            yield return TFLiteRandom.Operators;
            yield return TFLiteStableHlo.Operators;
        }
    }
}
