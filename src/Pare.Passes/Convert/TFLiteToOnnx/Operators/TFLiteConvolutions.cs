namespace Pare.Passes.Conversion;

/// <summary>Convolutions: plain and grouped, depthwise, three-dimensional, transposed.</summary>
internal static class TFLiteConvolutions
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("CONV_2D", Convolve),
        TFLiteLowering.Of("DEPTHWISE_CONV_2D", Depthwise),
        TFLiteLowering.Of("TRANSPOSE_CONV", Transposed),
        TFLiteLowering.Of("CONV_3D", Convolve3D),
        TFLiteLowering.Of("CONV_3D_TRANSPOSE", Transposed3D),
    ];

    /// <summary>How the windows of a node lie.</summary>
    public static WindowGeometry Geometry(TFLiteContext c) => new()
    {
        ChannelsLast = true,
        Spatial = 2,
        Strides = [c.Attributes.GetInteger("stride_h", 1), c.Attributes.GetInteger("stride_w", 1)],
        Dilations = [c.Attributes.GetInteger("dilation_h_factor", 1), c.Attributes.GetInteger("dilation_w_factor", 1)],
        Padding = c.Attributes.GetString("padding", "SAME"),
        Explicit = new long[4],
    };

    private static void Convolve(TFLiteContext c)
    {
        WindowGeometry g = Geometry(c);

        // XNNPACK computes a window of one by one as a matrix product, whose rows are the pixels.
        bool product = g.Strides.All(s => s == 1) && OnnxBuilderHelpers.KnownExtent(c.Stored(1), 1) == 1 && OnnxBuilderHelpers.KnownExtent(c.Stored(1), 2) == 1;
        new LayerKernel(c, (x, w) => ConvolutionLowerings.Emit(c.Onnx, x, w, g, Groups(x, w)))
        {
            WeightOrder = [0, 3, 1, 2],
            OutputAxis = 0,
            RowAxes = product ? [3] : [1, 2, 3],
            IntegerProduct = OnnxBuilderHelpers.KnownExtent(c.Stored(0), 3) == OnnxBuilderHelpers.KnownExtent(c.Stored(1), 3) ? (rows, sums) => sums.Convolve(rows, g) : null,
        }.Run();
    }

    private static long Groups(Value x, Value weight)
    {
        long? channels = OnnxBuilderHelpers.KnownExtent(x, 3);
        long? perGroup = OnnxBuilderHelpers.KnownExtent(weight, 1);
        return channels is null || perGroup is null || perGroup == channels ? 1
            : perGroup > 0 && channels % perGroup == 0 ? channels.Value / perGroup.Value
            : throw new LoweringException($"the filter's {perGroup} input channels do not divide the input's {channels}");
    }

    private static void Depthwise(TFLiteContext c)
    {
        WindowGeometry g = Geometry(c);
        long outputs = OnnxBuilderHelpers.KnownExtent(c.Stored(1), 3) ?? throw new LoweringException("the number of channels is not known from the filter");
        long channels = OnnxBuilderHelpers.KnownExtent(c.Stored(0), 3) ?? (outputs / Math.Max(1, c.Attributes.GetInteger("depth_multiplier", 1)));
        new LayerKernel(c, (x, w) => ConvolutionLowerings.Emit(c.Onnx, x, w, g, channels)) { WeightOrder = [3, 0, 1, 2], OutputAxis = 3, RowAxes = [1, 2, 3] }.Run();
    }

    // Inputs: the output's shape, the filter [out, h, w, in], the data, a bias.
    private static void Transposed(TFLiteContext c)
    {
        Value shape = c.Stored(0);
        new LayerKernel(c, (x, w) => TransposedProduct(c, shape, x, w)) { DataInput = 2, BiasInput = 3, WeightOrder = [1, 2, 0, 3], OutputAxis = 0, RowAxes = [1, 2, 3] }.Run();
    }

    /// <summary>A transposed convolution whose filter runs [h, w, out, in].</summary>
    public static Value TransposedProduct(TFLiteContext c, Value shape, Value x, Value filter) => c.TensorFlow(
        "Conv2DBackpropInput",
        [shape, filter, x],
        ("strides", AttributeValue.Of(1, c.Attributes.GetInteger("stride_h", 1), c.Attributes.GetInteger("stride_w", 1), 1)),
        ("padding", AttributeValue.Of(c.Attributes.GetString("padding", "SAME"))));

    private static (string, AttributeValue)[] Attributes3D(TFLiteContext c) =>
    [
        ("strides", AttributeValue.Of(1, c.Attributes.GetInteger("stride_d", 1), c.Attributes.GetInteger("stride_h", 1), c.Attributes.GetInteger("stride_w", 1), 1)),
        ("dilations", AttributeValue.Of(1, c.Attributes.GetInteger("dilation_d_factor", 1), c.Attributes.GetInteger("dilation_h_factor", 1), c.Attributes.GetInteger("dilation_w_factor", 1), 1)),
        ("padding", AttributeValue.Of(c.Attributes.GetString("padding", "SAME"))),
    ];

    private static void Convolve3D(TFLiteContext c) => Finish(c, c.TensorFlow("Conv3D", [c.Input(0), c.Input(1)], Attributes3D(c)), 2);

    private static void Transposed3D(TFLiteContext c) => Finish(c, c.TensorFlow("Conv3DBackpropInputV2", [c.Stored(0), c.Input(1), c.Input(2)], Attributes3D(c)), 3);

    private static void Finish(TFLiteContext c, Value y, int bias) => c.SetOutput(c.Activate(c.Has(bias) ? c.Onnx.Add(y, c.Input(bias)) : y));
}
