namespace Pare.Passes.Conversion;

/// <summary>How a convolution's or pool's windows lie: layout, strides, dilations, padding, read from a TensorFlow node. Spatial vectors are outermost first.</summary>
internal sealed record WindowGeometry
{
    /// <summary>Whether channels come last (NHWC, NDHWC).</summary>
    public required bool ChannelsLast { get; init; }

    /// <summary>Number of spatial axes.</summary>
    public required int Spatial { get; init; }

    /// <summary>Step of the window.</summary>
    public required long[] Strides { get; init; }

    /// <summary>Distance of the window's taps.</summary>
    public required long[] Dilations { get; init; }

    /// <summary><c>SAME</c>, <c>VALID</c> or <c>EXPLICIT</c>.</summary>
    public required string Padding { get; init; }

    /// <summary>Explicit padding: all begins, then all ends.</summary>
    public required long[] Explicit { get; init; }

    /// <summary>Position of the channel axis.</summary>
    public int ChannelAxis => ChannelsLast ? Spatial + 1 : 1;

    /// <summary>Reads the attributes of a node.</summary>
    public static WindowGeometry Read(LoweringContext c, int spatial = 2, long[]? strides = null)
    {
        string format = c.Attributes.GetString("data_format", spatial == 3 ? "NDHWC" : "NHWC");
        if (format is not ("NHWC" or "NCHW" or "NDHWC" or "NCDHW" or "NWC" or "NCW"))
        {
            LoweringContext.Unsupported($"data_format {format} has no counterpart; NHWC and NCHW have");
        }

        bool last = format[^1] == 'C';
        string padding = c.Attributes.GetString("padding", "VALID");
        long[] paddings = c.Attributes.GetIntegers("explicit_paddings") ?? [];
        long[] sides = new long[spatial * 2];
        if (padding == "EXPLICIT")
        {
            if (paddings.Length != (spatial + 2) * 2)
            {
                LoweringContext.Unsupported($"explicit_paddings has {paddings.Length} numbers; {(spatial + 2) * 2} were expected");
            }

            for (int i = 0; i < spatial; i++)
            {
                sides[i] = paddings[(i + (last ? 1 : 2)) * 2];
                sides[i + spatial] = paddings[((i + (last ? 1 : 2)) * 2) + 1];
            }
        }

        return new WindowGeometry
        {
            ChannelsLast = last,
            Spatial = spatial,
            Strides = SpatialPart(strides ?? c.Attributes.GetIntegers("strides"), last, spatial),
            Dilations = SpatialPart(c.Attributes.GetIntegers("dilations"), last, spatial),
            Padding = padding,
            Explicit = sides,
        };
    }

    /// <summary>The spatial numbers of a list with one number an axis; ones where there is no list.</summary>
    public static long[] SpatialPart(long[]? all, bool channelsLast, int spatial) => all is not { Length: > 0 } ? [.. Enumerable.Repeat(1L, spatial)]
        : all.Length == spatial + 2 ? all[(channelsLast ? 1 : 2)..(channelsLast ? spatial + 1 : spatial + 2)]
        : throw new LoweringException($"a list of {all.Length} numbers stands for {spatial + 2} axes");

    /// <summary>Brings a tensor into the layout ONNX works in: channels second.</summary>
    public Value ToChannelsFirst(OnnxBuilder b, Value x) => ChannelsLast ? b.Transpose(x, [0, Spatial + 1, .. Enumerable.Range(1, Spatial)]) : x;

    /// <summary>Brings a result back into the node's layout.</summary>
    public Value FromChannelsFirst(OnnxBuilder b, Value x) => ChannelsLast ? b.Transpose(x, [0, .. Enumerable.Range(2, Spatial), 1]) : x;

    /// <summary>
    /// The padding on each side (begins, then ends) for a given kernel, or null when it depends on extents that are not known. SAME gives
    /// max((ceil(n/s) - 1)·s + (k - 1)·d + 1 - n, 0) in all, the odd one after; with a stride of 1 that is (k - 1)·d whatever n is.
    /// </summary>
    /// <param name="kernel">The window's extents.</param>
    /// <param name="extents">The tensor's spatial extents, null where unknown.</param>
    public long[]? Pads(long[] kernel, long?[] extents)
    {
        if (Padding != "SAME")
        {
            return Explicit;
        }

        long[] pads = new long[Spatial * 2];
        for (int i = 0; i < Spatial; i++)
        {
            long span = ((kernel[i] - 1) * Dilations[i]) + 1;
            long all;
            if (extents[i] is { } n)
            {
                all = Math.Max(((((n + Strides[i] - 1) / Strides[i]) - 1) * Strides[i]) + span - n, 0);
            }
            else if (Strides[i] == 1)
            {
                all = span - 1;
            }
            else
            {
                return null;
            }

            pads[i] = all / 2;
            pads[i + Spatial] = all - (all / 2);
        }

        return pads;
    }

    /// <summary>Spatial extents of a tensor in the node's layout, as far as known.</summary>
    public long?[] Extents(Value x) => [.. Enumerable.Range(0, Spatial).Select(i => OnnxBuilderHelpers.KnownExtent(x, i + (ChannelsLast ? 1 : 2)))];
}
