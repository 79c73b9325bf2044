namespace Pare;

/// <summary>The families of ONNX operators. A new family is a new file and a line here.</summary>
internal static class OnnxOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families
    {
        get
        {
            yield return OnnxStructure.Operators;
            yield return OnnxLinear.Operators;
            yield return OnnxElementwise.Operators;
            yield return OnnxActivations.Operators;
            yield return OnnxNormalization.Operators;
            yield return OnnxPooling.Operators;
            yield return OnnxReductions.Operators;
            yield return OnnxDataMovement.Operators;
            yield return OnnxConversions.Operators;
            yield return OnnxRecurrent.Operators;
            yield return OnnxRandom.Operators;
            yield return OnnxMachineLearning.Operators;
        }
    }
}
