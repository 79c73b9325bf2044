namespace Pare;

/// <summary>Activations as layers.</summary>
internal static class KerasActivations
{
    public static IEnumerable<OperatorTraits> Layers { get; } =
    [
        .. KerasTraits.Of(OperatorKind.Activation, ["Activation", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "PReLU"]),
        .. KerasTraits.Of(OperatorKind.Normalization, ["Softmax"]),
    ];
}
