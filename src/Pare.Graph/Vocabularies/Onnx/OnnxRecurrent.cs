namespace Pare;

/// <summary>Recurrent layers. Weights: input 1 is [directions, gates·hidden, in], input 2 the recurrent one.</summary>
internal static class OnnxRecurrent
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(
            OperatorKind.Recurrent,
            ["LSTM", "GRU", "RNN"],
            t => t with { WeightInput = 1, BiasInput = 3, OutputChannelAxes = _ => [0, 1], InputChannelAxes = _ => [2] }),
    ];
}
