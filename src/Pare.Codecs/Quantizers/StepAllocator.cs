namespace Pare.Codecs;

/// <summary>
/// Step sizes for the tensors of a model such that all share one slope dD/dR: no byte moved from one tensor to another would lessen the weighted squared error. At high rates that is one
/// step over the square root of the sensitivity (D = step² / 12 whatever the distribution); at low rates coarse tensors saturate, so candidates are tried. Stateless and thread-safe.
/// </summary>
public static class StepAllocator
{
    /// <summary>Chooses the step of a tensor: the least weighted squared error plus slope times bits among steps a factor 2^(1/4) apart.</summary>
    /// <param name="values">Finite weights.</param>
    /// <param name="layout">How they lie.</param>
    /// <param name="slope">Price of a bit in units of sensitivity times squared weights, the same for all tensors.</param>
    /// <param name="sensitivity">Factor for this tensor's squared errors.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <returns>The step.</returns>
    /// <exception cref="ArgumentException">A value is not finite, or slope or sensitivity are not above 0.</exception>
    public static float Choose(ReadOnlySpan<float> values, SymbolLayout layout, double slope, double sensitivity = 1, int threads = 0)
    {
        SymbolArguments.Check(values.Length, layout);
        if (!(slope > 0) || !(sensitivity > 0) || !double.IsFinite(slope) || !double.IsFinite(sensitivity))
        {
            throw new ArgumentException($"slope {slope} and sensitivity {sensitivity} must be finite and above 0", nameof(slope));
        }

        double largest = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new ArgumentException($"{value} is not finite", nameof(values));
            }

            largest = Math.Max(largest, Math.Abs(value));
        }

        if (largest == 0)
        {
            return 1;
        }

        // dD/dR = -2 ln 2 D and D = step² / 12 give the step at high rates; larger ones win where many weights vanish.
        double high = Math.Sqrt(slope / sensitivity * 6 / Math.Log(2));
        float[] copy = values.ToArray();
        float[] steps = [.. Enumerable.Range(-3, 10).Select(k => (float)(high * Math.Pow(2, k / 4.0))).Where(s => s > 0 && float.IsFinite(s) && largest / s < 1 << 24)];
        if (steps.Length == 0)
        {
            return (float)Math.Max(largest / (1 << 23), float.Epsilon);
        }

        double[] costs = new double[steps.Length];
        Workers.For(steps.Length, threads, k =>
        {
            int[] codes = new int[copy.Length];
            double lambda = slope / sensitivity / ((double)steps[k] * steps[k]);
            double bits = UniformQuantizer.Quantize(copy, layout, steps[k], lambda, codes, passes: 1);
            double error = 0;
            for (int i = 0; i < copy.Length; i++)
            {
                double e = copy[i] - (double)codes[i] * steps[k];
                error += e * e;
            }

            costs[k] = sensitivity * error + slope * bits;
        });
        return steps[Array.IndexOf(costs, costs.Min())];
    }
}
