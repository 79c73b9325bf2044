namespace Pare;

/// <summary>The families of TFLite operators. A new family is a new file and a line here.</summary>
internal static class TFLiteOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families { get; } =
    [
        TFLiteLinear.Operators,
        TFLiteElementwise.Operators,
        TFLiteActivations.Operators,
        TFLiteNormalization.Operators,
        TFLitePooling.Operators,
        TFLiteReductions.Operators,
        TFLiteDataMovement.Operators,
        TFLiteConversions.Operators,
        TFLiteRecurrent.Operators,
        TFLiteState.Operators,
        TFLiteControlFlow.Operators,
        TFLiteRandom.Operators,
        TFLiteStableHlo.Operators,
    ];
}
