namespace Pare.Passes.Conversion;

/// <summary>Custom operators whose meaning is public: those of MediaPipe. Their options are C structures: padding, strides, window, activation, each 4 bytes. Source: mediapipe/util/tflite/operations.</summary>
internal static class TFLiteCustoms
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("Convolution2DTransposeBias", TransposeBias),
        TFLiteLowering.Of("MaxPoolingWithArgmax2D", MaxPooling),
        TFLiteLowering.Of("MaxUnpooling2D", MaxUnpooling),
    ];

    /// <summary>The options of operators that keep them in a map.</summary>
    public static FlexMap Map(TFLiteContext c) => FlexMap.Read(c.Attributes.TryGetValue("custom_options", out AttributeValue? options) ? options.AsBytes.Span : []);

    // TfLitePadding: 1 is SAME, 2 is VALID.
    private static (string Padding, int Width, int Height, int[] More) Options(TFLiteContext c)
    {
        byte[] bytes = c.Attributes.TryGetValue("custom_options", out AttributeValue? options) ? options.AsBytes.ToArray() : [];
        int[] numbers = [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToInt32(bytes, i * 4))];
        return numbers is [1 or 2, > 0, > 0, ..] ? (numbers[0] == 1 ? "SAME" : "VALID", numbers[1], numbers[2], numbers[3..]) : throw new LoweringException("the options are not those of MediaPipe's operator");
    }

    // Data [n, h, w, in], filter [out, h, w, in], bias [out].
    private static void TransposeBias(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        (string padding, int strideWidth, int strideHeight, _) = Options(c);
        Value x = c.Input(0);
        Value filter = b.Transpose(c.Input(1), 1, 2, 0, 3);
        if (filter.Shape?.ToStatic() is not { } f || OnnxBuilderHelpers.KnownExtent(x, 1) is not { } height || OnnxBuilderHelpers.KnownExtent(x, 2) is not { } width)
        {
            throw new LoweringException("the extents of the picture and the filter must be known");
        }

        long Extent(long extent, long stride, long window) => padding == "SAME" ? extent * stride : ((extent - 1) * stride) + window;
        Value sizes = b.Int64s(Extent(height, strideHeight, f[0]), Extent(width, strideWidth, f[1]));
        Value y = c.TensorFlow("Conv2DBackpropInput", [sizes, filter, x], ("strides", AttributeValue.Of(1, strideHeight, strideWidth, 1)), ("padding", AttributeValue.Of(padding)));
        c.SetOutput(c.Has(2) ? b.Add(y, c.Input(2)) : y);
    }

    private static void MaxPooling(TFLiteContext c)
    {
        (string padding, int strideWidth, int strideHeight, int[] more) = Options(c);
        if (more is not [> 0 and var width, > 0 and var height, ..])
        {
            throw new LoweringException("the options do not tell the window");
        }

        Value[] found = c.TensorFlow(
            "MaxPoolWithArgmax",
            [c.Input(0)],
            2,
            ("ksize", AttributeValue.Of(1, height, width, 1)),
            ("strides", AttributeValue.Of(1, strideHeight, strideWidth, 1)),
            ("padding", AttributeValue.Of(padding)),
            ("Targmax", AttributeValue.Of(DataType.Int64)));
        c.SetOutput(0, found[0]);
        c.SetOutput(1, c.Onnx.Cast(InWindow(c, found[1], strideHeight, strideWidth, width), DataType.Float32));
    }

    // The operator tells the place within the window, row by row; the window of an output begins at its own place times the stride.
    private static Value InWindow(TFLiteContext c, Value places, long strideHeight, long strideWidth, long windowWidth)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        if (x.Shape?.ToStatic() is not { Rank: 4 } shape || places.Shape?.ToStatic() is not { } pooled)
        {
            throw new LoweringException("the extents of the picture must be known");
        }

        Value cell = b.Div(places, b.Int64s(shape[3]));
        Value row = b.Div(cell, b.Int64s(shape[2]));
        Value column = b.Emit("Mod", [cell, b.Int64s(shape[2])]);
        Value Starts(long count, long stride, params long[] spread) => b.Constant(DenseTensorData.Create([.. Enumerable.Range(0, (int)count).Select(i => i * stride)], new TensorShape(spread)));
        Value top = Starts(pooled[1], strideHeight, 1, pooled[1], 1, 1);
        Value left = Starts(pooled[2], strideWidth, 1, 1, pooled[2], 1);
        return b.Add(b.Mul(b.Sub(row, top), b.Int64s(windowWidth)), b.Sub(column, left));
    }

    // Each number goes back to the place within its window that the indices tell.
    private static void MaxUnpooling(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        (_, int strideWidth, int strideHeight, int[] more) = Options(c);
        Value x = c.Input(0);
        if (more is not [> 0 and var width, ..] || x.Shape?.ToStatic() is not { Rank: 4 } shape || c.Node.Output.Shape?.ToStatic() is not { Rank: 4 } output)
        {
            throw new LoweringException("the window and the extents of the pictures must be known");
        }

        Value places = b.Cast(c.Input(1), DataType.Int64);
        Value Along(int axis, long stride) => b.Constant(DenseTensorData.Create(
            [.. Enumerable.Range(0, (int)shape[axis]).Select(i => i * stride)], new TensorShape([.. Enumerable.Range(0, 4).Select(a => a == axis ? shape[a] : 1)])));
        Value row = b.Add(b.Div(places, b.Int64s(width)), Along(1, strideHeight));
        Value column = b.Add(b.Emit("Mod", [places, b.Int64s(width)]), Along(2, strideWidth));
        Value flat = b.Add(b.Mul(b.Add(b.Mul(b.Add(b.Mul(Along(0, 1), b.Int64s(output[1])), row), b.Int64s(output[2])), column), b.Int64s(output[3])), Along(3, 1));
        Value zeros = b.Constant(OnnxBuilder.Filled(DataType.Float32, new TensorShape(output.Count), 0));
        c.SetOutput(b.Reshape(b.Emit("ScatterElements", [zeros, b.Reshape(flat, -1), b.Reshape(x, -1)], ("axis", AttributeValue.Of(0L))), output.ToArray()));
    }
}
