namespace Pare.Passes.Conversion;

/// <summary>Moves blocks of space into the batch or the channels and back.</summary>
internal static class TFLiteSpaces
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Moving("SPACE_TO_BATCH_ND", c => c.SetOutput(c.TensorFlow("SpaceToBatchND", [c.Input(0), c.Stored(1), c.Stored(2)]))),
        TFLiteLowering.Moving("BATCH_TO_SPACE_ND", c => c.SetOutput(c.TensorFlow("BatchToSpaceND", [c.Input(0), c.Stored(1), c.Stored(2)]))),
        TFLiteLowering.Moving("SPACE_TO_DEPTH", c => c.SetOutput(c.TensorFlow("SpaceToDepth", [c.Input(0)], ("block_size", AttributeValue.Of(c.Attributes.GetInteger("block_size")))))),
        TFLiteLowering.Moving("DEPTH_TO_SPACE", c => c.SetOutput(c.TensorFlow("DepthToSpace", [c.Input(0)], ("block_size", AttributeValue.Of(c.Attributes.GetInteger("block_size")))))),
    ];
}
