namespace Pare;

/// <summary>Constants, placeholders, identities, control flow, checks.</summary>
internal static class TensorFlowStructure
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        new() { Operator = "Const", Kind = OperatorKind.Constant },
        new() { Operator = "HostConst", Kind = OperatorKind.Constant },
        new() { Operator = "Placeholder", Kind = OperatorKind.Placeholder },
        new() { Operator = "PlaceholderV2", Kind = OperatorKind.Placeholder },
        .. TensorFlowTraits.Of(
            OperatorKind.Identity,
            ["PlaceholderWithDefault", "Identity", "StopGradient", "PreventGradient", "CheckNumerics", "CheckNumericsV2", "Snapshot", "EnsureShape"],
            t => t with { ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(OperatorKind.Pure, ["IdentityN", "Empty", "ImmutableConst", "DeepCopy"]),
        .. TensorFlowTraits.Of(OperatorKind.Check, ["NoOp", "Assert", "Print", "PrintV2", "Abort"]),
        .. TensorFlowTraits.Of(
            OperatorKind.ControlFlow,
            ["Switch", "RefSwitch", "Merge", "RefMerge", "Enter", "RefEnter", "Exit", "RefExit", "LoopCond", "ControlTrigger", "If", "StatelessIf", "While", "StatelessWhile", "Case", "StatelessCase", "For"]),
        .. TensorFlowTraits.Of(OperatorKind.ControlFlow, ["PartitionedCall", "StatefulPartitionedCall", "SymbolicGradient", "RemoteCall"]),
        .. TensorFlowTraits.Of(OperatorKind.NextIteration, ["NextIteration", "RefNextIteration"]),
    ];
}
