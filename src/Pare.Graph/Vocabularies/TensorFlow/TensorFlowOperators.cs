namespace Pare;

/// <summary>The families of TensorFlow operators. A new family is a new file and a line here.</summary>
internal static class TensorFlowOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families { get; } = [TensorFlowStructure.Operators, TensorFlowState.Operators, TensorFlowTraining.Operators];
}
