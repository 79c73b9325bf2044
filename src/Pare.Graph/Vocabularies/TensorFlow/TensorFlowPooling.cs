namespace Pare;

/// <summary>Pooling and resampling.</summary>
internal static class TensorFlowPooling
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(OperatorKind.Pool, ["AvgPool", "MaxPool", "AvgPool3D", "MaxPool3D", "MaxPoolV2"], t => t with { ChannelAxis = TensorFlowTraits.ChannelAxis, ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(OperatorKind.Pool, ["MaxPoolWithArgmax", "FractionalAvgPool", "FractionalMaxPool"]),
        .. TensorFlowTraits.Of(
            OperatorKind.Resize,
            ["ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea"],
            t => t with { ChannelAxis = TensorFlowTraits.LastAxis, ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(OperatorKind.Resize, ["CropAndResize", "QuantizedResizeBilinear"]),
    ];
}
