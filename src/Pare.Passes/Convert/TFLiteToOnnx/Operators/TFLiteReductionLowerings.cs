namespace Pare.Passes.Conversion;

/// <summary>Reductions, positions of extremes, running sums.</summary>
internal static class TFLiteReductionLowerings
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("MEAN", c => Mean(c, true)),
        TFLiteLowering.Of("SUM", c => Mean(c, false)),
        TFLiteLowering.Of("REDUCE_PROD", c => Reduce(c, "Prod")),
        TFLiteLowering.Moving("REDUCE_MAX", c => Reduce(c, "Max")),
        TFLiteLowering.Moving("REDUCE_MIN", c => Reduce(c, "Min")),
        TFLiteLowering.Of("REDUCE_ANY", c => Reduce(c, "Any")),
        TFLiteLowering.Of("REDUCE_ALL", c => Reduce(c, "All")),
        TFLiteLowering.Moving("ARG_MAX", c => Position(c, "ArgMax")),
        TFLiteLowering.Moving("ARG_MIN", c => Position(c, "ArgMin")),
        TFLiteLowering.Of("CUMSUM", c => c.SetOutput(c.TensorFlow(
            "Cumsum",
            [c.Input(0), c.Stored(1)],
            ("exclusive", AttributeValue.Of(c.Attributes.GetBoolean("exclusive"))),
            ("reverse", AttributeValue.Of(c.Attributes.GetBoolean("reverse")))))),
        TFLiteLowering.Of("SEGMENT_SUM", c => c.SetOutput(c.TensorFlow("SegmentSum", [c.Input(0), c.Stored(1)]))),
        Segment("UNSORTED_SEGMENT_SUM", "UnsortedSegmentSum"),
        Segment("UNSORTED_SEGMENT_PROD", "UnsortedSegmentProd"),
        Segment("UNSORTED_SEGMENT_MAX", "UnsortedSegmentMax"),
        Segment("UNSORTED_SEGMENT_MIN", "UnsortedSegmentMin"),
    ];

    private static KeyValuePair<string, TFLiteLowering> Segment(string @operator, string tensorFlow)
        => TFLiteLowering.Of(@operator, c => c.SetOutput(c.TensorFlow(tensorFlow, [c.Input(0), c.Stored(1), c.Stored(2)])));

    private static Value Reduced(TFLiteContext c, string tensorFlow, Value x) => c.TensorFlow(tensorFlow, [x, c.Stored(1)], ("keep_dims", AttributeValue.Of(c.Attributes.GetBoolean("keep_dims"))));

    private static void Reduce(TFLiteContext c, string tensorFlow) => c.SetOutput(Reduced(c, tensorFlow, c.Input(0)));

    // In integers the sum of codes, scaled and rounded to even, as XNNPACK does.
    private static void Mean(TFLiteContext c, bool divided)
    {
        OnnxBuilder b = c.Onnx;
        if (!c.IsQuantized)
        {
            Reduce(c, divided ? "Mean" : "Sum");
            return;
        }

        (TFLiteOperand x, TFLiteOperand y) = (c.Operand(0), c.Output());
        Value sum = Reduced(c, "Sum", x.Codes);
        Value factor = b.Scalar(DataType.Float32, x.Scale / y.Scale);
        if (divided)
        {
            factor = x.Codes.Shape?.ToStatic() is { } all && sum.Shape?.ToStatic() is { Count: > 0 } kept
                ? b.Scalar(DataType.Float32, x.Scale / (y.Scale * (float)(all.Count / kept.Count)))
                : b.Div(factor, b.Cast(b.Div(b.Emit("Size", [x.Codes]), b.Emit("Size", [sum])), DataType.Float32));
        }

        c.SetOperand(0, y.FromCodes(Quantized.Clip(b, Quantized.Round(b, b.Mul(sum, factor)), y.Lowest, y.Highest)));
    }

    private static void Position(TFLiteContext c, string tensorFlow)
    {
        DataType type = c.Node.Output.Type is DataType.Int64 ? DataType.Int64 : DataType.Int32;
        c.SetOutput(c.TensorFlow(tensorFlow, [c.Input(0), c.Stored(1)], ("output_type", AttributeValue.Of(type))));
    }
}
