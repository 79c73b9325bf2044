namespace Pare.Passes.Conversion;

/// <summary>
/// Sums of products of whole numbers in binary32, which are exact, whatever the order, while no sum can exceed 2^24: the integer accumulators of a quantized layer. Where the weights of
/// some output are too large for that, weights, and data of 16 bits, are split into a high and a low part whose sums are exact, and put together in binary64.
/// </summary>
internal static class ExactSums
{
    private const double Exact = 1 << 24;
    private const int WeightBase = 16;
    private const int DataBase = 256;

    /// <summary>The sums, as binary32 where that is exact, else as binary64.</summary>
    /// <param name="b">Receives the nodes.</param>
    /// <param name="data">Whole numbers.</param>
    /// <param name="magnitude">The largest magnitude among them.</param>
    /// <param name="codes">The weights, whole numbers, and which of their axes runs over outputs; null where they are computed at run time.</param>
    /// <param name="weights">The weights as a value, where they are computed at run time.</param>
    /// <param name="product">Emits the layer's product of data and weights.</param>
    public static Value Of(OnnxBuilder b, Value data, double magnitude, (TensorData Content, int OutputAxis)? codes, Value? weights, Func<Value, Value, Value> product)
    {
        if (codes is not { } constant)
        {
            return product(data, weights!);
        }

        (TensorData content, int axis) = constant;
        if (Largest(content, axis) * magnitude < Exact)
        {
            return product(data, b.Constant(content, b.Prefix + "/weights"));
        }

        // Data of 16 bits first: both halves have 8.
        if (magnitude > DataBase)
        {
            Value high = b.Emit("Floor", [b.Mul(data, b.Scalar(DataType.Float32, 1.0 / DataBase))]);
            Value low = b.Sub(data, b.Mul(high, b.Scalar(DataType.Float32, DataBase)));
            return Join(b, Of(b, high, Math.Ceiling(magnitude / DataBase), codes, null, product), DataBase, Of(b, low, DataBase - 1, codes, null, product));
        }

        (TensorData highWeights, TensorData lowWeights) = Split(content);
        return Join(b, product(data, b.Constant(highWeights, b.Prefix + "/weights_high")), WeightBase, product(data, b.Constant(lowWeights, b.Prefix + "/weights_low")));
    }

    /// <summary>Largest sum of the weights' magnitudes over the outputs.</summary>
    public static double Largest(TensorData content, int outputAxis)
    {
        float[] codes = content.ToFloats();
        long inner = 1;
        for (int d = outputAxis + 1; d < content.Shape.Rank; d++)
        {
            inner *= content.Shape[d];
        }

        double[] sums = new double[content.Shape[outputAxis]];
        for (int i = 0; i < codes.Length; i++)
        {
            sums[i / inner % sums.Length] += Math.Abs(codes[i]);
        }

        return sums.Length == 0 ? 0 : sums.Max();
    }

    private static Value Join(OnnxBuilder b, Value high, double factor, Value low)
        => b.Add(b.Mul(b.Cast(high, DataType.Float64), b.Scalar(DataType.Float64, factor)), b.Cast(low, DataType.Float64));

    private static (TensorData High, TensorData Low) Split(TensorData content)
    {
        float[] low = content.ToFloats();
        float[] high = new float[low.Length];
        for (int i = 0; i < low.Length; i++)
        {
            // To the nearest, so that both parts are small.
            high[i] = MathF.Round(low[i] / WeightBase);
            low[i] -= high[i] * WeightBase;
        }

        return (DenseTensorData.Create(high, content.Shape), DenseTensorData.Create(low, content.Shape));
    }
}
