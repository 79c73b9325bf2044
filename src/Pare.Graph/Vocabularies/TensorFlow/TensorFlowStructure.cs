namespace Pare;

/// <summary>Constants, placeholders, identities, control flow.</summary>
internal static class TensorFlowStructure
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        new() { Operator = "Const", Kind = OperatorKind.Constant },
        new() { Operator = "Placeholder", Kind = OperatorKind.Placeholder },
        new() { Operator = "PlaceholderWithDefault", Kind = OperatorKind.Identity },
        new() { Operator = "Identity", Kind = OperatorKind.Identity, ScalePassesThrough = true },
        new() { Operator = "StopGradient", Kind = OperatorKind.Identity, ScalePassesThrough = true },
        new() { Operator = "CheckNumerics", Kind = OperatorKind.Identity, ScalePassesThrough = true },
        new() { Operator = "NoOp", Kind = OperatorKind.Check },
        new() { Operator = "Assert", Kind = OperatorKind.Check },
        new() { Operator = "Switch", Kind = OperatorKind.ControlFlow },
        new() { Operator = "Merge", Kind = OperatorKind.ControlFlow },
        new() { Operator = "Enter", Kind = OperatorKind.ControlFlow },
        new() { Operator = "Exit", Kind = OperatorKind.ControlFlow },
        new() { Operator = "LoopCond", Kind = OperatorKind.ControlFlow },
        new() { Operator = "NextIteration", Kind = OperatorKind.NextIteration },
    ];
}
