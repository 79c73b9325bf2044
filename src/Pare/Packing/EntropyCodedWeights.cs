using Pare.Codecs;
using Pare.Formats;

namespace Pare.Packing;

/// <summary>
/// Entropy-constrained scalar quantization of a model's weights (Sullivan 1996; rate-distortion optimised rounding as in video coding): one step for all tensors,
/// which at the same price of a bit gives all of them the same slope of squared error over bits; each weight takes the code that costs least,
/// (w/step - q)² + 0.1 bits(q).
/// </summary>
internal static class EntropyCodedWeights
{
    private const double Price = 0.1;
    private const int LeastElements = 64;

    /// <summary>Replaces weights by codes: the coarsest step at which the ratio is reached.</summary>
    /// <param name="model">The model; its constants are replaced.</param>
    /// <param name="sqnr">Ratio over all weights in decibels.</param>
    /// <param name="context">Threads, progress and cancellation.</param>
    /// <returns>Tensors replaced, and the ratio reached.</returns>
    public static (int Tensors, double Sqnr) Quantize(Model model, double sqnr, PassContext context)
    {
        List<(Value Value, float[] Weights)> weights = [.. Weights(model).Select(v => (v, v.Constant!.ToFloats())).Where(w => w.Item2.All(float.IsFinite))];
        double signal = weights.Sum(w => w.Weights.Sum(x => (double)x * x));
        if (signal == 0)
        {
            return (0, double.PositiveInfinity);
        }

        float largest = weights.Max(w => w.Weights.Max(Math.Abs));

        // Steps in order are bfloat16s in order. Noise of rounding is at most step² / 4, of the codes chosen hardly more than step² / 3.
        long count = weights.Sum(w => (long)w.Weights.Length);
        double allowed = signal / Math.Pow(10, sqnr / 10);
        int low = Math.Max(Index((float)Math.Sqrt(3 * allowed / count) / 2), Index(largest / CodedTensor.MaxCode) + 1);
        int high = Math.Max(low + 1, Index(2 * largest));
        (CodedTensor?[] Codes, double Noise) best = Encode(weights, Step(low), context);
        while (best.Noise > allowed && low > Index(largest / CodedTensor.MaxCode) + 1)
        {
            (high, low) = (low, Math.Max(low - 64, Index(largest / CodedTensor.MaxCode) + 1));
            best = Encode(weights, Step(low), context);
        }

        while (high - low > 1)
        {
            int middle = high - low > 128 ? low + 64 : (low + high) / 2;
            (CodedTensor?[] Codes, double Noise) found = Encode(weights, Step(middle), context);
            if (found.Noise <= allowed)
            {
                (low, best) = (middle, found);
            }
            else
            {
                high = middle;
            }
        }

        for (int k = 0; k < weights.Count; k++)
        {
            weights[k].Value.Constant = best.Codes[k] ?? weights[k].Value.Constant;
        }

        return (weights.Count, 10 * Math.Log10(signal / Math.Max(best.Noise, double.Epsilon)));
    }

    // Matrices and kernels; vectors are biases and scales, a few numbers on which much depends.
    private static IEnumerable<Value> Weights(Model model) =>
        model.Graph.SelfAndSubgraphs().Concat(model.Subgraphs.SelectMany(g => g.SelfAndSubgraphs())).SelectMany(g => g.Constants)
            .Where(v => v.Constant is { Type: DataType.Float32 or DataType.Float16 or DataType.BFloat16 } c && c.Count is >= LeastElements and <= 1 << 24 && Wide(c.Shape) > 1);

    private static int Wide(TensorShape shape)
    {
        int wide = 0;
        foreach (long d in shape.Dimensions)
        {
            wide += d > 1 ? 1 : 0;
        }

        return wide;
    }

    private static int Index(float step) => (int)(BitConverter.SingleToUInt32Bits(Math.Max(step, 1e-30f)) >> 16);

    private static float Step(int index) => BitConverter.UInt32BitsToSingle((uint)index << 16);

    private static (CodedTensor?[] Codes, double Noise) Encode(List<(Value Value, float[] Weights)> weights, float step, PassContext context)
    {
        CodedTensor?[] codes = new CodedTensor?[weights.Count];
        double[] noise = new double[weights.Count];
        Parallel.For(0, weights.Count, new ParallelOptions { MaxDegreeOfParallelism = context.Threads, CancellationToken = context.Cancellation }, k =>
            (codes[k], noise[k]) = Encode(weights[k].Value.Constant!, weights[k].Weights, step));
        return (codes, noise.Sum());
    }

    private static (CodedTensor Tensor, double Noise) Encode(TensorData tensor, float[] weights, float step)
    {
        int[] codes = new int[weights.Length];
        for (int k = 0; k < codes.Length; k++)
        {
            codes[k] = (int)MathF.Round(weights[k] / step);
        }

        SymbolLayout layout = WeightLayout.Choose(tensor.Shape, codes);
        SymbolCosts costs = new SymbolGroupEncoder(new SymbolCoderOptions { Quick = true }).Measure(codes, layout);
        for (int k = 0; k < codes.Length; k++)
        {
            int q = codes[k];
            if (q != 0)
            {
                double exact = (double)weights[k] / step;
                int lower = q - Math.Sign(q);
                codes[k] = Cost(costs, k, lower, exact) < Cost(costs, k, q, exact) ? lower : q;
            }
        }

        CodedTensor coded = new(tensor.Type, tensor.Shape, codes, layout, step);
        double noise = 0;
        float[] values = coded.ToFloats();
        for (int k = 0; k < values.Length; k++)
        {
            double error = (double)weights[k] - values[k];
            noise += error * error;
        }

        double signal = weights.Sum(x => (double)x * x);
        return (coded.WithNoise(signal, noise), noise);
    }

    private static double Cost(SymbolCosts costs, int position, int code, double exact) => (exact - code) * (exact - code) + Price * costs.Bits(position, code);
}
