using static Pare.Passes.Conversion.TFLiteBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>Average and maximum pools, over windows and whole planes.</summary>
internal static class ToTFLitePoolLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("MaxPool", c => Pool(c, "MAX_POOL_2D")),
        new("AveragePool", c => Pool(c, "AVERAGE_POOL_2D")),
        new("GlobalAveragePool", c => Global(c, "MEAN")),
        new("GlobalMaxPool", c => Global(c, "REDUCE_MAX")),
    ];

    private static void Global(ToTFLiteContext c, string @operator)
    {
        LaidValue x = c.Raw(0);
        long[] axes = [.. Enumerable.Range(2, c.Rank(0) - 2).Select(i => (long)x.AxisOf(i)).Order()];
        c.Set(c.Builder.Reduce(@operator, x.Value, axes, true), x.Order);
    }

    private static void Pool(ToTFLiteContext c, string @operator)
    {
        TFLiteBuilder b = c.Builder;
        if (c.IsNeeded(1))
        {
            throw new LoweringException("the positions of the largest elements have no counterpart in TFLite");
        }

        int rank = c.Rank(0);
        long[] kernel = c.Attributes.GetIntegers("kernel_shape") ?? throw new LoweringException("the attribute kernel_shape is missing");
        TFLiteWindow w = TFLiteWindow.Read(c, kernel);
        if (w.Dilations.Any(d => d != 1))
        {
            throw new LoweringException("a dilated pool has no counterpart in TFLite");
        }

        DataType type = c.Raw(0).Value.Type;
        Value x = b.Cast(ToTFLiteConvolutionLowerings.ChannelsLast(c, 0), DataType.Float32);
        if (rank == 3)
        {
            w = w.Widened();
        }
        else if (rank == 5)
        {
            c.Set(b.Cast(Volume(c, b, x, w, @operator), type), AxisOrder.ChannelsLast(5));
            return;
        }

        ToTFLiteConvolutionLowerings.SetChannelsLast(c, b.Cast(Plane(c, b, x, w, @operator), type), rank);
    }

    private static Value Plane(ToTFLiteContext c, TFLiteBuilder b, Value x, TFLiteWindow w, string @operator)
    {
        bool average = @operator == "AVERAGE_POOL_2D";
        bool ceil = c.Attributes.GetBoolean("ceil_mode");
        long[] extra = ceil ? Ceiling(w) : [0, 0];
        bool counts = average && c.Attributes.GetBoolean("count_include_pad");
        string? padding = extra.All(e => e == 0) && !counts ? w.Name : w.Name == "VALID" && extra.All(e => e == 0) ? "VALID" : null;
        if (padding is not null)
        {
            return Emit(b, @operator, x, w, padding);
        }

        long[] amounts = w.Amounts() ?? throw new LoweringException("how much is padded follows from extents that are not known; give the inputs' shapes");
        long[] all = [amounts[0], amounts[1], amounts[2] + extra[0], amounts[3] + extra[1]];
        Value padded = ToTFLiteConvolutionLowerings.Padded(b, x, all, average ? 0 : float.MinValue);
        Value y = Emit(b, @operator, padded, w, "VALID");
        return average && !(counts && extra.All(e => e == 0)) ? b.Binary("MUL", y, Correction(b, w, amounts, all, counts)) : y;
    }

    // Over H and W with D beside the batch, then over D with H and W as one: a box is a product of its sides.
    private static Value Volume(ToTFLiteContext c, TFLiteBuilder b, Value x, TFLiteWindow w, string @operator)
    {
        TFLiteWindow Part(int[] axes, long[]? added) => new()
        {
            Kernel = added is null ? [.. axes.Select(a => w.Kernel[a])] : [w.Kernel[axes[0]], 1],
            Strides = added is null ? [.. axes.Select(a => w.Strides[a])] : [w.Strides[axes[0]], 1],
            Dilations = [1, 1],
            Pads = added is null ? [w.Pads[axes[0]], w.Pads[axes[1]], w.Pads[axes[0] + 3], w.Pads[axes[1] + 3]] : [w.Pads[axes[0]], 0, w.Pads[axes[0] + 3], 0],
            Auto = w.Auto,
            Extents = added is null ? [.. axes.Select(a => w.Extents[a])] : [w.Extents[axes[0]], added[0]],
        };
        if (w.Extents.Any(e => e is null) || x.Shape?[4].Value is not { } channels)
        {
            throw new LoweringException("a pool over three axes needs known extents; give the inputs' shapes");
        }

        (long d, long h, long width) = (w.Extents[0]!.Value, w.Extents[1]!.Value, w.Extents[2]!.Value);
        Value planes = Plane(c, b, b.Reshape(x, -1, h, width, channels), Part([1, 2], null), @operator);
        (long oh, long ow) = (planes.Shape![1].Value!.Value, planes.Shape[2].Value!.Value);
        Value columns = Plane(c, b, b.Reshape(planes, -1, d, oh * ow, channels), Part([0], [oh * ow]), @operator);
        return b.Reshape(columns, x.Shape[0].Value ?? -1, columns.Shape![1].Value!.Value, oh, ow, channels);
    }

    private static Value Emit(TFLiteBuilder b, string @operator, Value x, TFLiteWindow w, string padding) => b.Emit(
        @operator,
        [x],
        ("padding", AttributeValue.Of(padding)),
        ("stride_h", AttributeValue.Of(w.Strides[0])),
        ("stride_w", AttributeValue.Of(w.Strides[1])),
        ("filter_height", AttributeValue.Of(w.Kernel[0])),
        ("filter_width", AttributeValue.Of(w.Kernel[1])),
        NoActivation);

    // What a window that starts inside but ends outside needs more at the end.
    private static long[] Ceiling(TFLiteWindow w)
    {
        long[] extra = new long[2];
        long[] amounts = w.Amounts() ?? [0, 0, 0, 0];
        for (int i = 0; i < 2; i++)
        {
            if (w.Extents[i] is not { } n)
            {
                if (w.Strides[i] == 1)
                {
                    continue;
                }

                throw new LoweringException("ceil_mode needs known extents; give the inputs' shapes");
            }

            long inner = n + amounts[i] + amounts[i + 2] - w.Kernel[i];
            long steps = (inner + w.Strides[i] - 1) / w.Strides[i];
            if (steps * w.Strides[i] >= n + amounts[i])
            {
                steps--;
            }

            extra[i] = Math.Max(0, (steps * w.Strides[i]) - inner);
        }

        return extra;
    }

    // A plain average divides by the window; this divides by what counts: positions inside, those padded on purpose too where they count.
    private static Value Correction(TFLiteBuilder b, TFLiteWindow w, long[] amounts, long[] all, bool counts)
    {
        double[][] shares = new double[2][];
        for (int i = 0; i < 2; i++)
        {
            long n = w.Extents[i] ?? throw new LoweringException("an average over padded windows needs known extents; give the inputs' shapes");
            long outputs = ((n + all[i] + all[i + 2] - w.Kernel[i]) / w.Strides[i]) + 1;
            shares[i] = new double[outputs];
            for (long o = 0; o < outputs; o++)
            {
                long from = (o * w.Strides[i]) - all[i];
                long low = counts ? -amounts[i] : 0;
                long high = counts ? n + amounts[i + 2] : n;
                shares[i][o] = (double)w.Kernel[i] / Math.Max(1, Math.Min(from + w.Kernel[i], high) - Math.Max(from, low));
            }
        }

        float[] factors = [.. shares[0].SelectMany(h => shares[1].Select(v => (float)(h * v)))];
        return b.Constant(DenseTensorData.Create(factors, new TensorShape(1, shares[0].Length, shares[1].Length, 1)));
    }
}
