namespace Pare;

/// <summary>Recurrent layers and what wraps them. Weights: kernel [in, gates·units], recurrent kernel [units, gates·units], bias.</summary>
internal static class KerasRecurrent
{
    public static IEnumerable<OperatorTraits> Layers { get; } = KerasTraits.Of(
        OperatorKind.Recurrent,
        ["SimpleRNN", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "TimeDistributed"],
        t => t with { WeightInput = 1 });
}
