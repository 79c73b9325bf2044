using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Normalizations by moving statistics, over features, over groups, over a vector's length.</summary>
internal static class NormalizationLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("BatchNormalization", BatchNormalization),
        new("BatchNormalizationV1", BatchNormalization),
        new("BatchNormalizationV2", BatchNormalization),
        new("SyncBatchNormalization", BatchNormalization),
        new("LayerNormalization", LayerNormalization),
        new("RMSNormalization", c => Rms(c, c.List("axis") ?? [-1], c.Number("epsilon") ?? 1e-6)),
        new("GroupNormalization", GroupNormalization),
        new("UnitNormalization", UnitNormalization),
    ];

    // (x - mean) / √(variance + epsilon) · gamma + beta.
    private static void BatchNormalization(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        int rank = c.Rank();
        int[] axes = Axes(c.List("axis") ?? [-1], rank);
        bool scale = c.Flag("scale", true);
        bool center = c.Flag("center", true);
        int next = 0;
        TensorData? gamma = scale ? c.Weight(next++) : null;
        TensorData? beta = center ? c.Weight(next++) : null;
        TensorData mean = c.Weight(next++);
        TensorData variance = c.Weight(next);
        double epsilon = c.Number("epsilon") ?? 1e-3;
        c.OutputMask = c.Mask();
        if (x.Shape![axes[0]].Value is { } found && axes.Length == 1 && found != mean.Count)
        {
            throw new LoweringException($"the statistics have {mean.Count} channels, the input {found}");
        }

        if (rank == 4 && axes is [3])
        {
            Value ones = gamma is null ? b.Constant(Filled(mean.Count, 1), "gamma") : b.Constant(gamma, "gamma");
            Value zeros = beta is null ? b.Constant(Filled(mean.Count, 0), "beta") : b.Constant(beta, "beta");
            c.SetOutput(b.Emit(
                "FusedBatchNormV3",
                [x, ones, zeros, b.Constant(mean, "moving_mean"), b.Constant(variance, "moving_variance")],
                x.Type,
                x.Shape,
                T("T", x.Type),
                T("U", DataType.Float32),
                ("epsilon", AttributeValue.Of((float)epsilon)),
                ("data_format", AttributeValue.Of("NHWC")),
                ("is_training", AttributeValue.Of(false))));
            return;
        }

        float[] m = mean.ToFloats();
        float[] v = variance.ToFloats();
        float[]? g = gamma?.ToFloats();
        float[]? t = beta?.ToFloats();
        float[] factor = new float[m.Length];
        float[] offset = new float[m.Length];
        for (int i = 0; i < m.Length; i++)
        {
            double f = (g?[i] ?? 1) / Math.Sqrt(v[i] + epsilon);
            factor[i] = (float)f;
            offset[i] = (float)((t?[i] ?? 0) - (m[i] * f));
        }

        long[] shape = Along(axes, rank, mean.Shape);
        c.SetOutput(b.Add(b.Mul(x, b.Floats(factor, shape)), b.Floats(offset, shape)));
    }

    private static void LayerNormalization(LayerContext c)
    {
        long[] list = c.List("axis") ?? [-1];
        double epsilon = c.Number("epsilon") ?? 1e-3;
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        int rank = c.Rank();
        int[] axes = Axes(list, rank);
        long[] reduced = [.. axes.Select(a => (long)a)];
        if (c.Flag("rms_scaling", false))
        {
            // Keras divides by the deviation from the mean all the same, and only leaves the mean in.
            Value mean = b.Reduce("Mean", x, reduced, keep: true);
            Value variance = b.Reduce("Mean", b.Binary("SquaredDifference", x, mean), reduced, keep: true);
            c.OutputMask = c.Mask();
            TensorData gamma = c.Weight(0);
            c.SetOutput(b.Mul(b.Mul(x, b.Unary("Rsqrt", b.Add(variance, b.Float(epsilon)))), b.Constant(Shaped(gamma, Along(axes, rank, gamma.Shape)), "gamma")));
            return;
        }

        Value y = Standardized(b, x, reduced, epsilon);
        c.OutputMask = c.Mask();
        c.SetOutput(ScaleAndCentre(c, y, axes, rank));
    }

    private static void Rms(LayerContext c, long[] list, double epsilon)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        int rank = c.Rank();
        int[] axes = Axes(list, rank);
        Value square = b.Reduce("Mean", b.Mul(x, x), [.. axes.Select(a => (long)a)], keep: true);
        Value y = b.Mul(x, b.Unary("Rsqrt", b.Add(square, b.Float(epsilon))));
        c.OutputMask = c.Mask();
        TensorData scale = c.Weight(0);
        c.SetOutput(b.Mul(y, b.Constant(Shaped(scale, Along(axes, rank, scale.Shape)), "scale")));
    }

    // Channels in groups, each normalized with all positions.
    private static void GroupNormalization(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        int rank = c.Rank();
        int axis = Axes(c.List("axis") ?? [-1], rank)[0];
        long channels = x.Shape![axis].Value ?? throw new LoweringException("the number of channels is not known");
        long groups = c.Integer("groups", 32);
        groups = groups == -1 ? channels : groups;
        if (groups <= 0 || channels % groups != 0)
        {
            throw new LoweringException($"{groups} groups do not divide {channels} channels");
        }

        List<(long?, Value?, int)> split = [];
        List<(long?, Value?, int)> whole = [];
        List<long> reduced = [];
        for (int i = 0; i < rank; i++)
        {
            whole.Add((x.Shape[i].Value, x, i));
            if (i == axis)
            {
                split.Add((groups, null, 0));
                reduced.Add(split.Count);
                split.Add((channels / groups, null, 0));
            }
            else
            {
                if (i > 0)
                {
                    reduced.Add(split.Count);
                }

                split.Add((x.Shape[i].Value, x, i));
            }
        }

        Value y = Standardized(b, b.ReshapeTo(x, [.. split]), [.. reduced], c.Number("epsilon") ?? 1e-3);
        c.SetOutput(ScaleAndCentre(c, b.ReshapeTo(y, [.. whole]), [axis], rank));
    }

    private static void UnitNormalization(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        long[] axes = [.. Axes(c.List("axis") ?? [-1], c.Rank()).Select(a => (long)a)];
        Value square = b.Maximum(b.Reduce("Sum", b.Mul(x, x), axes, keep: true), b.Float(1e-12));
        c.OutputMask = c.Mask();
        c.SetOutput(b.Mul(x, b.Unary("Rsqrt", square)));
    }

    private static Value Standardized(TensorFlowBuilder b, Value x, long[] axes, double epsilon)
    {
        Value mean = b.Reduce("Mean", x, axes, keep: true);
        Value variance = b.Reduce("Mean", b.Binary("SquaredDifference", x, mean), axes, keep: true);
        return b.Mul(b.Sub(x, mean), b.Unary("Rsqrt", b.Add(variance, b.Float(epsilon))));
    }

    private static Value ScaleAndCentre(LayerContext c, Value y, int[] axes, int rank)
    {
        TensorFlowBuilder b = c.TensorFlow;
        int next = 0;
        if (c.Flag("scale", true))
        {
            TensorData gamma = c.Weight(next++);
            y = b.Mul(y, b.Constant(Shaped(gamma, Along(axes, rank, gamma.Shape)), "gamma"));
        }

        if (c.Flag("center", true))
        {
            TensorData beta = c.Weight(next);
            y = b.Add(y, b.Constant(Shaped(beta, Along(axes, rank, beta.Shape)), "beta"));
        }

        return y;
    }

    /// <summary>Axes counted from the front, in order.</summary>
    public static int[] Axes(long[] axes, int rank)
    {
        int[] result = [.. axes.Select(a => (int)(a < 0 ? a + rank : a)).Order()];
        return result.Length > 0 && result.All(a => a >= 0 && a < rank) ? result : throw new LoweringException($"axes {string.Join(", ", axes)} are not among the input's {rank}");
    }

    /// <summary>The shape in which parameters of some axes broadcast: the last axes need no leading ones.</summary>
    private static long[] Along(int[] axes, int rank, TensorShape parameters)
    {
        if (parameters.Rank != axes.Length)
        {
            return parameters.ToArray();
        }

        List<long> shape = [];
        for (int i = axes[0]; i < rank; i++)
        {
            int at = Array.IndexOf(axes, i);
            shape.Add(at >= 0 ? parameters[at] : 1);
        }

        return [.. shape];
    }

    private static TensorData Shaped(TensorData data, long[] shape) => shape.AsSpan().SequenceEqual(data.Shape.Dimensions) ? data : new TensorView(data, data.Type, new TensorShape(shape));

    private static DenseTensorData Filled(long count, float value)
    {
        float[] values = new float[count];
        Array.Fill(values, value);
        return DenseTensorData.Create(values, new TensorShape(count));
    }
}
