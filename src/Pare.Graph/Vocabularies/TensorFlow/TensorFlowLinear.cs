namespace Pare;

/// <summary>Convolutions and matrix products. Filters: HWIO for convolutions, HWIM (channel d·M+m) for depthwise ones, HWOI for transposed ones.</summary>
internal static class TensorFlowLinear
{
    private static readonly Func<Node, int?> s_channels = TensorFlowTraits.ChannelAxis;

    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        Convolution("Conv2D", [3], [2]),
        Convolution("Conv3D", [4], [3]),
        Convolution("DepthwiseConv2dNative", [2, 3], [2]),
        Convolution("FusedResizeAndPadConv2D", [3], [2]) with { WeightInput = 3 },
        Convolution("FusedPadConv2D", [3], [2]) with { WeightInput = 2 },
        Convolution("_FusedConv2D", [3], [2]) with { BiasInput = 2, ScalePassesThrough = false },
        Convolution("_FusedDepthwiseConv2dNative", [2, 3], [2]) with { BiasInput = 2, ScalePassesThrough = false },
        Convolution("Conv2DBackpropInput", [2], [3]) with { DataInput = 2 },
        Convolution("Conv3DBackpropInputV2", [3], [4]) with { DataInput = 2 },
        Product("MatMul", "transpose_b"),
        Product("SparseMatMul", "transpose_b"),
        Product("_FusedMatMul", "transpose_b") with { BiasInput = 2, ScalePassesThrough = false },
        BatchProduct("BatchMatMul"),
        BatchProduct("BatchMatMulV2"),
        BatchProduct("BatchMatMulV3"),
        new() { Operator = "BiasAdd", Kind = OperatorKind.BiasAdd, BiasInput = 1, ChannelAxis = s_channels },
        new() { Operator = "BiasAddV1", Kind = OperatorKind.BiasAdd, BiasInput = 1, ChannelAxis = TensorFlowTraits.LastAxis },
        .. TensorFlowTraits.Of(
            OperatorKind.Pure,
            ["Dilation2D", "Einsum", "Cholesky", "MatrixInverse", "MatrixDeterminant", "MatrixSolve", "MatrixTriangularSolve", "Svd", "Qr", "Cross", "FFT", "IFFT", "RFFT", "IRFFT", "FFT2D", "IFFT2D"]),
    ];

    private static OperatorTraits Convolution(string name, int[] outputAxes, int[] inputAxes) => new()
    {
        Operator = name,
        Kind = OperatorKind.Linear,
        WeightInput = 1,
        OutputChannelAxes = _ => [.. outputAxes],
        InputChannelAxes = _ => [.. inputAxes],
        ChannelAxis = s_channels,
        ScalePassesThrough = true,
    };

    private static OperatorTraits Product(string name, string transpose) => new()
    {
        Operator = name,
        Kind = OperatorKind.Linear,
        WeightInput = 1,
        OutputChannelAxes = n => [n.Attributes.GetBoolean(transpose) ? 0 : 1],
        InputChannelAxes = n => [n.Attributes.GetBoolean(transpose) ? 1 : 0],
        ChannelAxis = TensorFlowTraits.LastAxis,
        ScalePassesThrough = true,
    };

    // Only a weight of rank 2 has a channel axis that does not depend on the batch dimensions.
    private static OperatorTraits BatchProduct(string name) => Product(name, "adj_y") with
    {
        OutputChannelAxes = n => WeightRank(n) == 2 ? [n.Attributes.GetBoolean("adj_y") ? 0 : 1] : null,
        InputChannelAxes = n => WeightRank(n) == 2 ? [n.Attributes.GetBoolean("adj_y") ? 1 : 0] : null,
    };

    private static int? WeightRank(Node node) => node.InputOrDefault(1) is { } w ? w.Constant?.Shape.Rank ?? w.Shape?.Rank : null;
}
