using static Pare.Passes.Conversion.OnnxBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>Convolutions: plain, grouped, depthwise, three-dimensional, with padding fused in front.</summary>
internal static class ConvolutionLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Conv2D", c => c.SetOutput(Convolve(c, c.Input(0), c.Input(1), WindowGeometry.Read(c)))),
        new("Conv3D", c => c.SetOutput(Convolve(c, c.Input(0), c.Input(1), WindowGeometry.Read(c, 3)))),
        new("Conv", c => c.SetOutput(Convolve(c, c.Input(0), c.Input(1), General(c)))),
        new("DepthwiseConv2dNative", c => c.SetOutput(DepthwiseConvolve(c))),
        new("FusedPadConv2D", c => PadAndConvolve(c, c.Input(0), 1, 2)),
        new("FusedResizeAndPadConv2D", c => PadAndConvolve(c, ResizeLowerings.Bilinear(c, c.Input(0), c.Input(1), c.Attributes.GetBoolean("resize_align_corners"), false), 2, 3)),
        new("Dilation2D", Dilation2D),
    ];

    /// <summary>A convolution whose filter runs [spatial…, input channels, output channels].</summary>
    public static Value Convolve(LoweringContext c, Value x, Value filter, WindowGeometry g)
    {
        OnnxBuilder b = c.Onnx;
        DataType type = x.Type;
        Value weight = b.Transpose(b.AsFloat(filter), [g.Spatial + 1, g.Spatial, .. Enumerable.Range(0, g.Spatial)]);
        long group = 1;
        if (KnownExtent(x, g.ChannelAxis) is { } channels && KnownExtent(weight, 1) is { } perGroup && perGroup != channels)
        {
            group = perGroup > 0 && channels % perGroup == 0 ? channels / perGroup
                : throw new LoweringException($"the filter's {perGroup} input channels do not divide the input's {channels}");
        }

        return b.Cast(Emit(b, b.AsFloat(x), weight, g, group), type);
    }

    /// <summary>A depthwise convolution of inputs 0 and 1.</summary>
    public static Value DepthwiseConvolve(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        WindowGeometry g = WindowGeometry.Read(c);
        Value x = c.Input(0);
        Value filter = c.Input(1);
        long channels = KnownExtent(filter, 2) ?? KnownExtent(x, g.ChannelAxis) ?? throw new LoweringException("the number of channels is known neither from the filter nor from the input");

        // [H, W, C, M] to [C·M, 1, H, W]: output channel = d·M + m.
        Value turned = b.Transpose(b.AsFloat(filter), 2, 3, 0, 1);
        Value weight = filter.Shape?.ToStatic() is { } s
            ? b.Reshape(turned, s[2] * s[3], 1, s[0], s[1])
            : b.Reshape(turned, b.Concat(0, b.Int64s(-1, 1), b.ShapeOf(turned, 2)));
        return b.Cast(Emit(b, b.AsFloat(x), weight, g, channels), x.Type);
    }

    private static void PadAndConvolve(LoweringContext c, Value x, int paddings, int filter)
    {
        WindowGeometry g = WindowGeometry.Read(c);
        Value padded = PadLowerings.Mirror(c, x, paddings, c.Attributes.GetString("mode", "REFLECT"));
        c.SetOutput(Convolve(c, padded, c.Input(filter), g));
    }

    private static WindowGeometry General(LoweringContext c)
    {
        int spatial = c.RankOf(c.Input(0)) - 2;
        bool last = c.Attributes.GetString("data_format", "CHANNELS_LAST") != "CHANNELS_FIRST";
        if (c.Attributes.GetInteger("batch_dims", 1) != 1)
        {
            LoweringContext.Unsupported("batch_dims other than 1 is not carried over");
        }

        long[] strides = c.Attributes.GetIntegers("strides") ?? [];
        long[] dilations = c.Attributes.GetIntegers("dilations") ?? [];
        long[] paddings = c.Attributes.GetIntegers("explicit_paddings") ?? [];
        int first = last ? 1 : 2;
        return new WindowGeometry
        {
            ChannelsLast = last,
            Spatial = spatial,
            Strides = strides.Length == spatial ? strides : WindowGeometry.SpatialPart(strides, last, spatial),
            Dilations = dilations.Length == spatial ? dilations : WindowGeometry.SpatialPart(dilations, last, spatial),
            Padding = c.Attributes.GetString("padding", "VALID"),
            Explicit = paddings.Length == (spatial + 2) * 2
                ? [.. Enumerable.Range(first, spatial).Select(i => paddings[i * 2]), .. Enumerable.Range(first, spatial).Select(i => paddings[(i * 2) + 1])]
                : new long[spatial * 2],
        };
    }

    /// <summary>A convolution of a tensor in the geometry's layout.</summary>
    /// <param name="b">Receives the nodes.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="weight">The filter as ONNX wants it: [output channels, input channels per group, spatial…].</param>
    /// <param name="g">How the windows lie.</param>
    /// <param name="group">Number of groups.</param>
    /// <param name="bias">A number an output channel, or null.</param>
    public static Value Emit(OnnxBuilder b, Value x, Value weight, WindowGeometry g, long group, Value? bias = null)
    {
        Value data = g.ToChannelsFirst(b, x);
        long?[] kernel = [.. Enumerable.Range(2, g.Spatial).Select(i => KnownExtent(weight, i))];
        List<(string, AttributeValue)> attributes = [];
        if (Array.TrueForAll(kernel, k => k.HasValue))
        {
            long[] known = Array.ConvertAll(kernel, k => k!.Value);
            attributes.Add(("kernel_shape", Ints(known)));
            if (g.Pads(known, g.Extents(x)) is { } pads)
            {
                attributes.Add(("pads", Ints(pads)));
            }
            else if (g.Dilations.All(d => d == 1))
            {
                attributes.Add(("auto_pad", AttributeValue.Of("SAME_UPPER")));
            }
            else
            {
                data = SamePadding(b, data, known, g);
            }
        }
        else if (g.Padding == "SAME")
        {
            attributes.Add(("auto_pad", AttributeValue.Of("SAME_UPPER")));
        }
        else
        {
            attributes.Add(("pads", Ints(g.Explicit)));
        }

        attributes.Add(("strides", Ints(g.Strides)));
        attributes.Add(("dilations", Ints(g.Dilations)));
        attributes.Add(("group", AttributeValue.Of(group)));
        return g.FromChannelsFirst(b, b.Emit("Conv", bias is null ? [data, weight] : [data, weight, bias], [.. attributes]));
    }

    // SAME padding of extents known only at run time, before a window with both strides and dilations, for which ONNX has no automatic padding.
    private static Value SamePadding(OnnxBuilder b, Value data, long[] kernel, WindowGeometry g)
    {
        Value extents = b.ShapeOf(data, 2);
        Value strides = b.Int64s(g.Strides);
        Value spans = b.Int64s([.. kernel.Select((k, i) => ((k - 1) * g.Dilations[i]) + 1)]);
        Value ones = b.Int64s([.. kernel.Select(_ => 1L)]);
        Value steps = b.Div(b.Sub(extents, ones), strides);
        Value all = b.Emit("Max", [b.Sub(b.Add(b.Mul(steps, strides), spans), extents), b.Int64s([.. kernel.Select(_ => 0L)])]);
        Value before = b.Div(all, b.Int64s([.. kernel.Select(_ => 2L)]));
        Value none = b.Int64s(0, 0);
        return b.Emit("Pad", [data, b.Concat(0, none, before, none, b.Sub(all, before)), b.Scalar(data.Type, 0)]);
    }

    // out[y, x, c] = max over dy, dx of in[y·s + dy·r, x·s + dx·r, c] + filter[dy, dx, c]; padding counts as -infinity.
    private static void Dilation2D(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        DataType type = x.Type;
        x = b.AsFloat(x);
        Value filter = b.AsFloat(c.Input(1));
        WindowGeometry g = WindowGeometry.Read(c) with { Dilations = WindowGeometry.SpatialPart(c.Attributes.GetIntegers("rates"), true, 2) };
        if (filter.Shape?.ToStatic() is not { Rank: 3 } f || x.Shape?.Rank != 4 || g.Extents(x) is not [{ } height, { } width])
        {
            throw new LoweringException("the extents of the picture and the filter must be known");
        }

        long[] pads = g.Pads([f[0], f[1]], [height, width])!;
        Value padded = pads.All(p => p == 0) ? x : b.Emit("Pad", [x, b.Int64s(0, pads[0], pads[1], 0, 0, pads[2], pads[3], 0), b.Scalar(x.Type, -3.4028234663852886e38)]);
        long rows = (height + pads[0] + pads[2] - ((f[0] - 1) * g.Dilations[0]) - 1) / g.Strides[0];
        long columns = (width + pads[1] + pads[3] - ((f[1] - 1) * g.Dilations[1]) - 1) / g.Strides[1];
        List<Value?> taps = [];
        for (long dy = 0; dy < f[0]; dy++)
        {
            for (long dx = 0; dx < f[1]; dx++)
            {
                long y = dy * g.Dilations[0];
                long z = dx * g.Dilations[1];
                Value window = b.Slice(padded, [y, z], [y + (rows * g.Strides[0]) + 1, z + (columns * g.Strides[1]) + 1], [1, 2], g.Strides);
                Value weight = b.Reshape(b.Slice(filter, [dy, dx], [dy + 1, dx + 1], [0, 1]), f[2]);
                taps.Add(b.Add(window, weight));
            }
        }

        c.SetOutput(b.Cast(taps.Count == 1 ? taps[0]! : b.Emit("Max", [.. taps]), type));
    }
}
