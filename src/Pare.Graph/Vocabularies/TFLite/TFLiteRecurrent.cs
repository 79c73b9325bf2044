namespace Pare;

/// <summary>Recurrent layers. They change variable tensors among their inputs in place, so that two runs may differ: nothing may be folded or merged.</summary>
internal static class TFLiteRecurrent
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TFLiteTraits.Of(
            OperatorKind.State,
            ["LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM", "RNN", "UNIDIRECTIONAL_SEQUENCE_RNN", "BIDIRECTIONAL_SEQUENCE_RNN", "SVDF"]),
    ];
}
