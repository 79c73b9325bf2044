namespace Pare.Passes.Conversion;

/// <summary>Random numbers: of the same distribution, not the same numbers.</summary>
internal static class TFLiteRandoms
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("RANDOM_UNIFORM", c => c.SetOutput(c.TensorFlow("RandomUniform", [c.Stored(0)], ("dtype", AttributeValue.Of(DataType.Float32))))),
        TFLiteLowering.Of("RANDOM_STANDARD_NORMAL", c => c.SetOutput(c.TensorFlow("RandomStandardNormal", [c.Stored(0)], ("dtype", AttributeValue.Of(DataType.Float32))))),
    ];
}
