namespace Pare;

/// <summary>Convolutions and matrix products. Weights: [out, in/group, …] for Conv, [in, out/group, …] for ConvTranspose, [in, out] for MatMul, by <c>transB</c> for Gemm.</summary>
internal static class OnnxLinear
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        new()
        {
            Operator = "Conv", Kind = OperatorKind.Linear, WeightInput = 1, BiasInput = 2, OutputChannelAxes = _ => [0], InputChannelAxes = _ => [1], ChannelAxis = OnnxTraits.Second, ScalePassesThrough = true,
        },
        new()
        {
            Operator = "ConvTranspose", Kind = OperatorKind.Linear, WeightInput = 1, BiasInput = 2, OutputChannelAxes = n => n.Attributes.GetInteger("group", 1) == 1 ? [1] : [0, 1], InputChannelAxes = _ => [0],
            ChannelAxis = OnnxTraits.Second, ScalePassesThrough = true,
        },
        new()
        {
            Operator = "DeformConv", Kind = OperatorKind.Linear, WeightInput = 1, BiasInput = 3, OutputChannelAxes = _ => [0], InputChannelAxes = _ => [1], ChannelAxis = OnnxTraits.Second, ScalePassesThrough = true,
        },
        new()
        {
            Operator = "Gemm", Kind = OperatorKind.Linear, WeightInput = 1, BiasInput = 2, OutputChannelAxes = n => [n.Attributes.GetBoolean("transB") ? 0 : 1],
            InputChannelAxes = n => [n.Attributes.GetBoolean("transB") ? 1 : 0], ChannelAxis = OnnxTraits.Last, ScalePassesThrough = true,
        },
        new()
        {
            Operator = "MatMul", Kind = OperatorKind.Linear, WeightInput = 1, OutputChannelAxes = n => WeightRank(n) == 2 ? [1] : null, InputChannelAxes = n => WeightRank(n) == 2 ? [0] : null,
            ChannelAxis = OnnxTraits.Last, ScalePassesThrough = true,
        },
        new() { Operator = "ConvInteger", Kind = OperatorKind.Linear, WeightInput = 1, OutputChannelAxes = _ => [0], InputChannelAxes = _ => [1], ChannelAxis = OnnxTraits.Second },
        new() { Operator = "MatMulInteger", Kind = OperatorKind.Linear, WeightInput = 1, OutputChannelAxes = n => WeightRank(n) == 2 ? [1] : null, ChannelAxis = OnnxTraits.Last },
        new() { Operator = "QLinearConv", Kind = OperatorKind.Linear, WeightInput = 3, BiasInput = 8, OutputChannelAxes = _ => [0], InputChannelAxes = _ => [1], ChannelAxis = OnnxTraits.Second },
        new() { Operator = "QLinearMatMul", Kind = OperatorKind.Linear, WeightInput = 3, OutputChannelAxes = n => n.InputOrDefault(3)?.Shape?.Rank == 2 ? [1] : null, ChannelAxis = OnnxTraits.Last },
        .. OnnxTraits.Of(OperatorKind.Pure, ["Einsum", "Det", "Attention", "RotaryEmbedding", "AffineGrid", "DFT", "STFT", "MelWeightMatrix", "HannWindow", "HammingWindow", "BlackmanWindow", "ImageDecoder", "TensorScatter"]),
    ];

    private static int? WeightRank(Node node) => node.InputOrDefault(1) is { } w ? w.Constant?.Shape.Rank ?? w.Shape?.Rank : null;
}
