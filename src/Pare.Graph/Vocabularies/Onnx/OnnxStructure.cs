namespace Pare;

/// <summary>Constants, identities, control flow.</summary>
internal static class OnnxStructure
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        new() { Operator = "Constant", Kind = OperatorKind.Constant },
        new() { Operator = "Identity", Kind = OperatorKind.Identity, ScalePassesThrough = true },
        new() { Operator = "If", Kind = OperatorKind.ControlFlow },
        new() { Operator = "Loop", Kind = OperatorKind.ControlFlow },
        new() { Operator = "Scan", Kind = OperatorKind.ControlFlow },
    ];
}
