namespace Pare;

/// <summary>The families of TensorFlow operators. A new family is a new file and a line here.</summary>
internal static class TensorFlowOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families { get; } =
    [
        TensorFlowStructure.Operators,
        TensorFlowLinear.Operators,
        TensorFlowElementwise.Operators,
        TensorFlowActivations.Operators,
        TensorFlowNormalization.Operators,
        TensorFlowPooling.Operators,
        TensorFlowReductions.Operators,
        TensorFlowDataMovement.Operators,
        TensorFlowConversions.Operators,
        TensorFlowImages.Operators,
        TensorFlowRandom.Operators,
        TensorFlowState.Operators,
        TensorFlowTraining.Operators,
    ];
}
