namespace Pare;

/// <summary>The families of TensorFlow operators. A new family is a new file and a line here.</summary>
internal static class TensorFlowOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families
    {
        get
        {
            yield return TensorFlowStructure.Operators;
            yield return TensorFlowLinear.Operators;
            yield return TensorFlowElementwise.Operators;
            yield return TensorFlowActivations.Operators;
            yield return TensorFlowNormalization.Operators;
            yield return TensorFlowPooling.Operators;
            yield return TensorFlowReductions.Operators;
            yield return TensorFlowDataMovement.Operators;
            yield return TensorFlowConversions.Operators;
            yield return TensorFlowImages.Operators;
            yield return TensorFlowRandom.Operators;
            yield return TensorFlowState.Operators;
            yield return TensorFlowTraining.Operators;
        }
    }
}
