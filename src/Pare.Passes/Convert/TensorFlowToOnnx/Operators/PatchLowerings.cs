namespace Pare.Passes.Conversion;

/// <summary>Windows of pictures laid out along the channels: <c>ExtractImagePatches</c> and its form for volumes.</summary>
internal static class PatchLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("ExtractImagePatches", c => Extract(c, 2)),
        new("ExtractVolumePatches", c => Extract(c, 3)),
    ];

    // A strided part of the padded picture for every tap of the window, joined along the channels: depth runs fastest, then the last spatial axis.
    private static void Extract(LoweringContext c, int spatial)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long[] sizes = WindowGeometry.SpatialPart(c.Attributes.GetIntegers("ksizes"), true, spatial);
        WindowGeometry g = WindowGeometry.Read(c, spatial) with { Dilations = WindowGeometry.SpatialPart(c.Attributes.GetIntegers("rates"), true, spatial), ChannelsLast = true };
        long[] spans = [.. sizes.Select((k, i) => ((k - 1) * g.Dilations[i]) + 1)];
        Value[] counts = new Value[spatial];
        List<Value> before = [b.Int64s(0)], after = [b.Int64s(0)];
        for (int i = 0; i < spatial; i++)
        {
            Value extent = b.Extent(x, i + 1);
            Value stride = b.Int64s(g.Strides[i]);
            Value one = b.Int64s(1);
            if (g.Padding == "SAME")
            {
                counts[i] = b.Div(b.Sub(b.Add(extent, stride), one), stride);
                Value all = b.Emit("Max", [b.Sub(b.Add(b.Mul(b.Sub(counts[i], one), stride), b.Int64s(spans[i])), extent), b.Int64s(0)]);
                before.Add(b.Div(all, b.Int64s(2)));
                after.Add(b.Sub(all, before[^1]));
            }
            else
            {
                counts[i] = b.Add(b.Div(b.Sub(extent, b.Int64s(spans[i])), stride), one);
            }
        }

        if (g.Padding == "SAME")
        {
            x = b.OnData("Pad", x, [b.Concat(0, [.. before, b.Int64s(0), .. after, b.Int64s(0)])]);
        }

        List<Value> taps = [];
        long[] axes = [.. Enumerable.Range(1, spatial).Select(i => (long)i)];
        long total = sizes.Aggregate(1L, (p, k) => p * k);
        if (total > 4096)
        {
            LoweringContext.Unsupported($"windows of {total} positions are too large to be laid out");
        }

        for (long tap = 0; tap < total; tap++)
        {
            long rest = tap;
            long[] start = new long[spatial];
            for (int i = spatial - 1; i >= 0; i--)
            {
                start[i] = rest % sizes[i] * g.Dilations[i];
                rest /= sizes[i];
            }

            Value[] ends = [.. counts.Select((n, i) => b.Add(b.Mul(b.Sub(n, b.Int64s(1)), b.Int64s(g.Strides[i])), b.Int64s(start[i] + 1)))];
            taps.Add(b.Emit("Slice", [x, b.Int64s(start), b.Concat(0, ends), b.Int64s(axes), b.Int64s(g.Strides)]));
        }

        c.SetOutput(b.Concat(spatial + 1, [.. taps]));
    }
}
