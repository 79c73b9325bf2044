namespace Pare.Passes.Conversion;

/// <summary>Padding by constants and mirrors.</summary>
internal static class PadLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Pad", c => c.SetOutput(c.Onnx.OnData("Pad", c.Input(0), [Amounts(c, 1)]))),
        new("PadV2", PadV2),
        new("MirrorPad", c => c.SetOutput(Mirror(c, c.Input(0), 1, c.Attributes.GetString("mode", "REFLECT")))),
    ];

    // [axes, 2] becomes all amounts before, then all amounts after.
    private static Value Amounts(LoweringContext c, int input)
    {
        OnnxBuilder b = c.Onnx;
        if (c.Integers(input) is { } known)
        {
            return b.Int64s([.. known.Where((_, i) => i % 2 == 0), .. known.Where((_, i) => i % 2 == 1)]);
        }

        return b.Reshape(b.Transpose(b.Cast(c.Input(input), DataType.Int64), 1, 0), -1);
    }

    private static void PadV2(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value filling = b.Cast(b.Reshape(c.Input(2), []), Kernels.ComputeType("Pad", x.Type));
        c.SetOutput(b.OnData("Pad", x, [Amounts(c, 1), filling]));
    }

    /// <summary>Pads by mirroring at the border: REFLECT leaves the border itself out, SYMMETRIC repeats it.</summary>
    /// <param name="c">The node.</param>
    /// <param name="x">What is padded.</param>
    /// <param name="amounts">Which input of the node holds the amounts, [axes, 2].</param>
    /// <param name="mode"><c>REFLECT</c> or <c>SYMMETRIC</c>.</param>
    public static Value Mirror(LoweringContext c, Value x, int amounts, string mode)
    {
        OnnxBuilder b = c.Onnx;
        if (mode == "REFLECT")
        {
            return b.OnData("Pad", x, [Amounts(c, amounts)], ("mode", AttributeValue.Of("reflect")));
        }

        // ONNX has no padding that repeats the border; the turned border strips are joined to the tensor, an axis at a time.
        long[] known = c.RequiredIntegers(amounts, "the amounts of a symmetric padding");
        for (int axis = 0; axis < known.Length / 2; axis++)
        {
            long before = known[axis * 2];
            long after = known[(axis * 2) + 1];
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

        return x;
    }
}
