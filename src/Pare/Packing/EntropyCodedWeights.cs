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

        // Steps in order are bfloat16s in order. The step at which plain rounding has the noise is quickly found; choosing codes by their cost adds a third at most,
        // so that the step sought is at most a quarter finer.
        double allowed = signal / Math.Pow(10, sqnr / 10);
        int finest = Index(largest / CodedTensor.MaxCode) + 1;
        int high = Bisect(finest, Math.Max(finest + 1, Index(2 * largest)), step => Rounding(weights, Step(step), context) <= allowed) + 1;
        int low = Math.Max(finest, high - 64);
        SymbolLayout?[] layouts = new SymbolLayout?[weights.Count];
        (CodedTensor?[] Codes, double Noise) best = Encode(weights, layouts, Step(low), context);
        while (best.Noise > allowed && low > finest)
        {
            (high, low) = (low, Math.Max(low - 64, finest));
            best = Encode(weights, layouts, Step(low), context);
        }

        Bisect(low, high, step =>
        {
            (CodedTensor?[] Codes, double Noise) found = step == low ? best : Encode(weights, layouts, Step(step), context);
            if (found.Noise <= allowed)
            {
                best = found;
            }

            return found.Noise <= allowed;
        });
        for (int k = 0; k < weights.Count; k++)
        {
            weights[k].Value.Constant = best.Codes[k] ?? weights[k].Value.Constant;
        }

        return (weights.Count, 10 * Math.Log10(signal / Math.Max(best.Noise, double.Epsilon)));
    }

    // The last from low on, and below high, of which something holds.
    private static int Bisect(int low, int high, Predicate<int> holds)
    {
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = holds(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static double Rounding(List<(Value Value, float[] Weights)> weights, float step, PassContext context)
    {
        double[] noise = new double[weights.Count];
        Parallel.For(0, weights.Count, new ParallelOptions { MaxDegreeOfParallelism = context.Threads, CancellationToken = context.Cancellation }, k =>
        {
            foreach (float w in weights[k].Weights)
            {
                double error = (double)w - MathF.Round(w / step) * step;
                noise[k] += error * error;
            }
        });
        return noise.Sum();
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

    private static (CodedTensor?[] Codes, double Noise) Encode(List<(Value Value, float[] Weights)> weights, SymbolLayout?[] layouts, float step, PassContext context)
    {
        CodedTensor?[] codes = new CodedTensor?[weights.Count];
        double[] noise = new double[weights.Count];
        Parallel.For(0, weights.Count, new ParallelOptions { MaxDegreeOfParallelism = context.Threads, CancellationToken = context.Cancellation }, k =>
            (codes[k], noise[k]) = Encode(weights[k].Value.Constant!, weights[k].Weights, ref layouts[k], step));
        return (codes, noise.Sum());
    }

    private static (CodedTensor Tensor, double Noise) Encode(TensorData tensor, float[] weights, ref SymbolLayout? layout, float step)
    {
        int[] codes = new int[weights.Length];
        for (int k = 0; k < codes.Length; k++)
        {
            codes[k] = (int)MathF.Round(weights[k] / step);
        }

        layout ??= WeightLayout.Choose(tensor.Shape, codes);
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
