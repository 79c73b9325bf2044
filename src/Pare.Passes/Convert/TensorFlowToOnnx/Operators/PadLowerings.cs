namespace Pare.Passes.Conversion;

/// <summary>Padding by constants and mirrors.</summary>
internal static class PadLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Pad", c => c.SetOutput(c.Onnx.OnData("Pad", c.Input(0), [Amounts(c)]))),
        new("PadV2", PadV2),
        new("MirrorPad", MirrorPad),
    ];

    // [axes, 2] becomes all amounts before, then all amounts after.
    private static Value Amounts(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        if (c.Integers(1) is { } known)
        {
            return b.Int64s([.. known.Where((_, i) => i % 2 == 0), .. known.Where((_, i) => i % 2 == 1)]);
        }

        return b.Reshape(b.Transpose(b.Cast(c.Input(1), DataType.Int64), 1, 0), -1);
    }

    private static void PadV2(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value filling = b.Cast(b.Reshape(c.Input(2), []), Kernels.ComputeType("Pad", x.Type));
        c.SetOutput(b.OnData("Pad", x, [Amounts(c), filling]));
    }

    private static void MirrorPad(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        if (c.Attributes.GetString("mode", "REFLECT") == "REFLECT")
        {
            c.SetOutput(b.OnData("Pad", x, [Amounts(c)], ("mode", AttributeValue.Of("reflect"))));
            return;
        }

        // ONNX has no padding that repeats the border; the turned border strips are joined to the tensor, an axis at a time.
        long[] amounts = c.RequiredIntegers(1, "the amounts of a symmetric padding");
        for (int axis = 0; axis < amounts.Length / 2; axis++)
        {
            long before = amounts[axis * 2];
            long after = amounts[(axis * 2) + 1];
            List<Value> parts = [x];
            if (before > 0)
            {
                parts.Insert(0, b.Slice(x, [before - 1], [long.MinValue], [axis], [-1]));
            }

            if (after > 0)
            {
                parts.Add(b.Slice(x, [-1], [-after - 1], [axis], [-1]));
            }

            x = b.Concat(axis, [.. parts]);
        }

        c.SetOutput(x);
    }
}
