namespace Pare;

/// <summary>The families of ONNX operators. A new family is a new file and a line here.</summary>
internal static class OnnxOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families { get; } =
    [
        OnnxStructure.Operators,
        OnnxLinear.Operators,
        OnnxElementwise.Operators,
        OnnxActivations.Operators,
        OnnxNormalization.Operators,
        OnnxPooling.Operators,
        OnnxReductions.Operators,
        OnnxDataMovement.Operators,
        OnnxConversions.Operators,
        OnnxRecurrent.Operators,
        OnnxRandom.Operators,
        OnnxMachineLearning.Operators,
    ];
}
