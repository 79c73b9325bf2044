namespace Pare.Passes.Conversion;

/// <summary>Elements and slices fetched from, or put to, places given by indices.</summary>
internal static class TFLiteGathers
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("GATHER", c => Fetch(c, 0, x => c.TensorFlow(
            "GatherV2",
            [x, c.Stored(1), c.Onnx.Scalar(DataType.Int32, c.Attributes.GetInteger("axis"))],
            ("batch_dims", AttributeValue.Of(c.Attributes.GetInteger("batch_dims")))))),
        TFLiteLowering.Of("GATHER_ND", c => Fetch(c, 0, x => c.TensorFlow("GatherNd", [x, c.Stored(1)]))),
        TFLiteLowering.Of("EMBEDDING_LOOKUP", c => Fetch(c, 1, x => c.TensorFlow("Gather", [x, c.Stored(0)]))),
        TFLiteLowering.Moving("SCATTER_ND", c => c.SetOutput(c.TensorFlow("ScatterNd", [c.Stored(0), c.Input(1), c.Stored(2)]))),
        TFLiteLowering.Of("SPARSE_TO_DENSE", c => c.SetOutput(c.TensorFlow("SparseToDense", [c.Stored(0), c.Stored(1), c.Input(2), c.Input(3)]))),
    ];

    // Of a quantized table the codes are fetched, unless the output is real or of another scale.
    private static void Fetch(TFLiteContext c, int data, Func<Value, Value> fetch)
    {
        TFLiteOperand table = c.Operand(data);
        TFLiteOperand output = c.Output();
        bool same = table.IsQuantized && output.IsQuantized && table.Quantization!.Scales.Length == 1 && table.Scale == output.Scale && table.ZeroPoint == output.ZeroPoint;
        if (same)
        {
            c.SetOperand(0, output.FromStored(fetch(table.Stored)));
        }
        else
        {
            c.SetOutput(fetch(table.IsQuantized ? table.Real : table.Stored));
        }
    }
}
