namespace Pare;

/// <summary>Element by element, with broadcasting: arithmetic, comparisons, logic, bits, selection.</summary>
internal static class OnnxElementwise
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(OperatorKind.Elementwise, ["Add", "Mul", "And", "Or", "Xor", "Equal", "BitwiseAnd", "BitwiseOr", "BitwiseXor"], t => t with { IsCommutative = true }),

        // Of any number of inputs: their order still does not matter with two.
        .. OnnxTraits.Of(OperatorKind.Elementwise, ["Max", "Min", "Sum", "Mean"], t => t with { IsCommutative = true }),
        .. OnnxTraits.Of(
            OperatorKind.Elementwise,
            ["Sub", "Div", "Pow", "Mod", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Where", "BitShift", "Clip"]),
        .. OnnxTraits.Of(OperatorKind.Elementwise, ["Neg", "Abs"], t => t with { ScalePassesThrough = true }),
        .. OnnxTraits.Of(
            OperatorKind.Elementwise,
            [
                "Sqrt", "Reciprocal", "Exp", "Log", "Sign", "Floor", "Ceil", "Round", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Erf",
                "IsNaN", "IsInf", "Not", "BitwiseNot",
            ]),
    ];
}
