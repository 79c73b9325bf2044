using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Depthwise convolutions: each channel by itself, into depth_multiplier channels.</summary>
internal static class DepthwiseLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("DepthwiseConv1D", c => DepthwiseConvolution(c, 1)),
        new("DepthwiseConv2D", c => DepthwiseConvolution(c, 2)),
    ];

    private static void DepthwiseConvolution(LayerContext c, int spatial)
    {
        SpatialData data = new(c, spatial);
        long[] strides = c.Integers("strides", spatial);
        long[] dilations = c.Integers("dilation_rate", spatial);
        TensorData kernel = ConvolutionLayers.ForKernel(c.Weight(0), spatial);
        string padding = ConvolutionLayers.Padding(c, data, c.Weight(0).Shape[0], dilations[0]);
        Value y = Depthwise(c.TensorFlow, data.ForKernel(), kernel, data.Spread(strides), data.Spread(dilations), padding, spatial == 1);
        c.SetOutput(data.Restore(Activations.Apply(c, DenseLayers.Bias(c, data.FromKernel(y), 1))));
    }

    /// <summary>A depthwise convolution in NHWC.</summary>
    /// <param name="b">Emits the nodes.</param>
    /// <param name="x">The data [N, H, W, C].</param>
    /// <param name="kernel">The filter [H, W, C, M].</param>
    /// <param name="strides">Strides.</param>
    /// <param name="dilations">Dilations.</param>
    /// <param name="padding"><c>SAME</c> or <c>VALID</c>.</param>
    /// <param name="flat">Whether the height is the extent 1 that stands in for a missing axis, which any stride fits.</param>
    public static Value Depthwise(TensorFlowBuilder b, Value x, TensorData kernel, long[] strides, long[] dilations, string padding, bool flat)
    {
        if (flat)
        {
            strides = [strides[1], strides[1]];
        }

        if (strides[0] != strides[1])
        {
            // TensorFlow's depthwise kernel takes equal strides only; a convolution in groups of one channel takes any.
            TensorData grouped = new TensorView(kernel, kernel.Type, new TensorShape(kernel.Shape[0], kernel.Shape[1], 1, kernel.Shape[2] * kernel.Shape[3]));
            Checked(x, kernel.Shape[2]);
            return ConvolutionLayers.Convolve(b, x, b.Constant(grouped, "depthwise_kernel"), strides, dilations, padding);
        }

        if (dilations.All(d => d == 1))
        {
            return Emit(b, x, b.Constant(kernel, "depthwise_kernel"), strides, padding);
        }

        // TensorFlow's kernel knows no dilation: the data are spread over the batch, as its own library does, or the filter gets zeros between.
        if (strides.Any(s => s != 1) || x.Shape?[1].Value is not { } height || x.Shape?[2].Value is not { } width)
        {
            return Emit(b, x, b.Constant(KernelDilation.Dilate(kernel, dilations), "depthwise_kernel"), strides, padding);
        }

        (long Before, long After) Pad(int axis, long extent)
        {
            long all = padding == "SAME" ? (kernel.Shape[axis] - 1) * dilations[axis] : 0;
            long before = all / 2;
            long whole = extent + all;
            return (before, all - before + ((dilations[axis] - (whole % dilations[axis])) % dilations[axis]));
        }

        (long Before, long After)[] pads = [Pad(0, height), Pad(1, width)];
        long[] extents = [(height + pads[0].Before + pads[0].After) / dilations[0], (width + pads[1].Before + pads[1].After) / dilations[1]];
        (long, long)[] crops = [(0, Overhang(0, height)), (0, Overhang(1, width))];
        long Overhang(int axis, long extent) => pads[axis].Before + pads[axis].After - (padding == "SAME" ? (kernel.Shape[axis] - 1) * dilations[axis] : 0);
        Value block = b.Int32s(dilations);
        Value spread = b.Emit(
            "SpaceToBatchND", [x, block, b.Pairs(pads)], x.Type, Shapes.Of(null, extents[0], extents[1], Shapes.Extent(x.Shape, 3)), T("T", x.Type), T("Tblock_shape", DataType.Int32), T("Tpaddings", DataType.Int32));
        Value y = Emit(b, spread, b.Constant(kernel, "depthwise_kernel"), [1, 1], "VALID");
        SymbolicShape shape = Shapes.Of(
            Shapes.Extent(x.Shape, 0),
            Shapes.Windows(height, kernel.Shape[0], 1, dilations[0], padding == "SAME"),
            Shapes.Windows(width, kernel.Shape[1], 1, dilations[1], padding == "SAME"),
            Shapes.Extent(y.Shape, 3));
        return b.Emit("BatchToSpaceND", [y, block, b.Pairs(crops)], x.Type, shape, T("T", x.Type), T("Tblock_shape", DataType.Int32), T("Tcrops", DataType.Int32));
    }

    private static Value Emit(TensorFlowBuilder b, Value x, Value filter, long[] strides, string padding)
    {
        SymbolicShape f = filter.Shape!;
        Checked(x, f[2].Value!.Value);
        bool same = padding == "SAME";
        SymbolicShape shape = Shapes.Of(
            Shapes.Extent(x.Shape, 0),
            Shapes.Windows(Shapes.Extent(x.Shape, 1), f[0].Value!.Value, strides[0], 1, same),
            Shapes.Windows(Shapes.Extent(x.Shape, 2), f[1].Value!.Value, strides[1], 1, same),
            f[2].Value * f[3].Value);
        return b.Emit("DepthwiseConv2dNative", [x, filter], x.Type, shape, SpatialData.Window(x.Type, padding, strides, [1, 1], three: false));
    }

    private static void Checked(Value x, long taken)
    {
        if (Shapes.Extent(x.Shape, 3) is { } channels && channels != taken)
        {
            throw new LoweringException($"the kernel takes {taken} channels, the input has {channels}");
        }
    }
}
