namespace Pare.Passes.Conversion;

/// <summary>Resampling of pictures, and space moved to channels and back.</summary>
internal static class ToTFLiteResizeLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("Resize", c => Resize(c, c.Attributes.GetString("coordinate_transformation_mode", c.Opset < 11 ? "asymmetric" : "half_pixel"), c.Attributes.GetString("nearest_mode", c.Opset < 11 ? "floor" : "round_prefer_floor"))),
        new("Upsample", c => Resize(c, "asymmetric", "floor")),
        new("DepthToSpace", DepthToSpace),
        new("SpaceToDepth", SpaceToDepth),
    ];

    private static void Resize(ToTFLiteContext c, string coordinates, string nearest)
    {
        TFLiteBuilder b = c.Builder;
        if (c.Rank(0) is not (3 or 4) and var rank)
        {
            throw new LoweringException($"resampling of tensors of {rank} axes has no counterpart in TFLite; of pictures [N, C, H, W] it has");
        }

        rank = c.Rank(0);
        Value x = ToTFLiteConvolutionLowerings.ChannelsLast(c, 0);
        (long?[] sizes, Value target, double?[] scales) = Sizes(c, x, rank);
        string mode = c.Attributes.GetString("mode", "nearest");
        Value y;
        if (mode == "linear")
        {
            bool half = coordinates is "half_pixel" || (coordinates == "pytorch_half_pixel" && sizes.All(s => s is > 1));
            if (!half && coordinates is not ("align_corners" or "asymmetric"))
            {
                throw new LoweringException($"the coordinates '{coordinates}' have no counterpart in TFLite's linear resampling; half_pixel, align_corners and asymmetric have");
            }

            y = b.Emit("RESIZE_BILINEAR", [b.Cast(x, DataType.Float32), target], ("align_corners", AttributeValue.Of(coordinates == "align_corners")), ("half_pixel_centers", AttributeValue.Of(half)));
            y = b.Cast(y, x.Type);
        }
        else if (mode == "nearest")
        {
            y = Nearest(b, x, sizes, scales, target, coordinates, nearest);
        }
        else
        {
            throw new LoweringException($"resampling by '{mode}' has no counterpart in TFLite; nearest and linear have");
        }

        ToTFLiteConvolutionLowerings.SetChannelsLast(c, y, rank);
    }

    private static Value Nearest(TFLiteBuilder b, Value x, long?[] sizes, double?[] scales, Value target, string coordinates, string rounding)
    {
        long?[] extents = [x.Shape?[1].Value, x.Shape?[2].Value];
        bool whole = Enumerable.Range(0, 2).All(i => sizes[i] is { } m && extents[i] is { } n && n > 0 && m % n == 0);
        bool factors = whole || scales.All(s => s is { } f && f >= 1 && f == Math.Floor(f));
        bool plain = coordinates == "asymmetric" && rounding == "floor";

        // By whole factors every way of rounding finds the same neighbour, but for those that round positions without the half up.
        if (plain || coordinates == "tf_half_pixel_for_nn" || (coordinates is "half_pixel" or "pytorch_half_pixel" && factors))
        {
            bool half = !plain && !factors;
            return b.Emit("RESIZE_NEAREST_NEIGHBOR", [x, target], ("align_corners", AttributeValue.Of(false)), ("half_pixel_centers", AttributeValue.Of(half)));
        }

        for (int i = 0; i < 2; i++)
        {
            if (sizes[i] is not { } m || extents[i] is not { } n)
            {
                throw new LoweringException($"nearest neighbours by '{coordinates}' and '{rounding}' need known extents; give the inputs' shapes");
            }

            double scale = scales[i] ?? (double)m / n;
            int[] places = [.. Enumerable.Range(0, (int)m).Select(o => (int)Math.Clamp(Round(Source(o, m, n, scale, coordinates), rounding), 0, n - 1))];
            x = ToTFLiteGatherLowerings.Take(b, x, b.Constant(DenseTensorData.Create(places.AsSpan(), new TensorShape(m))), i + 1);
        }

        return x;
    }

    private static double Source(long at, long to, long from, double scale, string coordinates) => coordinates switch
    {
        "half_pixel" => ((at + 0.5) / scale) - 0.5,
        "pytorch_half_pixel" => to > 1 ? ((at + 0.5) / scale) - 0.5 : 0,
        "align_corners" => to > 1 ? at * (from - 1.0) / (to - 1.0) : 0,
        "asymmetric" => at / scale,
        _ => throw new LoweringException($"the coordinates '{coordinates}' are not carried over"),
    };

    private static double Round(double x, string rounding) => rounding switch
    {
        "floor" => Math.Floor(x),
        "ceil" => Math.Ceiling(x),
        "round_prefer_ceil" => Math.Floor(x + 0.5),
        _ => Math.Ceiling(x - 0.5),
    };

    // Sizes as known numbers and as an int32 vector of two; factors where the node gives them.
    private static (long?[] Sizes, Value Target, double?[] Scales) Sizes(ToTFLiteContext c, Value x, int rank)
    {
        TFLiteBuilder b = c.Builder;
        int input = c.Node.Operator == "Upsample" || c.Opset < 11 ? 1 : 2;
        if (c.Node.Operator == "Resize" && c.Has(3))
        {
            Value all = c.In(3);
            long?[] e = b.Elements(all) ?? new long?[rank];
            e = e.Length == rank - 2 ? e : e[2..];
            int skip = (int)(all.Shape?[0].Value ?? rank) - (rank - 2);
            Value part = b.AllElements(all) is null ? b.Cast(b.Part(all, skip, skip + rank - 2), DataType.Int32) : b.Int32s(Array.ConvertAll(e, v => v!.Value));
            return rank == 3 ? ([1, e[0]], b.Join(b.Int32s(1), part), [1, null]) : (e, part, [null, null]);
        }

        float[] scales = c.Attributes.TryGetValue("scales", out AttributeValue? given) ? [.. given.AsFloats] : c.Constant(input)?.ToFloats() ?? throw new LoweringException("the factors are computed at run time; they must be constant");
        scales = scales[^(rank - 2)..];
        double?[] factors = rank == 3 ? [1, scales[0]] : [scales[0], scales[1]];
        long?[] sizes = [.. Enumerable.Range(0, 2).Select(i => x.Shape?[i + 1].Value is { } n ? (long?)Math.Floor(n * factors[i]!.Value) : null)];
        if (sizes.All(s => s is not null))
        {
            return (sizes, b.Int32s(sizes[0]!.Value, sizes[1]!.Value), factors);
        }

        // Open extents are multiplied at run time.
        Value plane = b.Part(b.ShapeOf(x), 1, 3);
        Value target = factors.All(f => f == Math.Floor(f!.Value))
            ? b.Binary("MUL", plane, b.Int32s((long)factors[0]!.Value, (long)factors[1]!.Value))
            : b.Cast(b.Unary("FLOOR", b.Binary("MUL", b.Cast(plane, DataType.Float32), b.Constant(DenseTensorData.Create((float[])[(float)factors[0]!, (float)factors[1]!], new TensorShape(2))))), DataType.Int32);
        return (sizes, target, factors);
    }

    private static void DepthToSpace(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        long block = c.Attributes.GetInteger("blocksize");
        int[] order = AxisOrder.ChannelsLast(4);
        if (c.Attributes.GetString("mode", "DCR") == "DCR")
        {
            c.Set(b.Emit("DEPTH_TO_SPACE", [c.In(0, order)], ("block_size", AttributeValue.Of(block))), order);
            return;
        }

        // Channels come first in depth: they are brought behind the block, as DEPTH_TO_SPACE wants them.
        Value x = c.In(0, order);
        long depth = (x.Shape?[3].Value ?? throw new LoweringException("the number of channels is not known")) / (block * block);
        int[] places = [.. Enumerable.Range(0, (int)(depth * block * block)).Select(i => (int)((i % depth * block * block) + (i / depth)))];
        Value turned = ToTFLiteGatherLowerings.Take(b, x, b.Constant(DenseTensorData.Create(places.AsSpan(), new TensorShape(places.Length))), 3);
        c.Set(b.Emit("DEPTH_TO_SPACE", [turned], ("block_size", AttributeValue.Of(block))), order);
    }

    private static void SpaceToDepth(ToTFLiteContext c)
    {
        int[] order = AxisOrder.ChannelsLast(4);
        c.Set(c.Builder.Emit("SPACE_TO_DEPTH", [c.In(0, order)], ("block_size", AttributeValue.Of(c.Attributes.GetInteger("blocksize")))), order);
    }
}
