namespace Pare;

/// <summary>
/// Convolutions and matrix products. Weights: [out, h, w, in] for CONV_2D and TRANSPOSE_CONV, [1, h, w, in·multiplier] for DEPTHWISE_CONV_2D, [d, h, w, in, out] for CONV_3D,
/// [d, h, w, out, in] for CONV_3D_TRANSPOSE, [out, in] for FULLY_CONNECTED. A fused activation may follow, so that a scale does not pass through.
/// </summary>
internal static class TFLiteLinear
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        Layer("CONV_2D", [0], [3]),
        Layer("DEPTHWISE_CONV_2D", [3], []),
        Layer("FULLY_CONNECTED", [0], [1]),
        Layer("CONV_3D", [4], [3]),
        Layer("TRANSPOSE_CONV", [0], [3]) with { DataInput = 2, BiasInput = 3 },
        Layer("CONV_3D_TRANSPOSE", [3], [4]) with { DataInput = 2, BiasInput = 3 },
        new()
        {
            Operator = "BATCH_MATMUL", Kind = OperatorKind.Linear, WeightInput = 1, ChannelAxis = TFLiteTraits.Last,
            OutputChannelAxes = n => WeightRank(n) == 2 ? [n.Attributes.GetBoolean("adj_y") ? 0 : 1] : null,
            InputChannelAxes = n => WeightRank(n) == 2 ? [n.Attributes.GetBoolean("adj_y") ? 1 : 0] : null,
        },
        Layer("Convolution2DTransposeBias", [0], [3]) with { Domain = "custom" },
    ];

    private static OperatorTraits Layer(string name, int[] outputAxes, int[] inputAxes) => new()
    {
        Operator = name,
        Kind = OperatorKind.Linear,
        WeightInput = 1,
        BiasInput = 2,
        OutputChannelAxes = _ => [.. outputAxes],
        InputChannelAxes = _ => [.. inputAxes],
        ChannelAxis = TFLiteTraits.Last,
    };

    private static int? WeightRank(Node node) => node.InputOrDefault(1) is { } w ? w.Constant?.Shape.Rank ?? w.Shape?.Rank : null;
}
