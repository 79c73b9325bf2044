using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Pooling over windows and over everything.</summary>
internal static class PoolingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        .. Enumerable.Range(1, 3).SelectMany(n => new KeyValuePair<string, LayerLowering>[]
        {
            new($"MaxPooling{n}D", c => Windowed(c, n, "MaxPool")),
            new($"AveragePooling{n}D", c => Windowed(c, n, "AvgPool")),
            new($"GlobalMaxPooling{n}D", c => Global(c, n, "Max")),
            new($"GlobalAveragePooling{n}D", c => Global(c, n, "Mean")),
        }),
    ];

    private static void Windowed(LayerContext c, int spatial, string op)
    {
        SpatialData data = new(c, spatial);
        long[] size = data.Spread(c.Integers("pool_size", spatial, 2));
        long[] strides = data.Spread(c.Config.ContainsKey("strides") ? c.Integers("strides", spatial) : c.Integers("pool_size", spatial, 2));
        bool same = c.Text("padding", "valid").Equals("same", StringComparison.OrdinalIgnoreCase);
        Value x = data.ForKernel();
        bool three = size.Length == 3;
        long?[] extents = new long?[size.Length + 2];
        extents[0] = Shapes.Extent(x.Shape, 0);
        extents[^1] = Shapes.Extent(x.Shape, -1);
        for (int i = 0; i < size.Length; i++)
        {
            extents[i + 1] = Shapes.Windows(Shapes.Extent(x.Shape, i + 1), size[i], strides[i], 1, same);
        }

        Value y = c.TensorFlow.Emit(
            three ? op + "3D" : op, [x], x.Type, Shapes.Of(extents), [.. SpatialData.Window(x.Type, same ? "SAME" : "VALID", strides, null, three), Ints("ksize", [1, .. size, 1])]);
        c.SetOutput(data.Restore(data.FromKernel(y)));
    }

    private static void Global(LayerContext c, int spatial, string op)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        if (c.Rank() != spatial + 2)
        {
            throw new LoweringException($"the input has {c.Rank()} axes; {spatial + 2} were expected");
        }

        long[] axes = [.. Enumerable.Range(c.ChannelsLast ? 1 : 2, spatial).Select(i => (long)i)];
        bool keep = c.Flag("keepdims", false);
        if (spatial == 1 && op == "Mean" && c.Mask() is { } mask)
        {
            // Only the steps that count.
            Value weight = b.ExpandDims(b.Cast(mask, DataType.Float32), c.ChannelsLast ? 2 : 1);
            c.SetOutput(b.Div(b.Reduce("Sum", b.Mul(x, weight), axes, keep), b.Reduce("Sum", weight, axes, keep)));
            return;
        }

        c.SetOutput(b.Reduce(op, x, axes, keep));
    }
}
