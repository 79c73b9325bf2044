namespace Pare.Passes.Conversion;

/// <summary>Concatenation, splitting, stacking, repetition, reversal, permutation.</summary>
internal static class TFLiteJoins
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("CONCATENATION", c => Join(c, (b, parts) => b.Concat(c.Attributes.GetInteger("axis"), parts))),
        TFLiteLowering.Of("PACK", c => Join(c, (b, parts) => b.Concat(c.Attributes.GetInteger("axis"), Array.ConvertAll(parts, p => b.Unsqueeze(p, c.Attributes.GetInteger("axis")))))),
        TFLiteLowering.Moving("UNPACK", Unpack),
        TFLiteLowering.Moving("SPLIT", Split),
        TFLiteLowering.Moving("SPLIT_V", SplitV),
        TFLiteLowering.Moving("TILE", c => c.SetOutput(c.TensorFlow("Tile", [c.Input(0), c.Stored(1)]))),
        TFLiteLowering.Moving("TRANSPOSE", c => c.SetOutput(c.TensorFlow("Transpose", [c.Input(0), c.Stored(1)]))),
        TFLiteLowering.Moving("REVERSE_V2", c => c.SetOutput(c.TensorFlow("ReverseV2", [c.Input(0), c.Stored(1)]))),
        TFLiteLowering.Moving("REVERSE_SEQUENCE", c => c.SetOutput(c.TensorFlow(
            "ReverseSequence",
            [c.Input(0), c.Stored(1)],
            ("seq_dim", AttributeValue.Of(c.Attributes.GetInteger("seq_dim"))),
            ("batch_dim", AttributeValue.Of(c.Attributes.GetInteger("batch_dim")))))),
    ];

    // Parts of the output's own scale are joined as they are; others are brought to it before.
    private static void Join(TFLiteContext c, Func<OnnxBuilder, Value[], Value> join)
    {
        OnnxBuilder b = c.Onnx;
        TFLiteOperand output = c.Output();
        if (!output.IsQuantized)
        {
            c.SetOutput(c.Activate(join(b, c.Inputs())));
            return;
        }

        Value Part(TFLiteOperand part) => part.Scale == output.Scale && part.ZeroPoint == output.ZeroPoint ? part.Codes : new TFLiteOperand(b, output.Quantization, output.Type).FromReal(part.Real).Codes;
        (double low, double high) = Quantized.Bounds(output, c.Activation);
        Value joined = join(b, [.. Enumerable.Range(0, c.InputCount).Select(i => Part(c.Operand(i)))]);
        c.SetOperand(0, output.FromCodes(c.Activation == "NONE" ? joined : Quantized.Clip(b, joined, low, high)));
    }

    private static void SetAll(TFLiteContext c, IReadOnlyList<Value> parts)
    {
        for (int i = 0; i < parts.Count; i++)
        {
            c.SetOutput(i, parts[i]);
        }
    }

    private static void Unpack(TFLiteContext c) => SetAll(c, c.TensorFlow(
        "Unpack", [c.Input(0)], c.Node.Outputs.Count, ("axis", AttributeValue.Of(c.Attributes.GetInteger("axis"))), ("num", AttributeValue.Of((long)c.Node.Outputs.Count))));

    private static void Split(TFLiteContext c) => SetAll(c, c.TensorFlow("Split", [c.Stored(0), c.Input(1)], c.Node.Outputs.Count, ("num_split", AttributeValue.Of((long)c.Node.Outputs.Count))));

    private static void SplitV(TFLiteContext c) => SetAll(c, c.TensorFlow("SplitV", [c.Input(0), c.Stored(1), c.Stored(2)], c.Node.Outputs.Count, ("num_split", AttributeValue.Of((long)c.Node.Outputs.Count))));
}
