namespace Pare;

/// <summary>Casts and (de)quantization.</summary>
internal static class OnnxConversions
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(OperatorKind.Conversion, ["Cast", "CastLike", "BitCast", "QuantizeLinear", "DynamicQuantizeLinear"]),
        new() { Operator = "DequantizeLinear", Kind = OperatorKind.Conversion, ChannelAxis = n => OnnxTraits.AxisAttribute(n, 1) },
    ];
}
