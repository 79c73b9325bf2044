namespace Pare;

/// <summary>Normalizations, softmax among them.</summary>
internal static class TFLiteNormalization
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
        [.. TFLiteTraits.Of(OperatorKind.Normalization, ["SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION", "LOCAL_RESPONSE_NORMALIZATION"])];
}
