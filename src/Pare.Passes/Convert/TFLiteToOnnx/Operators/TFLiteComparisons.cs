namespace Pare.Passes.Conversion;

/// <summary>Comparisons, logic, and choices by truth values.</summary>
internal static class TFLiteComparisons
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        Comparison("EQUAL", "Equal"),
        Comparison("NOT_EQUAL", "NotEqual"),
        Comparison("LESS", "Less"),
        Comparison("LESS_EQUAL", "LessEqual"),
        Comparison("GREATER", "Greater"),
        Comparison("GREATER_EQUAL", "GreaterEqual"),
        TFLiteLowering.Of("LOGICAL_AND", c => c.SetOutput(c.Onnx.Emit("And", [c.Input(0), c.Input(1)]))),
        TFLiteLowering.Of("LOGICAL_OR", c => c.SetOutput(c.Onnx.Emit("Or", [c.Input(0), c.Input(1)]))),
        TFLiteLowering.Of("SELECT", Select),
        TFLiteLowering.Of("SELECT_V2", SelectV2),
        TFLiteLowering.Of("STABLEHLO_SELECT", SelectV2),
    ];

    private static KeyValuePair<string, TFLiteLowering> Comparison(string @operator, string tensorFlow)
        => TFLiteLowering.Of(@operator, c => c.SetOutput(c.TensorFlow(tensorFlow, [c.Input(0), c.Input(1)])));

    private static void SelectV2(TFLiteContext c) => Choose(c, c.Stored(0));

    // The first version takes a condition of the data's shape, or a vector that chooses rows.
    private static void Select(TFLiteContext c)
    {
        Value condition = c.Stored(0);
        int rank = TFLiteContext.RankOf(c.Input(1));
        if (condition.Shape?.Rank == 1 && rank > 1)
        {
            condition = c.Onnx.Reshape(condition, [-1, .. Enumerable.Repeat(1L, rank - 1)]);
        }

        Choose(c, condition);
    }

    private static void Choose(TFLiteContext c, Value condition)
    {
        (TFLiteOperand x, TFLiteOperand y) = (c.Operand(1), c.Operand(2));
        if (x.IsQuantized && y.IsQuantized && c.Output() is { IsQuantized: true } z && x.Scale == z.Scale && y.Scale == z.Scale && x.ZeroPoint == z.ZeroPoint && y.ZeroPoint == z.ZeroPoint)
        {
            c.SetOperand(0, z.FromCodes(c.Onnx.Select(condition, x.Codes, y.Codes)));
            return;
        }

        c.SetOutput(c.Onnx.Select(condition, c.Input(1), c.Input(2)));
    }
}
