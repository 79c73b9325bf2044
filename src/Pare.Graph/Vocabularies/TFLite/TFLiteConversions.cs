namespace Pare;

/// <summary>Casts, (de)quantization, and the expansion of sparse constants.</summary>
internal static class TFLiteConversions
{
    public static IEnumerable<OperatorTraits> Operators { get; } = [.. TFLiteTraits.Of(OperatorKind.Conversion, ["CAST", "QUANTIZE", "DEQUANTIZE", "FAKE_QUANT", "DENSIFY"])];
}
