namespace Pare;

/// <summary>Layers that join several inputs, and elementwise preprocessing.</summary>
internal static class KerasMerging
{
    public static IEnumerable<OperatorTraits> Layers { get; } =
    [
        .. KerasTraits.Of(OperatorKind.Elementwise, ["Add", "Multiply", "Average", "Maximum", "Minimum"], t => t with { IsCommutative = true }),
        .. KerasTraits.Of(OperatorKind.Elementwise, ["Subtract", "Rescaling"]),
        .. KerasTraits.Of(OperatorKind.DataMovement, ["Concatenate"], t => t with { ScalePassesThrough = true }),
        .. KerasTraits.Of(OperatorKind.Pure, ["Merge", "CategoryEncoding", "Discretization", "TFOpLambda", "SlicingOpLambda"]),
    ];
}
