using static Pare.Passes.Conversion.ToTFLiteBinaryLowerings;

namespace Pare.Passes.Conversion;

/// <summary>Comparisons, logic, and choices by truth values.</summary>
internal static class ToTFLiteComparisonLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        Of("Equal", (b, x, y) => b.Compare("EQUAL", x, y)),
        Of("Less", (b, x, y) => b.Compare("LESS", x, y)),
        Of("LessOrEqual", (b, x, y) => b.Compare("LESS_EQUAL", x, y)),
        Of("Greater", (b, x, y) => b.Compare("GREATER", x, y)),
        Of("GreaterOrEqual", (b, x, y) => b.Compare("GREATER_EQUAL", x, y)),
        Of("And", (b, x, y) => b.Emit("LOGICAL_AND", [x, y])),
        Of("Or", (b, x, y) => b.Emit("LOGICAL_OR", [x, y])),
        Of("Xor", (b, x, y) => b.Emit("NOT_EQUAL", [x, y])),
        new("Where", Where),
    ];

    private static void Where(ToTFLiteContext c)
    {
        (Value[] v, int[]? order) = LaidOperands.Align(c, 0, 1, 2);
        c.Set(c.Builder.Select(v[0], v[1], v[2]), order);
    }
}
