namespace Pare.Passes.Conversion;

/// <summary>Pools over windows.</summary>
internal static class TFLitePools
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("AVERAGE_POOL_2D", Average),
        TFLiteLowering.Of("MAX_POOL_2D", Maximum),
        TFLiteLowering.Of("L2_POOL_2D", c => c.SetOutput(c.Activate(c.Onnx.Emit("Sqrt", [Pool(c, "AveragePool", c.Onnx.Mul(c.Input(0), c.Input(0)))])))),
    ];

    private static long[] Window(TFLiteContext c) => [c.Attributes.GetInteger("filter_height", 1), c.Attributes.GetInteger("filter_width", 1)];

    private static Value Pool(TFLiteContext c, string @operator, Value x)
    {
        WindowGeometry g = TFLiteConvolutions.Geometry(c);
        return g.FromChannelsFirst(c.Onnx, PoolLowerings.Emit(c.Onnx, @operator, x, Window(c), g, 1)[0]);
    }

    private static void Maximum(TFLiteContext c)
    {
        if (!c.IsQuantized)
        {
            c.SetOutput(c.Activate(Pool(c, "MaxPool", c.Onnx.AsFloat(c.Input(0)))));
            return;
        }

        TFLiteOperand y = c.Output();
        (double low, double high) = Quantized.Bounds(y, c.Activation);
        c.SetOperand(0, y.FromCodes(Quantized.Clip(c.Onnx, Pool(c, "MaxPool", c.Operand(0).Codes), low, high)));
    }

    /// <summary>In integers the sum of the stored numbers is divided by how many there are, half away from zero. The sum comes back whole from the average, which is off by far less than half.</summary>
    private static void Average(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        if (!c.IsQuantized)
        {
            c.SetOutput(c.Activate(Pool(c, "AveragePool", b.AsFloat(c.Input(0)))));
            return;
        }

        (TFLiteOperand x, TFLiteOperand y) = (c.Operand(0), c.Output());
        (double low, double high) = Quantized.Bounds(y, c.Activation);
        Value numbers = x.ZeroPoint == 0 ? x.Codes : b.Add(x.Codes, b.Scalar(DataType.Float32, x.ZeroPoint));
        Value average = Pool(c, "AveragePool", numbers);
        Value count = Counts(c, x.Codes);
        Value sum = b.Emit("Round", [b.Mul(average, count)]);
        Value rounded = AwayFromZero(b, b.Div(b.Cast(sum, DataType.Float64), b.Cast(count, DataType.Float64)));
        Value codes = y.ZeroPoint == 0 ? rounded : b.Sub(rounded, b.Scalar(DataType.Float32, y.ZeroPoint));
        c.SetOperand(0, y.FromCodes(Quantized.Clip(b, codes, low, high)));
    }

    /// <summary>The nearest whole number of a binary64, half away from zero, as binary32.</summary>
    public static Value AwayFromZero(OnnxBuilder b, Value x)
    {
        Value whole = b.Emit("Floor", [b.Add(b.Emit("Abs", [x]), b.Scalar(DataType.Float64, 0.5))]);
        return b.Cast(b.Mul(b.Emit("Sign", [x]), whole), DataType.Float32);
    }

    // How many numbers each window holds: fewer at the edges.
    private static Value Counts(TFLiteContext c, Value x)
    {
        OnnxBuilder b = c.Onnx;
        WindowGeometry g = TFLiteConvolutions.Geometry(c);
        long[] window = Window(c);
        if (g.Padding == "VALID" || (g.Pads(window, g.Extents(x)) is { } pads && pads.All(p => p == 0)))
        {
            return b.Scalar(DataType.Float32, window[0] * window[1]);
        }

        if (g.Extents(x) is not [{ } height, { } width])
        {
            throw new LoweringException("the extents of the picture must be known to count what the windows at its edges hold");
        }

        long[] edges = g.Pads(window, [height, width])!;
        float[][] along = [Along(height, window[0], g.Strides[0], edges[0]), Along(width, window[1], g.Strides[1], edges[1])];
        float[] counts = [.. along[0].SelectMany(h => along[1].Select(w => h * w))];
        return b.Constant(DenseTensorData.Create(counts, new TensorShape(1, along[0].Length, along[1].Length, 1)));
    }

    private static float[] Along(long extent, long window, long stride, long before)
        => [.. Enumerable.Range(0, (int)((extent + stride - 1) / stride)).Select(i => (float)(Math.Min((i * stride) - before + window, extent) - Math.Max((i * stride) - before, 0)))];
}
