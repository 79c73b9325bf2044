namespace Pare;

/// <summary>Layers that move elements, look them up, or resample pictures.</summary>
internal static class KerasDataMovement
{
    public static IEnumerable<OperatorTraits> Layers { get; } =
    [
        .. KerasTraits.Of(
            OperatorKind.DataMovement,
            [
                "Flatten", "Reshape", "Permute", "RepeatVector", "Cropping1D", "Cropping2D", "Cropping3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "CenterCrop", "UpSampling1D", "UpSampling3D",
            ],
            t => t with { ScalePassesThrough = true }),

        // The data are the indices; the table is the weight.
        .. KerasTraits.Of(OperatorKind.DataMovement, ["Embedding"], t => t with { WeightInput = 1 }),
        .. KerasTraits.Of(OperatorKind.Resize, ["UpSampling2D", "Resizing"], t => t with { ChannelAxis = KerasTraits.ChannelAxis, ScalePassesThrough = true }),
    ];
}
