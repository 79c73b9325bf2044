namespace Pare.Passes.Conversion;

/// <summary>The Fourier transform of real rows, and parts of complex numbers, which stand as pairs along a last axis while they are computed.</summary>
internal static class TFLiteSpectra
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("RFFT2D", Transform),
        TFLiteLowering.Of("REAL", c => c.SetOutput(Part(c, 0))),
        TFLiteLowering.Of("IMAG", c => c.SetOutput(Part(c, 1))),
        TFLiteLowering.Of("COMPLEX_ABS", Magnitude),
    ];

    private static void Transform(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        long[] lengths = c.RequiredIntegers(1, "the lengths of the transform");
        Value x = c.Input(0);
        int rank = TFLiteContext.RankOf(x);
        (long rows, long columns) = (lengths[0], lengths[1]);
        x = Fit(b, Fit(b, x, rank - 2, rows), rank - 1, columns);
        Value y = b.Emit("DFT", [b.Unsqueeze(x, rank), null, b.Scalar(DataType.Int64, rank - 1)], DataType.Float32, new SymbolicShape([.. x.Shape!.Dimensions.SkipLast(1), (columns / 2) + 1, 2]), ("onesided", AttributeValue.Of(1L)));
        if (rows > 1)
        {
            y = b.Emit("DFT", [y, null, b.Scalar(DataType.Int64, rank - 2)], DataType.Float32, y.Shape);
        }

        c.SetOperand(0, c.Output().FromStored(y));
    }

    // Cut or filled with zeros to a length.
    private static Value Fit(OnnxBuilder b, Value x, int axis, long length)
    {
        long extent = x.Shape?[axis].Value ?? throw new LoweringException("the extents of what is transformed must be known");
        if (extent > length)
        {
            return b.Slice(x, [0], [length], [axis]);
        }

        long[] pads = new long[x.Shape.Rank * 2];
        pads[x.Shape.Rank + axis] = length - extent;
        return extent == length ? x : b.Emit("Pad", [x, b.Int64s(pads)]);
    }

    private static Value Part(TFLiteContext c, long part)
    {
        Value x = c.Stored(0);
        return c.Onnx.Squeeze(c.Onnx.Slice(x, [part], [part + 1], [-1]), -1);
    }

    private static void Magnitude(TFLiteContext c)
    {
        Value x = c.Stored(0);
        c.SetOutput(c.Onnx.Emit("Sqrt", [c.Onnx.Reduce("ReduceSum", c.Onnx.Mul(x, x), [-1], false)]));
    }
}
