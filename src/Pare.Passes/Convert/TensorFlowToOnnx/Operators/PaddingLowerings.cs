namespace Pare.Passes.Conversion;

/// <summary>Padding by mirrored content.</summary>
internal static class PaddingLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("MirrorPad", c => c.SetOutput(Mirror(c, c.Input(0), c.RequiredIntegers(1, "paddings"), c.Attributes.GetString("mode", "REFLECT")))),
    ];

    /// <summary>Pads by mirroring at the edge: REFLECT leaves the edge itself out, SYMMETRIC repeats it.</summary>
    /// <param name="c">The node.</param>
    /// <param name="x">What is padded.</param>
    /// <param name="paddings">Before and after, for each axis in turn.</param>
    /// <param name="mode"><c>REFLECT</c> or <c>SYMMETRIC</c>.</param>
    public static Value Mirror(LoweringContext c, Value x, long[] paddings, string mode)
    {
        OnnxBuilder b = c.Onnx;
        int rank = paddings.Length / 2;
        if (Array.TrueForAll(paddings, p => p == 0))
        {
            return x;
        }

        if (mode == "REFLECT" && x.Type == DataType.Float32)
        {
            long[] pads = [.. Enumerable.Range(0, rank).Select(i => paddings[i * 2]), .. Enumerable.Range(0, rank).Select(i => paddings[(i * 2) + 1])];
            return b.Emit("Pad", [x, b.Int64s(pads)], ("mode", AttributeValue.Of("reflect")));
        }

        // Reversed slices joined on: ONNX knows no symmetric mode.
        long skip = mode == "REFLECT" ? 1 : 0;
        for (int axis = 0; axis < rank; axis++)
        {
            (long before, long after) = (paddings[axis * 2], paddings[(axis * 2) + 1]);
            List<Value> parts = [];
            if (before > 0)
            {
                long end = skip == 0 ? long.MinValue : 0;
                parts.Add(b.Slice(x, [before - 1 + skip], [end], [axis], [-1]));
            }

            parts.Add(x);
            if (after > 0)
            {
                parts.Add(b.Slice(x, [-1 - skip], [-1 - skip - after], [axis], [-1]));
            }

            x = b.Concat(axis, [.. parts]);
        }

        return x;
    }
}
