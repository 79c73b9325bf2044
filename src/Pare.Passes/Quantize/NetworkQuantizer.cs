using System.Numerics.Tensors;
using Pare.Codecs;

namespace Pare.Passes.Quantize;

/// <summary>
/// Quantizes the linear layers of a network one after the other for the least sum of distortion and rate: each layer sees what the layers before it have become, aims at
/// the weights that then fit the original's outputs best (least squares), and buys bits at one price λ that the whole network shares, a deviation being worth what
/// it does to the answers. The mean of what remains goes into the bias.
/// </summary>
public sealed class NetworkQuantizer
{
    // An error of a bias is taken back by the layers behind, whose own biases are corrected: its bits are worth less than curvature says.
    private const double BiasPatience = 16;

    private readonly IModelRunner _runner;
    private readonly Model _model;
    private readonly IReadOnlyList<LinearLayer> _layers;
    private readonly OutputSensitivity?[] _sensitivities;
    private readonly SampleBatches _samples;
    private readonly RateDistortionOptions _options;

    /// <summary>Creates a quantizer.</summary>
    /// <param name="runner">Runs parts of the network.</param>
    /// <param name="model">The network; not edited.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="sensitivities">What <see cref="LayerSensitivities"/> measured for each.</param>
    /// <param name="samples">Calibration samples.</param>
    /// <param name="options">How.</param>
    public NetworkQuantizer(
        IModelRunner runner, Model model, IReadOnlyList<LinearLayer> layers, IReadOnlyList<OutputSensitivity?> sensitivities, SampleBatches samples, RateDistortionOptions options)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(sensitivities);
        _runner = runner;
        _model = model;
        _layers = layers;
        _sensitivities = [.. sensitivities];
        _samples = samples;
        _options = options;
    }

    /// <summary>What layers read in the original network; give the same to quantizers over the same model and samples.</summary>
    public LayerInputCache Inputs { get; init; } = new();

    /// <summary>
    /// Whether steps are searched near those found before; else those are taken, relative to the price, that an earlier call found, which costs a fifth. The first call searches always.
    /// </summary>
    public bool SearchSteps { get; set; } = true;

    /// <summary>Quantizes at a price.</summary>
    /// <param name="lambda">What a bit may cost in the answers' divergence.</param>
    /// <param name="start">The network with other constants already quantized; null where there are none.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>One entry a layer (null where the layer cannot be handled) and the network with the weights put in place.</returns>
    public (LayerResult?[] Layers, Model Model) Quantize(double lambda, Model? start = null, CancellationToken cancellation = default)
    {
        Model quantized = (start ?? _model).Clone();
        LinearLayer[] own = Matching(quantized);
        ActivationWalk before = new(_runner, _model, _samples, _options.Threads);
        ActivationWalk after = new(_runner, quantized, _samples, _options.Threads);
        LayerResult?[] results = new LayerResult?[_layers.Count];
        int[] order = [.. Enumerable.Range(0, _layers.Count).Where(i => before.PlaceOf(_layers[i].Node) is not null && _sensitivities[i] is not null && _layers[i].Input is { IsConstant: false })
            .OrderBy(i => before.PlaceOf(_layers[i].Node))];
        bool same = start is null;
        foreach (int i in order)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!Inputs.TryGet(_layers[i].Input!.Name, out TensorData[] x))
            {
                x = before.To(_layers[i].Node, _layers[i].Input!);
                Inputs.Keep(_layers[i].Input!.Name, x);
            }

            TensorData[] hat = same ? x : after.To(own[i].Node, own[i].Input!);
            CrossMoments moments = same ? Inputs.SameMoments(_layers[i], () => Moments(_layers[i], x, x)) : Moments(_layers[i], hat, x);
            if (same)
            {
                after.To(own[i].Node, own[i].Input!);
                same = false;
            }

            LayerResult result = Solve(_layers[i], moments, _sensitivities[i]!, lambda);
            results[i] = result;
            own[i].Weight.Constant = DenseTensorData.Create(result.Weight.Values, own[i].Weight.Constant!.Shape);
            if (result.Bias is { } bias)
            {
                own[i].Bias!.Constant = DenseTensorData.Create(bias.Values, own[i].Bias!.Constant!.Shape);
            }
        }

        return (results, quantized);
    }

    private CrossMoments Moments(LinearLayer layer, TensorData[] hat, TensorData[] x)
    {
        CrossMoments moments = new(layer, _samples.Count, _options.MomentWork, _options.Threads);
        for (int b = 0; b < x.Length; b++)
        {
            moments.Add(hat[b], x[b], _samples.Sizes[b]);
        }

        return moments;
    }

    private LinearLayer[] Matching(Model quantized)
    {
        Dictionary<string, LinearLayer> byWeight = LinearLayers.Find(quantized).ToDictionary(l => l.Weight.Name, StringComparer.Ordinal);
        return [.. _layers.Select(l => byWeight[l.Weight.Name])];
    }

    private LayerResult Solve(LinearLayer layer, CrossMoments moments, OutputSensitivity sensitivity, double lambda)
    {
        int d = layer.InputSize;
        int columns = layer.Groups * layer.OutputSize;
        float[] weights = layer.Weight.Constant!.ToFloats();
        float[] target = new float[columns * d];
        float[][] hessians = new float[layer.Groups][];
        double[][] stiffness = new double[layer.Groups][];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.Threads };
        double overall = 0;
        for (int g = 0; g < layer.Groups; g++)
        {
            double[] a = moments.Quantized(g);
            for (int j = 0; j < d; j++)
            {
                overall += a[(j * d) + j] / ((double)d * layer.Groups);
            }
        }

        Parallel.For(0, layer.Groups, parallel, g =>
        {
            double[] a = moments.Quantized(g);
            double[] means = moments.MeanQuantized(g);
            double trace = 0;
            double raw = 0;
            for (int j = 0; j < d; j++)
            {
                trace += a[(j * d) + j] / d;
                raw += means[j] * means[j] / d;
            }

            double floor = (1e-6 * (trace + raw)) + (1e-5 * overall) + 1e-30;
            Targets(layer, g, weights, a, moments, (_options.RefitDamping * trace) + floor, target);
            double ridge = (_options.Damping * trace) + floor;
            double places = moments.PlacesPerSample;
            float[] h = new float[d * d];
            for (int j = 0; j < d; j++)
            {
                a[(j * d) + j] += ridge;
            }

            stiffness[g] = Stiffness(a, d);
            for (int j = 0; j < a.Length; j++)
            {
                h[j] = (float)(a[j] * places);
            }

            for (int j = 0; j < d; j++)
            {
                stiffness[g][j] *= places;
            }

            hessians[g] = h;
        });

        double[] importance = Floored(sensitivity.PerPlace);
        (CoordinateDescent best, StepShape shape) = Search(layer, target, hessians, importance, ColumnCoupling.Of(sensitivity, importance, _options.Coupling), stiffness, lambda);
        float[] values = best.Values();
        CodedWeight weight = new() { Codes = best.Codes, Layout = WeightLayouts.Of(layer), Step = best.Step, RowExponents = shape.Rows, ColumnExponents = shape.Columns, Values = values };
        return new LayerResult
        {
            Layer = layer,
            Weight = weight,
            Bias = layer.Bias is null ? null : Bias(layer, weights, values, moments, sensitivity, lambda),
            Bits = best.Bits + shape.Bits,
            Distortion = best.Distortion,
        };
    }

    // (A + r)⁻¹ (B W + r W), column by column; W where the network is still the same.
    private void Targets(LinearLayer layer, int group, float[] weights, double[] a, CrossMoments moments, double ridge, float[] target)
    {
        int d = layer.InputSize;
        double[]? cross = _options.Refit ? moments.Cross(group) : null;
        double[]? factor = null;
        if (cross is not null && !cross.AsSpan().SequenceEqual(a))
        {
            double[] damped = [.. a];
            for (int j = 0; j < d; j++)
            {
                damped[(j * d) + j] += ridge;
            }

            factor = SymmetricMatrix.Cholesky(damped, d);
        }

        double[]? transposed = factor is null ? null : SymmetricMatrix.Transposed(factor, d);
        Parallel.For(0, layer.OutputSize, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads }, o =>
        {
            int c = (group * layer.OutputSize) + o;
            int start = (group * layer.GroupStride) + (o * layer.OutputStride);
            double[] w = new double[d];
            for (int j = 0; j < d; j++)
            {
                w[j] = weights[start + layer.RowOffset[j]];
            }

            double[] t = w;
            if (factor is not null)
            {
                double[] right = new double[d];
                for (int j = 0; j < d; j++)
                {
                    right[j] = TensorPrimitives.Dot<double>(cross.AsSpan(j * d, d), w) + (ridge * w[j]);
                }

                t = SymmetricMatrix.Solve(factor, transposed!, right, d);
            }

            for (int j = 0; j < d; j++)
            {
                target[(c * d) + j] = (float)t[j];
            }
        });
    }

    // 1 / [A⁻¹]_jj: what an error of one weight costs when the others may answer it.
    private static double[] Stiffness(double[] a, int d)
    {
        double[] result = new double[d];
        if (SymmetricMatrix.Cholesky(a, d) is not { } l)
        {
            for (int j = 0; j < d; j++)
            {
                result[j] = Math.Max(1e-30, a[(j * d) + j]);
            }

            return result;
        }

        double[] inverse = SymmetricMatrix.Inverse(l, d);
        for (int j = 0; j < d; j++)
        {
            result[j] = 1 / Math.Max(1e-300, inverse[(j * d) + j]);
        }

        return result;
    }

    private static double[] Floored(double[] sensitivity)
    {
        double floor = Math.Max(1e-30, sensitivity.Max() * 1e-9);
        return [.. sensitivity.Select(s => Math.Max(s, floor))];
    }

    private (CoordinateDescent Best, StepShape Shape) Search(
        LinearLayer layer, float[] target, float[][] hessians, double[] importance, ColumnCoupling? coupling, double[][] stiffness, double lambda)
    {
        RateDistortionProblem problem = new()
        {
            Layer = layer,
            Target = target,
            Hessian = [.. Enumerable.Range(0, importance.Length).Select(c => hessians[c / layer.OutputSize])],
            Weight = importance,
            Coupling = coupling?.Ratios,
            Lambda = lambda,
            ColumnScale = [],
            RowScale = [],
        };
        (StepShape Shape, StepSearch Search)[] all =
        [
            .. StepShape.Candidates(layer, stiffness, coupling?.Alone ?? importance, _options)
                .Select(s => (s, new StepSearch(problem with { ColumnScale = s.ColumnScale, RowScale = s.RowScale }, Math.Sqrt(6 * lambda / (Math.Log(2) * s.Typical)), _options))),
        ];
        if (Inputs.Steps.TryGetValue(layer.Weight.Name, out StepChoice? known) && known.Shape < all.Length)
        {
            int again = SearchSteps ? all[known.Shape].Search.Best(known.HalfOctaves) : known.HalfOctaves;
            Inputs.Steps[layer.Weight.Name] = known with { HalfOctaves = again };
            return (all[known.Shape].Search.Final(again), all[known.Shape].Shape);
        }

        int choice = Enumerable.Range(0, all.Length).MinBy(i => all.Length == 1 ? 0 : all[i].Search.At(0).Objective + (lambda * all[i].Shape.Bits));
        int step = all[choice].Search.Best();
        Inputs.Steps[layer.Weight.Name] = new StepChoice(choice, step);
        return (all[choice].Search.Final(step), all[choice].Shape);
    }

    // b + E[x] W - E[x̂] Ŵ on a grid whose error is worth its bits.
    private static CodedWeight Bias(LinearLayer layer, float[] weights, float[] values, CrossMoments moments, OutputSensitivity sensitivity, double lambda)
    {
        float[] bias = layer.Bias!.Constant!.ToFloats();
        int d = layer.InputSize;
        for (int c = 0; c < bias.Length; c++)
        {
            int g = c / layer.OutputSize;
            int start = (g * layer.GroupStride) + (c % layer.OutputSize * layer.OutputStride);
            double[] x = moments.MeanOriginal(g);
            double[] hat = moments.MeanQuantized(g);
            double change = 0;
            for (int j = 0; j < d; j++)
            {
                int at = start + layer.RowOffset[j];
                change += (x[j] * weights[at]) - (hat[j] * values[at]);
            }

            bias[c] += (float)change;
        }

        double curvature = Math.Max(1e-30, sensitivity.Shared.Average());
        double wanted = Math.Sqrt(6 * BiasPatience * lambda / (Math.Log(2) * curvature));
        double largest = bias.Max(Math.Abs);
        float step = (float)Math.Pow(2, Math.Floor(Math.Log2(Math.Clamp(wanted, largest / 32768, Math.Max(largest, 1e-20)))));
        int[] codes = [.. bias.Select(b => (int)Math.Round(b / step))];
        return new CodedWeight { Codes = codes, Layout = SymbolLayout.Vector(codes.Length), Step = step, Values = [.. codes.Select(q => q * step)] };
    }
}
