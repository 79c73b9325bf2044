namespace Pare.Passes.Conversion;

/// <summary>Convolutions of one to three axes, grouped and dilated, causal, and separable ones.</summary>
internal static class ConvolutionLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Conv1D", c => Convolution(c, 1)),
        new("Conv2D", c => Convolution(c, 2)),
        new("Conv3D", c => Convolution(c, 3)),
        new("SeparableConv1D", c => Separable(c, 1)),
        new("SeparableConv2D", c => Separable(c, 2)),
    ];

    private static void Convolution(LayerContext c, int spatial)
    {
        SpatialData data = new(c, spatial);
        long[] strides = c.Integers("strides", spatial);
        long[] dilations = c.Integers("dilation_rate", spatial);
        TensorData kernel = c.Weight(0);
        string padding = Padding(c, data, kernel.Shape[0], dilations[0]);
        Value filter = c.TensorFlow.Constant(ForKernel(kernel, spatial), "kernel");
        Value y = Convolve(c.TensorFlow, data.ForKernel(), filter, data.Spread(strides), data.Spread(dilations), padding);
        y = DenseLayers.Bias(c, data.FromKernel(y), 1);
        c.SetOutput(data.Restore(Activations.Apply(c, y)));
    }

    /// <summary>TensorFlow's padding for a layer's; causal padding is carried out on the data.</summary>
    public static string Padding(LayerContext c, SpatialData data, long kernel, long dilation)
    {
        switch (c.Text("padding", "valid").ToUpperInvariant())
        {
            case "VALID":
                return "VALID";
            case "SAME":
                return "SAME";
            case "CAUSAL":
                data.PadCausally((kernel - 1) * dilation);
                return "VALID";
            case var other:
                throw new LoweringException($"the padding '{other}' is none of valid, same, causal");
        }
    }

    /// <summary>A kernel as TensorFlow takes it: one spatial axis gets a second of extent 1 in front.</summary>
    public static TensorData ForKernel(TensorData kernel, int spatial)
    {
        if (kernel.Shape.Rank != spatial + 2)
        {
            throw new LoweringException($"the kernel {kernel.Shape} has {kernel.Shape.Rank} axes; {spatial + 2} were expected");
        }

        return spatial == 1 ? new TensorView(kernel, kernel.Type, new TensorShape([1, .. kernel.Shape.Dimensions])) : kernel;
    }

    /// <summary>A convolution in channels-last layout; fewer input channels in the filter than in the data mean groups.</summary>
    public static Value Convolve(TensorFlowBuilder b, Value x, Value filter, long[] strides, long[] dilations, string padding)
    {
        int spatial = strides.Length;
        SymbolicShape shape = filter.Shape!;
        long?[] extents = new long?[spatial + 2];
        extents[0] = Shapes.Extent(x.Shape, 0);
        for (int i = 0; i < spatial; i++)
        {
            extents[i + 1] = Shapes.Windows(Shapes.Extent(x.Shape, i + 1), shape[i].Value!.Value, strides[i], dilations[i], padding == "SAME");
        }

        extents[^1] = shape[-1].Value;
        if (Shapes.Extent(x.Shape, -1) is { } channels && shape[-2].Value is > 0 and var taken && channels % taken != 0)
        {
            throw new LoweringException($"the kernel takes {taken} channels, the input has {channels}");
        }

        return b.Emit(spatial == 3 ? "Conv3D" : "Conv2D", [x, filter], x.Type, Shapes.Of(extents), SpatialData.Window(x.Type, padding, strides, dilations, spatial == 3));
    }

    // Depthwise, then pointwise; no activation between.
    private static void Separable(LayerContext c, int spatial)
    {
        SpatialData data = new(c, spatial);
        long[] strides = c.Integers("strides", spatial);
        long[] dilations = c.Integers("dilation_rate", spatial);
        TensorData depthwise = c.Weight(0);
        string padding = Padding(c, data, depthwise.Shape[0], dilations[0]);
        Value y = DepthwiseLayers.Depthwise(c.TensorFlow, data.ForKernel(), ForKernel(depthwise, spatial), data.Spread(strides), data.Spread(dilations), padding, spatial == 1);
        Value pointwise = c.TensorFlow.Constant(ForKernel(c.Weight(1), spatial), "pointwise_kernel");
        y = data.FromKernel(Convolve(c.TensorFlow, y, pointwise, [1, 1], [1, 1], "VALID"));
        c.SetOutput(data.Restore(Activations.Apply(c, DenseLayers.Bias(c, y, 2))));
    }
}
