namespace Pare;

/// <summary>Dense and convolutional layers. Kernels: [in, out] for Dense, [spatial…, in, out] for convolutions, [spatial…, out, in] transposed, [spatial…, in, multiplier] depthwise.</summary>
internal static class KerasLinear
{
    public static IEnumerable<OperatorTraits> Layers { get; } =
    [
        new() { Operator = "Dense", Kind = OperatorKind.Linear, WeightInput = 1, BiasInput = 2, OutputChannelAxes = _ => [1], InputChannelAxes = _ => [0], ChannelAxis = _ => -1 },
        .. Convolutions(["Conv1D", "Convolution1D"], 1, [2], [1]),
        .. Convolutions(["Conv2D", "Convolution2D"], 2, [3], [2]),
        .. Convolutions(["Conv3D", "Convolution3D"], 3, [4], [3]),
        .. Convolutions(["Conv1DTranspose"], 1, [1], [2]),
        .. Convolutions(["Conv2DTranspose"], 2, [2], [3]),
        .. Convolutions(["Conv3DTranspose"], 3, [3], [4]),
        .. Convolutions(["DepthwiseConv1D"], 1, [1, 2], [1]),
        .. Convolutions(["DepthwiseConv2D"], 2, [2, 3], [2]),

        // Two kernels, the pointwise one of which makes the output channels.
        .. Convolutions(["SeparableConv1D"], 1, [2], [1]).Select(t => t with { WeightInput = 2, BiasInput = 3 }),
        .. Convolutions(["SeparableConv2D", "SeparableConvolution2D"], 2, [3], [2]).Select(t => t with { WeightInput = 2, BiasInput = 3 }),
        .. KerasTraits.Of(OperatorKind.Pure, ["EinsumDense", "LocallyConnected1D", "LocallyConnected2D", "MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention", "Attention", "AdditiveAttention", "Dot"]),
    ];

    private static IEnumerable<OperatorTraits> Convolutions(IEnumerable<string> names, int spatial, int[] outputAxes, int[] inputAxes) => KerasTraits.Of(
        OperatorKind.Linear,
        names,
        t => t with
        {
            WeightInput = 1,
            BiasInput = 2,
            OutputChannelAxes = _ => [.. outputAxes],
            InputChannelAxes = _ => [.. inputAxes],
            ChannelAxis = n => KerasTraits.ChannelAxis(n) == 1 ? 1 : spatial + 1,
        });
}
