namespace Pare;

/// <summary>Element by element, with broadcasting: arithmetic, comparisons, logic, selection.</summary>
internal static class TFLiteElementwise
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        // ADD and MUL take a scale for each input when quantized, which does not hinder their order.
        .. TFLiteTraits.Of(
            OperatorKind.Elementwise,
            ["ADD", "MUL", "MAXIMUM", "MINIMUM", "EQUAL", "NOT_EQUAL", "LOGICAL_AND", "LOGICAL_OR", "BITWISE_XOR", "SQUARED_DIFFERENCE", "ADD_N"],
            t => t with { IsCommutative = true }),
        .. TFLiteTraits.Of(
            OperatorKind.Elementwise,
            ["SUB", "DIV", "POW", "FLOOR_DIV", "FLOOR_MOD", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "SELECT", "SELECT_V2", "ATAN2", "RIGHT_SHIFT"]),
        .. TFLiteTraits.Of(OperatorKind.Elementwise, ["NEG", "ABS"], t => t with { ScalePassesThrough = true }),
        .. TFLiteTraits.Of(
            OperatorKind.Elementwise,
            ["SQRT", "RSQRT", "SQUARE", "EXP", "LOG", "SIN", "COS", "FLOOR", "CEIL", "ROUND", "SIGN", "LOGICAL_NOT", "BUCKETIZE", "COMPLEX_ABS", "REAL", "IMAG"]),
    ];
}
