namespace Pare;

/// <summary>Pooling and resampling.</summary>
internal static class TFLitePooling
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TFLiteTraits.Of(OperatorKind.Pool, ["AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"], t => t with { ChannelAxis = TFLiteTraits.Last }),
        new() { Operator = "MaxPoolingWithArgmax2D", Domain = "custom", Kind = OperatorKind.Pool, ChannelAxis = TFLiteTraits.Last },
        .. TFLiteTraits.Of(OperatorKind.Resize, ["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"], t => t with { ChannelAxis = TFLiteTraits.Last, ScalePassesThrough = true }),
        new() { Operator = "MaxUnpooling2D", Domain = "custom", Kind = OperatorKind.Resize, ChannelAxis = TFLiteTraits.Last },
    ];
}
