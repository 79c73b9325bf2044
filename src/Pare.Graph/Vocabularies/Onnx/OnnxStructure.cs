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

        // Sequences, maps and optionals are pure, but their values are no tensors, so nothing more is said of them.
        .. OnnxTraits.Of(
            OperatorKind.Pure,
            [
                "SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "SplitToSequence", "ConcatFromSequence", "SequenceMap",
                "Optional", "OptionalGetElement", "OptionalHasElement",
            ]),
    ];
}
