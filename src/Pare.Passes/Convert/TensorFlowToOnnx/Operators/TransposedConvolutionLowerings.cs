using static Pare.Passes.Conversion.OnnxBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>Transposed convolutions: TensorFlow says the result's size and leaves the padding to follow from it.</summary>
internal static class TransposedConvolutionLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Conv2DBackpropInput", c => Transposed(c, WindowGeometry.Read(c))),
        new("Conv3DBackpropInputV2", c => Transposed(c, WindowGeometry.Read(c, 3))),
        new("DepthwiseConv2dNativeBackpropInput", Depthwise),
    ];

    // The filter runs [spatial…, result's channels, given channels].
    private static void Transposed(LoweringContext c, WindowGeometry g)
    {
        OnnxBuilder b = c.Onnx;
        Value filter = b.AsFloat(c.Input(1));
        Value weight = b.Transpose(filter, [g.Spatial + 1, g.Spatial, .. Enumerable.Range(0, g.Spatial)]);
        Emit(c, g, weight, 1);
    }

    // The filter runs [H, W, C, M]; the given channels are C·M, each of which goes back to its c.
    private static void Depthwise(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value filter = b.AsFloat(c.Input(1));
        if (filter.Shape?.ToStatic() is not { Rank: 4 } s)
        {
            throw new LoweringException("the filter's shape must be known");
        }

        Emit(c, WindowGeometry.Read(c), b.Reshape(b.Transpose(filter, 2, 3, 0, 1), s[2] * s[3], 1, s[0], s[1]), s[2]);
    }

    private static void Emit(LoweringContext c, WindowGeometry g, Value weight, long group)
    {
        OnnxBuilder b = c.Onnx;
        Value given = c.Input(2);
        Value data = g.ToChannelsFirst(b, b.AsFloat(given));
        long[] kernel = [.. Enumerable.Range(2, g.Spatial).Select(i => KnownExtent(weight, i) ?? throw new LoweringException("the filter's extents must be known"))];
        long?[] sizes = Sizes(c, g);
        (string, AttributeValue)[] attributes =
        [
            ("kernel_shape", Ints(kernel)), ("strides", Ints(g.Strides)), ("dilations", Ints(g.Dilations)), ("group", AttributeValue.Of(group)),
        ];
        Value result = Array.TrueForAll(sizes, s => s.HasValue)
            ? Static(b, g, data, weight, kernel, sizes, group, attributes)
            : Dynamic(c, g, data, weight, kernel, attributes);
        c.SetOutput(b.Cast(g.FromChannelsFirst(b, result), given.Type));
    }

    private static long?[] Sizes(LoweringContext c, WindowGeometry g)
    {
        long?[]? all = c.Onnx.Elements(c.Input(0));
        return all is null ? new long?[g.Spatial]
            : all.Length == g.Spatial ? all
            : all.Length == g.Spatial + 2 ? all[(g.ChannelsLast ? 1 : 2)..(g.ChannelsLast ? g.Spatial + 1 : g.Spatial + 2)]
            : throw new LoweringException($"input_sizes has {all.Length} numbers; {g.Spatial + 2} were expected");
    }

    private static Value Static(OnnxBuilder b, WindowGeometry g, Value data, Value weight, long[] kernel, long?[] sizes, long group, (string, AttributeValue)[] attributes)
    {
        long[] pads = g.Pads(kernel, sizes)!;
        long[] more = new long[g.Spatial];
        for (int i = 0; i < g.Spatial; i++)
        {
            long span = ((kernel[i] - 1) * g.Dilations[i]) + 1;
            long inner = sizes[i]!.Value + pads[i] + pads[i + g.Spatial];
            long steps = (inner - span) / g.Strides[i];
            more[i] = inner - span - (steps * g.Strides[i]);
        }

        Value result = b.Emit("ConvTranspose", [data, weight], [.. attributes, ("pads", Ints(pads)), ("output_padding", Ints(more))]);
        Dimension channels = new(weight.Shape?[1].Value * group);
        result.Shape = OnnxInference.Shape([data.Shape?[0] ?? default, channels, .. sizes.Select(s => new Dimension(s))]);
        return result;
    }

    // Everything the windows reach, then the part asked for; rows that no window reaches are zero.
    private static Value Dynamic(LoweringContext c, WindowGeometry g, Value data, Value weight, long[] kernel, (string, AttributeValue)[] attributes)
    {
        OnnxBuilder b = c.Onnx;
        Value sizes = b.Cast(c.Input(0), DataType.Int64);
        if (sizes.Shape?[0].Value != g.Spatial)
        {
            sizes = g.ChannelsLast ? b.Slice(sizes, [1], [g.Spatial + 1], [0]) : b.Slice(sizes, [2], [g.Spatial + 2], [0]);
        }

        Value full = b.Emit("ConvTranspose", [data, weight], attributes);
        Value before;
        if (g.Padding == "SAME")
        {
            Value ones = b.Int64s([.. kernel.Select(_ => 1L)]);
            Value strides = b.Int64s(g.Strides);
            Value spans = b.Int64s([.. kernel.Select((k, i) => ((k - 1) * g.Dilations[i]) + 1)]);
            Value steps = b.Div(b.Sub(sizes, ones), strides);
            Value all = b.Emit("Max", [b.Sub(b.Add(b.Mul(steps, strides), spans), sizes), b.Int64s([.. kernel.Select(_ => 0L)])]);
            before = b.Div(all, b.Int64s([.. kernel.Select(_ => 2L)]));
        }
        else
        {
            before = b.Int64s(g.Explicit.AsSpan(0, g.Spatial));
        }

        Value end = b.Add(before, sizes);
        Value missing = b.Emit("Max", [b.Sub(end, b.ShapeOf(full, 2)), b.Int64s([.. kernel.Select(_ => 0L)])]);
        Value zeros = b.Int64s([.. Enumerable.Repeat(0L, g.Spatial + 4)]);
        Value padded = b.Emit("Pad", [full, b.Concat(0, zeros, missing), b.Scalar(full.Type, 0)]);
        return b.Emit("Slice", [padded, before, end, b.Int64s([.. Enumerable.Range(2, g.Spatial)])]);
    }
}
