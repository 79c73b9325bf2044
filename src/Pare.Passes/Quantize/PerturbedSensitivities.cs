namespace Pare.Passes.Quantize;

/// <summary>
/// What <see cref="LayerSensitivities"/> measures, where a model cannot be differentiated: each tensor is disturbed alone by a little noise, and what that does to the answers
/// is set against what it does to the layer's output. All channels of a layer count alike then.
/// </summary>
public static class PerturbedSensitivities
{
    private const double Relative = 0.05;

    /// <summary>Measures.</summary>
    /// <param name="runner">Runs the model.</param>
    /// <param name="model">The model; not edited.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="constants">Names of other constants.</param>
    /// <param name="samples">Samples.</param>
    /// <param name="divergence">Twice the mean divergence of a model's answers over the samples from the original's.</param>
    /// <param name="options">Seed and threads; the divergence is the caller's.</param>
    /// <param name="cancellation">Ends the measurement early.</param>
    /// <returns>One entry a layer; and one a constant, a single number that serves all its elements.</returns>
    public static (OutputSensitivity?[] Layers, double[]?[] Constants) Measure(
        IModelRunner runner, Model model, IReadOnlyList<LinearLayer> layers, IReadOnlyList<string> constants, SampleBatches samples, Func<Model, double> divergence, SensitivityOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(constants);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(divergence);
        ArgumentNullException.ThrowIfNull(options);
        OutputSensitivity?[] results = new OutputSensitivity?[layers.Count];
        for (int i = 0; i < results.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            LinearLayer layer = layers[i];
            (Model noisy, _) = Disturb(model, layer.Weight.Name, options.Seed + i);
            int channels = layer.Groups * layer.OutputSize;
            (double power, double places) = Change(runner, model, noisy, layer, channels, samples, options.Threads);
            double each = power > 0 ? Math.Max(1e-12, divergence(noisy)) / power : 1e-12;
            results[i] = new OutputSensitivity([.. Enumerable.Repeat(each, channels)], [.. Enumerable.Repeat(each * places, channels)]);
        }

        double[]?[] elements = new double[]?[constants.Count];
        for (int i = 0; i < elements.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            (Model noisy, double noise) = Disturb(model, constants[i], options.Seed + layers.Count + i);
            elements[i] = noise > 0 ? [Math.Max(1e-12, divergence(noisy)) / noise] : null;
        }

        return (results, elements);
    }

    // A copy with noise of a twentieth of the tensor's root mean square, and the noise's energy.
    private static (Model Model, double Energy) Disturb(Model model, string name, int seed)
    {
        Model copy = model.Clone();
        Value value = copy.Graph.Constants.First(v => v.Name == name);
        float[] w = value.Constant!.ToFloats();
        double scale = Relative * Math.Sqrt(w.Sum(v => (double)v * v) / Math.Max(1, w.Length));
        ulong state = unchecked((ulong)(uint)seed * 0xD1342543DE82EF95UL);
        double energy = 0;
        for (int i = 0; i < w.Length; i++)
        {
            float delta = (float)(scale * Uniform(ref state));
            w[i] += delta;
            energy += (double)delta * delta;
        }

        value.Constant = DenseTensorData.Create(w, value.Constant.Shape);
        return (copy, energy);
    }

    // Mean over samples of the squared change of a layer's output, and its places.
    private static (double Power, double Places) Change(IModelRunner runner, Model model, Model noisy, LinearLayer layer, int channels, SampleBatches samples, int threads)
    {
        SessionOptions fetch = new() { Threads = 1, Fetches = [layer.Node.Output.Name] };
        using IModelSession a = runner.Load(model, fetch);
        using IModelSession b = runner.Load(noisy, fetch);
        double[] powers = new double[samples.Batches.Count];
        double[] counts = new double[samples.Batches.Count];
        Parallel.For(0, powers.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, k =>
        {
            float[] x = a.Run(samples.Batches[k])[0].ToFloats();
            float[] y = b.Run(samples.Batches[k])[0].ToFloats();
            for (int i = 0; i < x.Length; i++)
            {
                powers[k] += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
            }

            counts[k] = x.Length / (double)channels;
        });
        return (powers.Sum() / samples.Count, Math.Max(1, counts.Sum() / samples.Count));
    }

    // Of mean 0 and variance 1.
    private static double Uniform(ref ulong state)
    {
        ulong x = unchecked(state += 0x9E3779B97F4A7C15UL);
        x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL);
        x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EBUL);
        return (((x ^ (x >> 31)) >> 11) * (1.0 / (1UL << 53)) - 0.5) * Math.Sqrt(12);
    }
}
