namespace Pare.Passes.Conversion;

/// <summary>Largest elements, distinct elements, places of what is true, one-hot vectors, suppression of overlapping boxes.</summary>
internal static class TFLiteSelections
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Moving("TOPK_V2", TopK),
        TFLiteLowering.Moving("ONE_HOT", c => c.SetOutput(c.TensorFlow("OneHot", [c.Stored(0), c.Stored(1), c.Input(2), c.Input(3)], ("axis", AttributeValue.Of(c.Attributes.GetInteger("axis", -1)))))),
        TFLiteLowering.Moving("UNIQUE", Unique),
        TFLiteLowering.Moving("WHERE", Where),
        TFLiteLowering.Of("NON_MAX_SUPPRESSION_V4", c => Suppress(c, "NonMaxSuppressionV4", 5)),
        TFLiteLowering.Of("NON_MAX_SUPPRESSION_V5", c => Suppress(c, "NonMaxSuppressionV5", 6)),
    ];

    private static void TopK(TFLiteContext c)
    {
        Value[] found = c.TensorFlow("TopKV2", [c.Input(0), c.Stored(1)], 2, ("index_type", AttributeValue.Of(DataType.Int32)));
        c.SetOutput(0, found[0]);
        if (c.Node.Outputs.Count > 1)
        {
            c.SetOperand(1, c.Output(1).FromStored(c.Onnx.Cast(found[1], c.Node.Outputs[1].Type)));
        }
    }

    private static void Unique(TFLiteContext c)
    {
        DataType index = c.Attributes.GetString("idx_out_type", "INT32") == "INT64" ? DataType.Int64 : DataType.Int32;
        Value[] found = c.TensorFlow("Unique", [c.Input(0)], 2, ("out_idx", AttributeValue.Of(index)));
        c.SetOutput(0, found[0]);
        c.SetOutput(1, found[1]);
    }

    private static void Where(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value truth = x.Type == DataType.Boolean ? x : b.Emit("Not", [b.Compare("Equal", x, b.Scalar(x.Type, 0))]);
        Value places = b.Emit("NonZero", [truth], DataType.Int64, x.Shape is { } s ? new SymbolicShape(s.Rank, Dimension.Unknown) : null);
        c.SetOutput(b.Transpose(places, 1, 0));
    }

    // TFLite always fills up to the number asked for.
    private static void Suppress(TFLiteContext c, string tensorFlow, int inputs)
    {
        Value[] found = c.TensorFlow(tensorFlow, [.. Enumerable.Range(0, inputs).Select(c.Input)], inputs == 6 ? 3 : 2, ("pad_to_max_output_size", AttributeValue.Of(true)));
        for (int i = 0; i < found.Length; i++)
        {
            c.SetOutput(i, found[i]);
        }
    }
}
