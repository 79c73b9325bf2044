namespace Pare;

/// <summary>StableHLO operators within TFLite; those that run subgraphs for every element are left unknown.</summary>
internal static class TFLiteStableHlo
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TFLiteTraits.Of(
            OperatorKind.Elementwise,
            [
                "STABLEHLO_LOGISTIC", "STABLEHLO_ADD", "STABLEHLO_DIVIDE", "STABLEHLO_MULTIPLY", "STABLEHLO_MAXIMUM", "STABLEHLO_MINIMUM", "STABLEHLO_ABS", "STABLEHLO_AND", "STABLEHLO_COSINE",
                "STABLEHLO_EXPONENTIAL", "STABLEHLO_FLOOR", "STABLEHLO_LOG", "STABLEHLO_NEGATE", "STABLEHLO_OR", "STABLEHLO_POWER", "STABLEHLO_REMAINDER", "STABLEHLO_RSQRT", "STABLEHLO_SELECT",
                "STABLEHLO_SUBTRACT", "STABLEHLO_TANH", "STABLEHLO_COMPARE", "STABLEHLO_CLAMP", "STABLEHLO_SHIFT_LEFT", "STABLEHLO_CBRT",
            ]),
        .. TFLiteTraits.Of(
            OperatorKind.DataMovement,
            [
                "STABLEHLO_RESHAPE", "STABLEHLO_CONCATENATE", "STABLEHLO_BROADCAST_IN_DIM", "STABLEHLO_SLICE", "STABLEHLO_DYNAMIC_SLICE", "STABLEHLO_DYNAMIC_UPDATE_SLICE", "STABLEHLO_PAD", "STABLEHLO_IOTA",
                "STABLEHLO_GATHER", "STABLEHLO_TRANSPOSE",
            ]),
        .. TFLiteTraits.Of(OperatorKind.Conversion, ["STABLEHLO_CONVERT"]),
        .. TFLiteTraits.Of(OperatorKind.Pure, ["STABLEHLO_CONVOLUTION", "STABLEHLO_DOT_GENERAL"]),
    ];
}
