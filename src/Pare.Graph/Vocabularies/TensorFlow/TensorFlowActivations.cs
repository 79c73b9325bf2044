namespace Pare;

/// <summary>Functions with a name as an activation.</summary>
internal static class TensorFlowActivations
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(OperatorKind.Activation, ["Relu", "LeakyRelu"], t => t with { ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(OperatorKind.Activation, ["Relu6", "Elu", "Selu", "Sigmoid", "Tanh", "Softplus", "Softsign", "HardSwish", "Gelu"]),
    ];
}
