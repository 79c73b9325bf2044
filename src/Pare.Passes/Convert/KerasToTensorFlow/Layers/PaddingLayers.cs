namespace Pare.Passes.Conversion;

/// <summary>Layers that put zeros around the data, or cut them.</summary>
internal static class PaddingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        .. Enumerable.Range(1, 3).SelectMany(n => new KeyValuePair<string, LayerLowering>[]
        {
            new($"ZeroPadding{n}D", c => ZeroPadding(c, n)),
            new($"Cropping{n}D", c => Cropping(c, n)),
        }),
        new("CenterCrop", CenterCrop),
    ];

    private static void ZeroPadding(LayerContext c, int spatial)
    {
        (long Before, long After)[] pads = new (long, long)[Checked(c, spatial)];
        (long, long)[] own = Amounts(c, "padding", spatial);
        own.CopyTo(pads, c.ChannelsLast ? 1 : 2);
        c.SetOutput(c.TensorFlow.Pad(c.Raw(0), pads));
    }

    private static void Cropping(LayerContext c, int spatial)
    {
        int rank = Checked(c, spatial);
        (long Before, long After)[] own = Amounts(c, "cropping", spatial);
        long[] begin = new long[rank];
        long?[] end = new long?[rank];
        for (int i = 0; i < spatial; i++)
        {
            int axis = i + (c.ChannelsLast ? 1 : 2);
            begin[axis] = own[i].Before;
            end[axis] = own[i].After == 0 ? null : -own[i].After;
        }

        c.SetOutput(c.TensorFlow.Slice(c.Raw(0), begin, end));
    }

    private static void CenterCrop(LayerContext c)
    {
        int rank = c.Rank();
        int first = c.ChannelsLast ? rank - 3 : rank - 2;
        long[] size = [c.Integer("height", 0), c.Integer("width", 0)];
        if (Enumerable.Range(0, 2).Any(i => Shapes.Extent(c.Raw(0).Shape, first + i) < size[i]))
        {
            Enlarge(c, size[0], size[1]);
            return;
        }

        long[] begin = new long[rank];
        long?[] end = new long?[rank];
        for (int i = 0; i < 2; i++)
        {
            long extent = Shapes.Extent(c.Raw(0).Shape, first + i) ?? throw new LoweringException("the picture's extents must be known");
            begin[first + i] = (extent - size[i]) / 2;
            end[first + i] = begin[first + i] + size[i];
        }

        c.SetOutput(c.TensorFlow.Slice(c.Raw(0), begin, end));
    }

    // Too small a picture is cut to the wanted proportion and resized.
    private static void Enlarge(LayerContext c, long height, long width)
    {
        TensorFlowBuilder b = c.TensorFlow;
        bool single = c.Rank() == 3;
        Value x = single ? b.ExpandDims(c.Input(), 0) : c.Input();
        x = SamplingLayers.CropToAspect(b, c.ChannelsLast ? x : b.Transpose(x, 0, 2, 3, 1), height, width);
        Value y = SamplingLayers.Resize(b, x, b.Int32s(height, width), [height, width], "bilinear", antialias: false);
        y = c.ChannelsLast ? y : b.Transpose(y, 0, 3, 1, 2);
        c.SetOutput(single ? b.Squeeze(y, 0) : y);
    }

    private static int Checked(LayerContext c, int spatial) => c.Rank() == spatial + 2 ? spatial + 2 : throw new LoweringException($"the input has {c.Rank()} axes; {spatial + 2} were expected");

    // One number, one an axis, or a pair an axis; of a single axis a pair stands alone.
    private static (long Before, long After)[] Amounts(LayerContext c, string name, int spatial)
    {
        long[] values = c.Config.TryGetValue(name, out AttributeValue? v) && v.Kind == AttributeKind.Raw ? [.. (c.Numbers(name) ?? []).Select(f => (long)f)] : c.List(name) ?? [1];
        (long, long)[] amounts = values.Length switch
        {
            1 => [.. Enumerable.Repeat((values[0], values[0]), spatial)],
            2 when spatial == 1 => [(values[0], values[1])],
            _ when values.Length == spatial => [.. values.Select(a => (a, a))],
            _ when values.Length == 2 * spatial => [.. Enumerable.Range(0, spatial).Select(i => (values[2 * i], values[(2 * i) + 1]))],
            _ => throw new LoweringException($"'{name}' has {values.Length} numbers for {spatial} axes"),
        };
        return Array.TrueForAll(amounts, a => a is ( >= 0, >= 0)) ? amounts : throw new LoweringException($"'{name}' holds negative numbers");
    }
}
