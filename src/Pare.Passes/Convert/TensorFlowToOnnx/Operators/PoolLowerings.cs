using static Pare.Passes.Conversion.OnnxBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>Average and maximum pools.</summary>
internal static class PoolLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("AvgPool", c => Pool(c, "AveragePool", 2, Sizes(c), null)),
        new("AvgPool3D", c => Pool(c, "AveragePool", 3, Sizes(c), null)),
        new("MaxPool", c => Pool(c, "MaxPool", 2, Sizes(c), null)),
        new("MaxPoolV2", c => Pool(c, "MaxPool", 2, c.RequiredIntegers(1, "ksize"), c.RequiredIntegers(2, "strides"))),
        new("MaxPool3D", c => Pool(c, "MaxPool", 3, Sizes(c), null)),
        new("MaxPoolWithArgmax", WithPositions),
    ];

    private static long[] Sizes(LoweringContext c) => c.Attributes.GetIntegers("ksize") ?? throw new LoweringException("the attribute ksize is missing");

    private static void Pool(LoweringContext c, string @operator, int spatial, long[] sizes, long[]? strides)
    {
        OnnxBuilder b = c.Onnx;
        WindowGeometry g = WindowGeometry.Read(c, spatial, strides) with { Dilations = [.. Enumerable.Repeat(1L, spatial)] };
        Value x = c.Input(0);
        if (sizes[g.ChannelAxis] != 1 || sizes[0] != 1)
        {
            c.SetOutput(OverChannels(c, x, sizes, g));
            return;
        }

        DataType type = x.Type;
        Value data = type == DataType.Float64 && @operator == "MaxPool" ? x : @operator == "MaxPool" && type is DataType.Int8 or DataType.UInt8 ? x : b.AsFloat(x);
        IReadOnlyList<Value> pooled = Emit(b, @operator, data, WindowGeometry.SpatialPart(sizes, g.ChannelsLast, spatial), g, 1);
        c.SetOutput(b.Cast(g.FromChannelsFirst(b, pooled[0]), type));
    }

    /// <summary>A pool over a tensor in the node's layout; the results have channels second.</summary>
    public static IReadOnlyList<Value> Emit(OnnxBuilder b, string @operator, Value x, long[] kernel, WindowGeometry g, int outputs)
    {
        Value data = g.ToChannelsFirst(b, x);
        (string, AttributeValue) padding = ("auto_pad", AttributeValue.Of("SAME_UPPER"));
        if (g.Pads(kernel, g.Extents(x)) is { } pads)
        {
            // ONNX Runtime wants less padding than the window is wide; more can only be explicit, and is then done apart.
            if (pads.Where((p, i) => p >= kernel[i % g.Spatial]).Any())
            {
                Value lowest = b.Scalar(data.Type, data.Type is DataType.Int8 ? -128 : data.Type is DataType.UInt8 ? 0 : double.NegativeInfinity);
                data = b.Emit("Pad", [data, b.Int64s([0, 0, .. pads[..g.Spatial], 0, 0, .. pads[g.Spatial..]]), lowest]);
                pads = new long[g.Spatial * 2];
            }

            padding = ("pads", Ints(pads));
        }

        return b.Emit(@operator, [data], outputs, ("kernel_shape", Ints(kernel)), ("strides", Ints(g.Strides)), padding);
    }

    // Windows over channels do not overlap and lie within one position.
    private static Value OverChannels(LoweringContext c, Value x, long[] sizes, WindowGeometry g)
    {
        long size = sizes[g.ChannelAxis];
        if (!g.ChannelsLast || sizes[0] != 1 || WindowGeometry.SpatialPart(sizes, true, g.Spatial).Any(s => s != 1) || c.Attributes.GetIntegers("strides")?[g.ChannelAxis] != size)
        {
            LoweringContext.Unsupported("a pool over channels must be alone and must not overlap");
        }

        OnnxBuilder b = c.Onnx;
        Value shape = b.ShapeOf(x, 0, -1);
        Value split = b.Reshape(x, b.Concat(0, shape, b.Int64s(-1, size)));
        return b.Reduce(c.Node.Operator.StartsWith("Max", StringComparison.Ordinal) ? "ReduceMax" : "ReduceMean", split, [g.Spatial + 2], false);
    }

    // ONNX counts positions through [N, C, H, W]; TensorFlow through [H, W, C], of the whole batch where include_batch_in_index says so.
    private static void WithPositions(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        WindowGeometry g = WindowGeometry.Read(c) with { Dilations = [1, 1] };
        Value x = c.Input(0);
        long[] kernel = WindowGeometry.SpatialPart(Sizes(c), g.ChannelsLast, 2);
        IReadOnlyList<Value> pooled = Emit(b, "MaxPool", b.AsFloat(x), kernel, g, 2);
        c.SetOutput(0, b.Cast(g.FromChannelsFirst(b, pooled[0]), x.Type));
        Value positions = g.FromChannelsFirst(b, pooled[1]);
        Value height = b.Extent(x, 1);
        Value width = b.Extent(x, 2);
        Value channels = b.Extent(x, 3);
        Value Modulo(Value v, Value m) => b.Emit("Mod", [v, m]);
        Value column = Modulo(positions, width);
        Value row = Modulo(b.Div(positions, width), height);
        Value plane = b.Div(positions, b.Mul(height, width));
        Value channel = Modulo(plane, channels);
        if (c.Attributes.GetBoolean("include_batch_in_index"))
        {
            row = b.Add(b.Mul(b.Div(plane, channels), height), row);
        }

        Value index = b.Add(b.Mul(b.Add(b.Mul(row, width), column), channels), channel);
        c.SetOutput(1, b.Cast(index, c.TypeAttribute("Targmax", DataType.Int64)));
    }
}
