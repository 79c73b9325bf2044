namespace Pare;

/// <summary>Pooling over windows and over everything, and resampling.</summary>
internal static class OnnxPooling
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(
            OperatorKind.Pool,
            ["MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool", "MaxRoiPool", "RoiAlign"],
            t => t with { ScalePassesThrough = true, ChannelAxis = OnnxTraits.Second }),
        new() { Operator = "MaxUnpool", Kind = OperatorKind.Pool, ChannelAxis = OnnxTraits.Second },
        .. OnnxTraits.Of(OperatorKind.Resize, ["Resize", "Upsample", "GridSample"], t => t with { ScalePassesThrough = true, ChannelAxis = OnnxTraits.Second }),
    ];
}
