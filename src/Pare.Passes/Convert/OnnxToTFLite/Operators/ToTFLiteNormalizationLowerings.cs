namespace Pare.Passes.Conversion;

/// <summary>Normalizations by batch, layer, instance, group and neighbourhood.</summary>
internal static class ToTFLiteNormalizationLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("BatchNormalization", Batch),
        new("InstanceNormalization", Instance),
        new("LayerNormalization", Layer),
        new("GroupNormalization", Group),
        new("LpNormalization", LpNorm),
        new("MeanVarianceNormalization", MeanVariance),
        new("LRN", LocalResponse),
    ];

    // y = x·s + (bias - mean·s) with s = scale/sqrt(var + ε), both constant.
    private static void Batch(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        if (c.Attributes.GetBoolean("training_mode"))
        {
            throw new LoweringException("batch normalization in training has no counterpart in TFLite");
        }

        float epsilon = c.Attributes.GetFloat("epsilon", 1e-5f);
        DataType type = x.Value.Type;
        Value data = b.Cast(x.Value, DataType.Float32);
        if (c.Constant(1) is { } scale && c.Constant(2) is { } bias && c.Constant(3) is { } mean && c.Constant(4) is { } variance)
        {
            float[] gamma = scale.ToFloats();
            float[] beta = bias.ToFloats();
            float[] m = mean.ToFloats();
            float[] v = variance.ToFloats();
            double[] s = [.. gamma.Select((g, i) => g / Math.Sqrt((double)v[i] + epsilon))];
            float[] shift = [.. beta.Select((o, i) => (float)(o - (m[i] * s[i])))];
            Value y = b.Binary("MUL", data, Channel(c, x, Array.ConvertAll(s, f => (float)f)));
            c.Set(b.Cast(b.Binary("ADD", y, Channel(c, x, shift)), type), x.Order);
            return;
        }

        int rank = c.Rank(0);
        Value Along(int input) => Spread(c, x, c.In(input), rank);
        Value deviation = b.Unary("RSQRT", b.Binary("ADD", Along(4), b.Scalar(DataType.Float32, epsilon)));
        Value factor = b.Binary("MUL", Along(1), deviation);
        c.Set(b.Cast(b.Binary("ADD", b.Binary("MUL", b.Binary("SUB", data, Along(3)), factor), Along(2)), type), x.Order);
    }

    // A value a channel (axis 1 of ONNX's order), shaped so that it broadcasts.
    private static Value Channel(ToTFLiteContext c, LaidValue x, float[] values) => Spread(c, x, c.Builder.Constant(DenseTensorData.Create(values, new TensorShape(values.Length))), c.Rank(0));

    private static Value Spread(ToTFLiteContext c, LaidValue x, Value vector, int rank)
    {
        int at = rank > 1 ? x.AxisOf(1) : 0;
        return at == rank - 1 ? vector : c.Builder.Reshape(vector, [vector.Shape?[0].Value ?? -1, .. Enumerable.Repeat(1L, rank - 1 - at)]);
    }

    private static Value Normalize(TFLiteBuilder b, Value x, long[] axes, float epsilon)
    {
        Value mean = b.Reduce("MEAN", x, axes, true);
        Value centred = b.Binary("SUB", x, mean);
        Value variance = b.Reduce("MEAN", b.Emit("SQUARE", [centred]), axes, true);
        return b.Binary("MUL", centred, b.Unary("RSQRT", b.Binary("ADD", variance, b.Scalar(DataType.Float32, epsilon))));
    }

    private static void Instance(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        int rank = c.Rank(0);
        long[] axes = [.. Enumerable.Range(2, rank - 2).Select(i => (long)x.AxisOf(i)).Order()];
        Value y = Normalize(b, b.Cast(x.Value, DataType.Float32), axes, c.Attributes.GetFloat("epsilon", 1e-5f));
        c.Set(b.Cast(b.Binary("ADD", b.Binary("MUL", y, Spread(c, x, c.In(1), rank)), Spread(c, x, c.In(2), rank)), x.Value.Type), x.Order);
    }

    private static void Layer(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        if (c.IsNeeded(1) || c.IsNeeded(2))
        {
            throw new LoweringException("mean and deviation of a layer normalization are not carried over");
        }

        int rank = c.Rank(0);
        long axis = c.Attributes.GetInteger("axis", -1);
        axis = axis < 0 ? axis + rank : axis;
        Value x = c.In(0);
        Value y = Normalize(b, b.Cast(x, DataType.Float32), [.. Enumerable.Range((int)axis, rank - (int)axis).Select(i => (long)i)], c.Attributes.GetFloat("epsilon", 1e-5f));
        y = b.Binary("MUL", y, b.Cast(c.In(1), DataType.Float32));
        y = c.Has(2) ? b.Binary("ADD", y, b.Cast(c.In(2), DataType.Float32)) : y;
        c.Set(b.Cast(y, x.Type));
    }

    // Channels fall into groups; each is normalized with its plane. Scale and bias come one a channel, in operator set 18 one a group.
    private static void Group(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        int rank = c.Rank(0);
        long groups = c.Attributes.GetInteger("num_groups", 1);
        long channels = x.Shape?[1].Value ?? throw new LoweringException("the number of channels is not known");
        IReadOnlyList<(long?, Value?)> extents = [.. Enumerable.Range(0, rank).Select(i => b.Extent(x, i))];
        Value split = b.Reshape(x, [extents[0], (groups, null), (channels / groups, null), .. extents.Skip(2)]);
        Value y = b.Reshape(Normalize(b, split, [.. Enumerable.Range(2, rank - 1).Select(i => (long)i)], c.Attributes.GetFloat("epsilon", 1e-5f)), extents);
        Value Along(int input)
        {
            Value v = c.In(input);
            if (v.Shape?[0].Value == groups && groups != channels)
            {
                int[] places = [.. Enumerable.Range(0, (int)channels).Select(i => (int)(i / (channels / groups)))];
                v = ToTFLiteGatherLowerings.Take(b, v, b.Constant(DenseTensorData.Create(places.AsSpan(), new TensorShape(channels))), 0);
            }

            return b.Reshape(v, [channels, .. Enumerable.Repeat(1L, rank - 2)]);
        }

        c.Set(b.Binary("ADD", b.Binary("MUL", y, Along(1)), Along(2)));
    }

    private static void LpNorm(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        long axis = x.AxisOf(c.Attributes.GetInteger("axis", -1));
        Value norm = c.Attributes.GetInteger("p", 2) == 1
            ? b.Reduce("SUM", b.Unary("ABS", x.Value), [axis], true)
            : b.Unary("SQRT", b.Reduce("SUM", b.Emit("SQUARE", [x.Value]), [axis], true));
        c.Set(b.Binary("DIV", x.Value, norm), x.Order);
    }

    private static void MeanVariance(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        long[] axes = [.. (c.Attributes.GetIntegers("axes") ?? [0, 2, 3]).Select(a => (long)x.AxisOf(a)).Order()];
        Value centred = b.Binary("SUB", x.Value, b.Reduce("MEAN", x.Value, axes, true));
        Value deviation = b.Unary("SQRT", b.Reduce("MEAN", b.Emit("SQUARE", [centred]), axes, true));
        c.Set(b.Binary("DIV", centred, b.Binary("ADD", deviation, b.Scalar(DataType.Float32, 1e-9))), x.Order);
    }

    // ONNX's alpha multiplies the mean over the window of `size`, TFLite's the sum.
    private static void LocalResponse(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        int[] order = AxisOrder.ChannelsLast(c.Rank(0));
        long size = c.Attributes.GetInteger("size");
        if (size % 2 == 0)
        {
            throw new LoweringException("a normalization over an even number of channels has no counterpart in TFLite");
        }

        c.Set(
            b.Emit(
                "LOCAL_RESPONSE_NORMALIZATION",
                [c.In(0, order)],
                ("radius", AttributeValue.Of((size - 1) / 2)),
                ("bias", AttributeValue.Of(c.Attributes.GetFloat("bias", 1))),
                ("alpha", AttributeValue.Of(c.Attributes.GetFloat("alpha", 0.0001f) / size)),
                ("beta", AttributeValue.Of(c.Attributes.GetFloat("beta", 0.75f)))),
            order);
    }
}
