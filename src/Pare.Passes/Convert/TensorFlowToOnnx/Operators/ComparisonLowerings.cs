namespace Pare.Passes.Conversion;

/// <summary>Comparisons, logic, and choices by truth values.</summary>
internal static class ComparisonLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        Comparison("Equal", "Equal"),
        Comparison("Less", "Less"),
        Comparison("LessEqual", "LessOrEqual"),
        Comparison("Greater", "Greater"),
        Comparison("GreaterEqual", "GreaterOrEqual"),
        new("NotEqual", c => c.SetOutput(c.Onnx.Emit("Not", [c.Onnx.Compare("Equal", c.Input(0), c.Input(1))]))),
        new("ApproximateEqual", ApproximateEqual),
        new("LogicalAnd", c => c.SetOutput(c.Onnx.Emit("And", [c.Input(0), c.Input(1)]))),
        new("LogicalOr", c => c.SetOutput(c.Onnx.Emit("Or", [c.Input(0), c.Input(1)]))),
        new("SelectV2", c => c.SetOutput(c.Onnx.Select(c.Input(0), c.Input(1), c.Input(2)))),
        new("Select", Select),
        new("Where", Where),
    ];

    private static KeyValuePair<string, Lowering> Comparison(string @operator, string onnx) => new(@operator, c => c.SetOutput(c.Onnx.Compare(onnx, c.Input(0), c.Input(1))));

    private static void ApproximateEqual(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value difference = b.Elementwise("Abs", b.Elementwise("Sub", c.Input(0), c.Input(1)));
        c.SetOutput(b.Compare("Less", difference, b.Scalar(difference.Type, c.Attributes.GetFloat("tolerance", 1e-5f))));
    }

    // A vector condition picks whole rows: it gets trailing axes of extent 1, as many as the data has more.
    private static void Select(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value condition = c.Input(0);
        Value x = c.Input(1);
        SymbolicShape? shape = x.Shape ?? c.Input(2).Shape;
        if (condition.Shape is { } s && shape is { } t)
        {
            if (s.Rank > 0 && s.Rank < t.Rank)
            {
                condition = b.Unsqueeze(condition, [.. Enumerable.Range(s.Rank, t.Rank - s.Rank).Select(i => (long)i)]);
            }
        }
        else if (condition.Shape?.Rank != 0)
        {
            Value more = b.Sub(b.RankScalar(x), b.RankScalar(condition));
            condition = b.Reshape(condition, b.Concat(0, b.ShapeOf(condition), b.Repeated(1, more)));
        }

        c.SetOutput(b.Select(condition, x, c.Input(2)));
    }

    private static void Where(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value found = b.Emit("NonZero", [b.Cast(x, Kernels.ComputeType("NonZero", x.Type))]);
        c.SetOutput(b.Transpose(found, 1, 0));
    }
}
