namespace Pare;

/// <summary>Element by element, with broadcasting: arithmetic, comparisons, logic, bits, selection.</summary>
internal static class TensorFlowElementwise
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.Elementwise,
            ["Add", "AddV2", "Mul", "Maximum", "Minimum", "SquaredDifference", "LogicalAnd", "LogicalOr", "Equal", "NotEqual", "BitwiseAnd", "BitwiseOr", "BitwiseXor"],
            t => t with { IsCommutative = true }),
        .. TensorFlowTraits.Of(
            OperatorKind.Elementwise,
            [
                "Sub", "Div", "RealDiv", "DivNoNan", "FloorDiv", "TruncateDiv", "Mod", "FloorMod", "TruncateMod", "Pow", "MulNoNan", "Xdivy", "Xlogy", "Atan2",
                "Less", "LessEqual", "Greater", "GreaterEqual", "ApproximateEqual", "LeftShift", "RightShift", "Select", "SelectV2", "ClipByValue", "NextAfter", "Igamma", "Igammac", "Zeta", "Polygamma", "Betainc",
            ]),
        .. TensorFlowTraits.Of(OperatorKind.Elementwise, ["Neg", "Abs"], t => t with { ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(
            OperatorKind.Elementwise,
            [
                "Sqrt", "Rsqrt", "Square", "Inv", "Reciprocal", "Exp", "Expm1", "Log", "Log1p", "Sign", "Floor", "Ceil", "Round", "Rint", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan",
                "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Erf", "Erfc", "Erfinv", "Lgamma", "Digamma", "IsNan", "IsInf", "IsFinite", "LogicalNot", "Invert", "PopulationCount",
            ]),
        .. TensorFlowTraits.Of(OperatorKind.Pure, ["AddN", "AccumulateNV2", "Bucketize", "Real", "Imag", "Complex", "ComplexAbs", "Conj", "Angle"]),
    ];
}
