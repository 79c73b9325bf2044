namespace Pare;

/// <summary>Functions of one input that a network uses between its layers.</summary>
internal static class OnnxActivations
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(OperatorKind.Activation, ["Relu", "LeakyRelu", "PRelu"], t => t with { ScalePassesThrough = true }),
        .. OnnxTraits.Of(
            OperatorKind.Activation,
            ["Sigmoid", "Tanh", "Elu", "Selu", "Celu", "Softplus", "Softsign", "HardSigmoid", "HardSwish", "ThresholdedRelu", "Shrink", "Gelu", "Mish", "Swish"]),
    ];
}
