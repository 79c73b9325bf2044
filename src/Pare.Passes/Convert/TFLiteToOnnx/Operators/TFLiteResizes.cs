namespace Pare.Passes.Conversion;

/// <summary>Resampling of pictures.</summary>
internal static class TFLiteResizes
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("RESIZE_BILINEAR", c => c.SetOutput(Resize(c, "ResizeBilinear"))),
        TFLiteLowering.Moving("RESIZE_NEAREST_NEIGHBOR", c => c.SetOutput(Resize(c, "ResizeNearestNeighbor"))),
    ];

    private static Value Resize(TFLiteContext c, string tensorFlow) => c.TensorFlow(
        tensorFlow,
        [c.Input(0), c.Stored(1)],
        ("align_corners", AttributeValue.Of(c.Attributes.GetBoolean("align_corners"))),
        ("half_pixel_centers", AttributeValue.Of(c.Attributes.GetBoolean("half_pixel_centers"))));
}
