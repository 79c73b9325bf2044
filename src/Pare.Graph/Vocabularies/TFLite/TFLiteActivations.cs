namespace Pare;

/// <summary>Functions of one input that a network uses between its layers.</summary>
internal static class TFLiteActivations
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TFLiteTraits.Of(OperatorKind.Activation, ["RELU", "LEAKY_RELU", "PRELU"], t => t with { ScalePassesThrough = true }),
        .. TFLiteTraits.Of(OperatorKind.Activation, ["RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "LOGISTIC", "TANH", "ELU", "HARD_SWISH", "GELU"]),
    ];
}
