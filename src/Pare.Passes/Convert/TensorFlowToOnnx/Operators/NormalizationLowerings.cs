namespace Pare.Passes.Conversion;

/// <summary>Bias, batch normalization, local response normalization, softmax.</summary>
internal static class NormalizationLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("BiasAdd", BiasAdd),
        new("BiasAddV1", c => c.SetOutput(c.Onnx.Add(c.Input(0), c.Input(1)))),
        new("FusedBatchNorm", FusedBatchNorm),
        new("FusedBatchNormV2", FusedBatchNorm),
        new("FusedBatchNormV3", FusedBatchNorm),
        new("BatchNormWithGlobalNormalization", Global),
        new("LRN", LocalResponse),
        new("L2Loss", L2Loss),
        new("Softmax", c => Last(c, "Softmax")),
        new("LogSoftmax", c => Last(c, "LogSoftmax")),
    ];

    private static void Last(LoweringContext c, string @operator)
    {
        Value x = c.Input(0);
        bool direct = x.Type is DataType.Float64;
        c.SetOutput(c.Onnx.Cast(c.Onnx.Emit(@operator, [direct ? x : c.Onnx.AsFloat(x)], ("axis", AttributeValue.Of(-1L))), x.Type));
    }

    private static void L2Loss(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value data = x.Type == DataType.Float64 ? x : b.Cast(x, DataType.Float32);
        c.SetOutput(b.Cast(b.Mul(b.Emit("ReduceSumSquare", [data], ("keepdims", AttributeValue.Of(0L))), b.Scalar(data.Type, 0.5)), x.Type));
    }

    private static void BiasAdd(LoweringContext c) => c.SetOutput(AddBias(c, c.Input(0), c.Input(1)));

    /// <summary>A bias added along the channels, which the node's <c>data_format</c> places.</summary>
    public static Value AddBias(LoweringContext c, Value x, Value bias)
    {
        OnnxBuilder b = c.Onnx;
        if (c.Attributes.GetString("data_format", "NHWC").StartsWith("NC", StringComparison.Ordinal) && c.RankOf(x) is > 2 and var rank)
        {
            bias = b.Reshape(bias, [-1, .. Enumerable.Repeat(1L, rank - 2)]);
        }

        return AddTyped(b, x, bias);
    }

    private static Value AddTyped(OnnxBuilder b, Value x, Value bias)
    {
        bool narrow = x.Type is DataType.Int8 or DataType.UInt8 or DataType.Int16 or DataType.UInt16;
        return x.Type == DataType.BFloat16 ? b.Cast(b.Add(b.AsFloat(x), b.AsFloat(bias)), x.Type)
            : narrow ? b.Cast(b.Add(b.Cast(x, DataType.Int32), b.Cast(bias, DataType.Int32)), x.Type)
            : b.Add(x, bias);
    }

    private static void FusedBatchNorm(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        string format = c.Attributes.GetString("data_format", "NHWC");
        bool last = format is "NHWC" or "NDHWC";
        Value x = c.Input(0);
        DataType type = x.Type;
        int rank = x.Shape?.Rank ?? format.Length;
        Value data = b.Cast(x, DataType.Float32);
        float epsilon = c.Attributes.GetFloat("epsilon", 1e-4f);
        if (c.Attributes.GetBoolean("is_training", true))
        {
            Training(c, data, type, rank, last ? rank - 1 : 1, epsilon);
            return;
        }

        c.SetOutput(0, Normalize(c, x, c.Input(1), c.Input(2), c.Input(3), c.Input(4), epsilon));
        for (int i = 1; i < c.Node.Outputs.Count; i++)
        {
            c.SetOutput(i, c.Input(i % 2 == 1 ? 3 : 4));
        }
    }

    /// <summary>Batch normalization at inference, the channels where the node's <c>data_format</c> says.</summary>
    public static Value Normalize(LoweringContext c, Value x, Value scale, Value offset, Value mean, Value variance, float epsilon)
    {
        OnnxBuilder b = c.Onnx;
        string format = c.Attributes.GetString("data_format", "NHWC");
        WindowGeometry g = Layout(format is "NHWC" or "NDHWC", x.Shape?.Rank ?? format.Length);
        Value y = b.Emit("BatchNormalization", [g.ToChannelsFirst(b, b.Cast(x, DataType.Float32)), scale, offset, mean, variance], ("epsilon", AttributeValue.Of(epsilon)));
        return b.Cast(g.FromChannelsFirst(b, y), x.Type);
    }

    // y = (x - mean)/sqrt(var + ε)·scale + offset with the batch's mean and biased variance; given out are the mean and the unbiased variance,
    // mixed with the running ones by exponential_avg_factor.
    private static void Training(LoweringContext c, Value x, DataType type, int rank, int channel, float epsilon)
    {
        OnnxBuilder b = c.Onnx;
        long[] axes = [.. Enumerable.Range(0, rank).Where(i => i != channel).Select(i => (long)i)];
        Value mean = b.Reduce("ReduceMean", x, axes, true);
        Value centred = b.Sub(x, mean);
        Value variance = b.Reduce("ReduceMean", b.Mul(centred, centred), axes, true);
        long[] along = [.. Enumerable.Range(0, rank).Select(i => i == channel ? -1L : 1L)];
        Value deviation = b.Emit("Sqrt", [b.Add(variance, b.Scalar(DataType.Float32, epsilon))]);
        Value y = b.Add(b.Mul(b.Div(centred, deviation), b.Reshape(c.Input(1), along)), b.Reshape(c.Input(2), along));
        c.SetOutput(0, b.Cast(y, type));
        Value batchMean = b.Reshape(mean, -1);
        Value biased = b.Reshape(variance, -1);
        Value count = b.Cast(b.Div(b.Emit("Size", [x]), b.Emit("Size", [batchMean])), DataType.Float32);
        Value one = b.Scalar(DataType.Float32, 1);
        Value unbiased = b.Mul(biased, b.Div(count, b.Emit("Max", [b.Sub(count, one), one])));
        float factor = c.Attributes.GetFloat("exponential_avg_factor", 1);
        c.SetOutput(1, Mix(b, c, 3, batchMean, factor));
        c.SetOutput(2, Mix(b, c, 4, unbiased, factor));
        c.SetOutput(3, batchMean);
        c.SetOutput(4, biased);
        c.SetOutput(5, b.Constant(OnnxBuilder.Filled(DataType.Float32, new TensorShape(1), 0)));
    }

    private static Value Mix(OnnxBuilder b, LoweringContext c, int running, Value batch, float factor) => factor == 1 ? batch
        : b.Add(b.Mul(batch, b.Scalar(DataType.Float32, factor)), b.Mul(c.Input(running), b.Scalar(DataType.Float32, 1 - factor)));

    private static void Global(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        float epsilon = c.Attributes.GetFloat("variance_epsilon");
        bool scaled = c.Attributes.GetBoolean("scale_after_normalization");
        Value gamma = scaled ? c.Input(4) : b.Emit("Expand", [b.Scalar(DataType.Float32, 1), b.ShapeOf(c.Input(1))]);
        if (!scaled && c.Input(1).Shape?.ToStatic() is { } s)
        {
            gamma = b.Constant(OnnxBuilder.Filled(DataType.Float32, s, 1));
        }

        WindowGeometry g = Layout(true, x.Shape?.Rank ?? 4);
        Value y = b.Emit("BatchNormalization", [g.ToChannelsFirst(b, x), gamma, c.Input(3), c.Input(1), c.Input(2)], ("epsilon", AttributeValue.Of(epsilon)));
        c.SetOutput(g.FromChannelsFirst(b, y));
    }

    // TensorFlow's alpha multiplies the sum of squares, ONNX's their mean over the window of 2r + 1.
    private static void LocalResponse(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long size = (2 * c.Attributes.GetInteger("depth_radius", 5)) + 1;
        WindowGeometry g = Layout(true, 4);
        Value y = b.Emit(
            "LRN",
            [g.ToChannelsFirst(b, b.AsFloat(x))],
            ("size", AttributeValue.Of(size)),
            ("alpha", AttributeValue.Of(c.Attributes.GetFloat("alpha", 1) * size)),
            ("beta", AttributeValue.Of(c.Attributes.GetFloat("beta", 0.5f))),
            ("bias", AttributeValue.Of(c.Attributes.GetFloat("bias", 1))));
        c.SetOutput(b.Cast(g.FromChannelsFirst(b, y), x.Type));
    }

    private static WindowGeometry Layout(bool channelsLast, int rank) => new()
    {
        ChannelsLast = channelsLast,
        Spatial = rank - 2,
        Strides = [],
        Dilations = [],
        Padding = "VALID",
        Explicit = [],
    };
}
