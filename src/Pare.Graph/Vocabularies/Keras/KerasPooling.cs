namespace Pare;

/// <summary>Pooling over windows and over everything.</summary>
internal static class KerasPooling
{
    public static IEnumerable<OperatorTraits> Layers { get; } =
    [
        .. KerasTraits.Of(
            OperatorKind.Pool,
            ["MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D"],
            t => t with { ChannelAxis = KerasTraits.ChannelAxis, ScalePassesThrough = true }),
        .. KerasTraits.Of(
            OperatorKind.Reduction,
            ["GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D"],
            t => t with { ScalePassesThrough = true }),
    ];
}
