using Pare.Passes.Round;

namespace Pare.Passes.Quantize;

/// <summary>
/// Puts the weights of a network's linear layers on uniform grids, layer after layer: each sees what the layers before it have become, aims at what then fits the original's outputs,
/// rounds with error feedback and leaves the mean of what remains to its bias. Weights and biases are replaced in place; scales are given out. Stateless and thread-safe.
/// </summary>
public sealed class WeightRounder
{
    // Beyond, the matrices of moments take more memory than the model.
    private const int MostInputs = 4096;

    private readonly IModelRunner _runner;
    private readonly WeightRoundingOptions _options;

    /// <summary>Creates a rounder.</summary>
    /// <param name="runner">Runs parts of the network.</param>
    /// <param name="options">How.</param>
    public WeightRounder(IModelRunner runner, WeightRoundingOptions options)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(options);
        _runner = runner;
        _options = options;
    }

    /// <summary>Rounds a model's weights.</summary>
    /// <param name="model">The model, which is edited.</param>
    /// <param name="samples">For each sample one tensor for each input; none for rounding that looks at the weights alone.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>Scales by the weight's name: one for each output channel, group by group within it; layers that cannot be seen as matrices are not among them.</returns>
    public IReadOnlyDictionary<string, float[]> Round(Model model, IReadOnlyList<IReadOnlyList<TensorData>> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        const int Batch = 16;
        Dictionary<string, float[]> scales = new(StringComparer.Ordinal);
        if (samples.Count == 0)
        {
            foreach (LinearLayer layer in LinearLayers.Find(model).Where(IsSelected))
            {
                scales[layer.Weight.Name] = Round(layer, null);
            }

            return scales;
        }

        Model original = model.Clone();
        SampleBatches batches = SampleBatches.Create(_runner, model, samples, Batch);
        Dictionary<string, LinearLayer> before = LinearLayers.Find(original).ToDictionary(l => l.Weight.Name, StringComparer.Ordinal);
        ActivationWalk originalWalk = new(_runner, original, batches, _options.Threads);
        ActivationWalk walk = new(_runner, model, batches, _options.Threads);
        bool same = true;
        foreach (LinearLayer layer in LinearLayers.Find(model).Where(l => walk.PlaceOf(l.Node) is not null && l.Input is { IsConstant: false }).OrderBy(l => walk.PlaceOf(l.Node)).ToArray())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!IsSelected(layer))
            {
                continue;
            }

            LinearLayer source = before[layer.Weight.Name];
            TensorData[] x = originalWalk.To(source.Node, source.Input!);
            TensorData[] hat = walk.To(layer.Node, layer.Input!);
            if (layer.InputSize > MostInputs)
            {
                scales[layer.Weight.Name] = Round(layer, null);
                same = false;
                continue;
            }

            CrossMoments moments = new(layer, batches.Count, _options.MomentWork, _options.Threads);
            for (int b = 0; b < x.Length; b++)
            {
                moments.Add(same ? x[b] : hat[b], x[b], batches.Sizes[b]);
            }

            scales[layer.Weight.Name] = Round(layer, moments);
            same = false;
        }

        return scales;
    }

    private bool IsSelected(LinearLayer layer) => WeightConstants.IsSelected(layer.Weight.Name, _options.Include, _options.Exclude);

    private float[] Round(LinearLayer layer, CrossMoments? moments)
    {
        int d = layer.InputSize;
        int group = layer.Window is null && layer.Groups == 1 && _options.GroupSize > 0 && d % _options.GroupSize == 0 ? _options.GroupSize : d;
        int perColumn = d / group;
        float[] weights = layer.Weight.Constant!.ToFloats();
        float[] rounded = [.. weights];
        float[]? bias = layer.Bias?.Constant!.ToFloats();
        float[] scales = new float[layer.Groups * layer.OutputSize * perColumn];
        int highest = _options.Bits == 4 ? 7 : 127;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.Threads };
        double overall = moments is null ? 1 : Enumerable.Range(0, layer.Groups).Average(g => Trace(moments.Quantized(g), d));
        float fixedScale = _options.PerTensor ? weights.Max(Math.Abs) / highest : 0;
        Parallel.For(0, layer.Groups, parallel, g =>
        {
            bool centred = bias is not null && _options.CorrectBias && moments is not null;
            double[] mean = moments?.MeanQuantized(g) ?? new double[d];
            double[] meanOriginal = moments?.MeanOriginal(g) ?? new double[d];
            double[]? a = moments is null ? null : Moments(moments.Quantized(g), mean, mean, centred, d);
            double trace = a is null ? 0 : Trace(a, d);

            // What no sample reaches keeps its nearest code: a ridge relative to the layer holds it there.
            double floor = (1e-6 * (trace + mean.Average(m => m * m))) + (1e-5 * overall) + 1e-30;
            LeastSquaresTarget? target = _options.Refit && a is not null
                ? new LeastSquaresTarget(a, Moments(moments!.Cross(g), mean, meanOriginal, centred, d), d, (_options.RefitDamping * trace) + floor)
                : null;
            for (int j = 0; j < d && a is not null; j++)
            {
                a[(j * d) + j] += (_options.Damping * trace) + floor;
            }

            double[]? factor = _options.Feedback && a is not null ? SymmetricMatrix.InverseUpperFactor(a, d) : null;
            Parallel.For(0, layer.OutputSize, parallel, o =>
            {
                int column = (g * layer.OutputSize) + o;
                int start = (g * layer.GroupStride) + (o * layer.OutputStride);
                double[] w = new double[d];
                for (int j = 0; j < d; j++)
                {
                    w[j] = weights[start + layer.RowOffset[j]];
                }

                ColumnRounder rounder = new(a, factor, d, highest, group, _options.PerTensor ? _options with { SearchScales = false } : _options);
                (sbyte[] codes, float[] own) = rounder.Round(target?.For(w) ?? w, fixedScale);
                own.CopyTo(scales, column * perColumn);
                double change = 0;
                for (int j = 0; j < d; j++)
                {
                    float value = codes[j] * own[j / group];
                    rounded[start + layer.RowOffset[j]] = value;
                    change += (meanOriginal[j] * w[j]) - (mean[j] * value);
                }

                if (centred)
                {
                    bias![column] += (float)change;
                }
            });
        });

        layer.Weight.Constant = DenseTensorData.Create(rounded, layer.Weight.Constant!.Shape);
        if (bias is not null)
        {
            layer.Bias!.Constant = DenseTensorData.Create(bias, layer.Bias.Constant!.Shape);
        }

        return _options.PerTensor ? [fixedScale > 0 ? fixedScale : 1] : scales;
    }

    // Second moments about the means, or about 0 where no bias can take the mean of an error.
    private static double[] Moments(double[] centredMoments, double[] left, double[] right, bool centred, int d)
    {
        for (int i = 0; i < d && !centred; i++)
        {
            for (int j = 0; j < d; j++)
            {
                centredMoments[(i * d) + j] += left[i] * right[j];
            }
        }

        return centredMoments;
    }

    private static double Trace(double[] a, int d)
    {
        double trace = 0;
        for (int j = 0; j < d; j++)
        {
            trace += a[(j * d) + j] / d;
        }

        return trace;
    }
}
