using Pare.Passes.Conversion;
using Pare.Passes.Differentiation;

namespace Pare.Passes.Quantize;

/// <summary>
/// Measures how much each output channel of each linear layer, and each element of other constants, matters to a network's answers: squared gradients (the diagonal of the
/// Gauss-Newton matrix), by reverse-mode differentiation along random directions v with E[vvᵀ] the curvature of the divergence.
/// </summary>
public static class LayerSensitivities
{
    /// <summary>Measures.</summary>
    /// <param name="runner">Runs the differentiated model.</param>
    /// <param name="model">The model; not edited.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="constants">Names of constants whose elements' mean squared gradients are wanted too.</param>
    /// <param name="samples">Samples.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends the measurement early.</param>
    /// <returns>One entry a layer, null where the output does not depend on it; and one a constant, in its order of elements.</returns>
    /// <exception cref="UnsupportedModelException">The model cannot be carried over into ONNX, or a node on the way cannot be differentiated.</exception>
    public static (OutputSensitivity?[] Layers, double[]?[] Constants) Measure(
        IModelRunner runner, Model model, IReadOnlyList<LinearLayer> layers, IReadOnlyList<string> constants, SampleBatches samples, SensitivityOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(constants);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(options);
        int batch = samples.Sizes.Max();
        int first = samples.Sizes.ToList().IndexOf(batch);
        IReadOnlyList<TensorData> example = samples.Batches[first];
        string[] outputs = [.. layers.Select(l => l.Node.Output.Name).Prepend(model.Graph.Outputs[0].Name).Distinct()];
        Model lowered = OnnxLowering.Lower(model, outputs, [.. example.Select(t => t.Shape)]);
        string answer = Logits(lowered.Graph.Outputs[0]).Name;
        Dictionary<string, TensorShape> shapes = Shapes(runner, lowered, example);
        string[] by = [.. layers.Select(l => BeforeActivation(lowered.Graph.Outputs[Array.IndexOf(outputs, l.Node.Output.Name)]).Name), .. constants];
        (Model gradients, IReadOnlyList<string?> names) = GradientModel.Create(lowered, shapes, answer, by);
        if (gradients.Graph.Outputs.Count == 0)
        {
            return (new OutputSensitivity?[layers.Count], new double[]?[constants.Count]);
        }

        using IModelSession forward = runner.Load(lowered, new SessionOptions { Threads = 1, Fetches = [answer] });
        using IModelSession backward = runner.Load(gradients, new SessionOptions { Threads = 1 });
        int[] chosen = [.. Enumerable.Range(0, samples.Sizes.Count).Where(b => samples.Sizes[b] == batch)];
        int?[] position = Positions(backward, names);
        Accumulator?[] sums = [.. by.Select((_, i) => position[i] is null ? null : new Accumulator(i < layers.Count ? layers[i] : null))];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, options.Threads), CancellationToken = cancellation };
        int part = Math.Max(1, options.Threads) * 2;
        for (int start = 0; start < chosen.Length * options.Draws; start += part)
        {
            int count = Math.Min(part, (chosen.Length * options.Draws) - start);
            IReadOnlyList<TensorData>[] results = new IReadOnlyList<TensorData>[count];
            Parallel.For(0, count, parallel, k =>
            {
                int run = start + k;
                IReadOnlyList<TensorData> inputs = samples.Batches[chosen[run / options.Draws]];
                TensorData logits = forward.Run([.. forward.Inputs.Select(i => inputs[IndexOf(lowered, i.Name)])])[0];
                TensorData seed = Seed(logits, options.Temperature, unchecked((ulong)(uint)options.Seed * 0x9E3779B97F4A7C15UL) + (ulong)run);
                results[k] = backward.Run([.. backward.Inputs.Select(i => i.Name == GradientModel.SeedName ? seed : inputs[IndexOf(lowered, i.Name)])]);
            });
            Parallel.For(0, sums.Length, parallel, i =>
            {
                for (int k = 0; k < count && sums[i] is not null; k++)
                {
                    sums[i]!.Add(results[k][position[i]!.Value], batch);
                }
            });
        }

        return ([.. sums.Take(layers.Count).Select(s => s?.Channels())], [.. sums.Skip(layers.Count).Select(s => s?.Elements())]);
    }

    /// <summary>The value before a final softmax or sigmoid, else the output itself.</summary>
    internal static Value Logits(Value output)
    {
        Value v = output;
        for (int step = 0; step < 16 && v.Producer is { } node; step++)
        {
            switch (node.Operator)
            {
                case "Softmax" or "Sigmoid" or "LogSoftmax":
                    return node.Inputs[0]!;
                case "Identity" or "Reshape" or "Cast" or "Squeeze" or "Unsqueeze" or "Flatten" or "Transpose":
                    v = node.Inputs[0]!;
                    break;
                default:
                    return output;
            }
        }

        return output;
    }

    // Of a layer with a fused activation the sum before it: that is where an error of the weight is added.
    private static Value BeforeActivation(Value result)
    {
        Value v = result;
        while (v.Producer is { Operator: "Identity" } identity)
        {
            v = identity.Inputs[0]!;
        }

        return v.Producer is { Operator: "Relu" or "Clip" or "Tanh" or "Sign" } activation ? activation.Inputs[0]! : v;
    }

    private static int IndexOf(Model model, string name)
    {
        for (int i = 0; i < model.Graph.Inputs.Count; i++)
        {
            if (model.Graph.Inputs[i].Name == name)
            {
                return i;
            }
        }

        throw new GraphException($"the lowered model has an input '{name}' that the original has not");
    }

    private static Dictionary<string, TensorShape> Shapes(IModelRunner runner, Model lowered, IReadOnlyList<TensorData> example)
    {
        string[] names = [.. lowered.Graph.Nodes.SelectMany(n => n.Outputs).Where(v => v.Name.Length > 0 && !v.IsConstant).Select(v => v.Name)];
        using IModelSession session = runner.Load(lowered, new SessionOptions { QuickStart = true, Fetches = names });
        IReadOnlyList<TensorData> values = session.Run([.. session.Inputs.Select(i => example[IndexOf(lowered, i.Name)])]);
        Dictionary<string, TensorShape> shapes = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            shapes[names[i]] = values[i].Shape;
        }

        for (int i = 0; i < lowered.Graph.Inputs.Count; i++)
        {
            shapes.TryAdd(lowered.Graph.Inputs[i].Name, example[i].Shape);
        }

        return shapes;
    }

    private static int?[] Positions(IModelSession session, IReadOnlyList<string?> names)
    {
        Dictionary<string, int> position = session.Outputs.Select((o, i) => (o.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        return [.. names.Select(n => n is not null ? (int?)position[n] : null)];
    }

    // v = Σ_c ε_c √p_c (e_c - p) with random signs ε: E[vvᵀ] = diag(p) - ppᵀ. The last axis holds the classes.
    private static DenseTensorData Seed(TensorData logits, double temperature, ulong seed)
    {
        float[] z = logits.ToFloats();
        int classes = Math.Max(1, (int)logits.Shape[logits.Shape.Rank == 0 ? 0 : -1]);
        float[] v = new float[z.Length];
        ulong state = seed;
        double[] p = new double[classes];
        for (int row = 0; row < z.Length; row += classes)
        {
            if (classes == 1)
            {
                // One number: a probability by the logistic function.
                double one = 1 / (1 + Math.Exp(-z[row] / temperature));
                v[row] = (float)(Math.Sqrt(Math.Max(1e-12, one * (1 - one))) * Sign(ref state));
                continue;
            }

            double largest = double.NegativeInfinity;
            for (int c = 0; c < classes; c++)
            {
                largest = Math.Max(largest, z[row + c]);
            }

            double sum = 0;
            for (int c = 0; c < classes; c++)
            {
                p[c] = Math.Exp((z[row + c] - largest) / temperature);
                sum += p[c];
            }

            double total = 0;
            for (int c = 0; c < classes; c++)
            {
                p[c] /= sum;
                double part = Math.Sqrt(p[c]) * Sign(ref state);
                v[row + c] = (float)part;
                total += part;
            }

            for (int c = 0; c < classes; c++)
            {
                v[row + c] -= (float)(total * p[c]);
            }
        }

        return DenseTensorData.Create(v, logits.Shape);
    }

    // SplitMix64 (Steele, Lea, Flood 2014).
    private static double Sign(ref ulong state)
    {
        ulong x = unchecked(state += 0x9E3779B97F4A7C15UL);
        x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL);
        x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EBUL);
        return ((x ^ (x >> 31)) & 1) == 0 ? 1 : -1;
    }

    private sealed class Accumulator(LinearLayer? layer)
    {
        private double[]? _squares;
        private double[]? _shared;
        private const int MostCoupled = 1536;
        private const double MostWork = 4e9;
        private static readonly ParallelOptions s_alone = new() { MaxDegreeOfParallelism = 1 };
        private readonly bool _coupled = layer is { Groups: 1 } && layer.OutputSize is > 1 and <= MostCoupled;
        private double[]? _products;
        private long _rows;
        private long _samples;
        private double _places;

        public void Add(TensorData gradient, int samples)
        {
            float[] g = gradient.ToFloats();
            _samples += samples;
            if (layer is null)
            {
                // Signs are independent from sample to sample: the square of the sum has the mean of the sum of squares.
                _squares ??= new double[g.Length];
                for (int i = 0; i < g.Length; i++)
                {
                    _squares[i] += (double)g[i] * g[i];
                }

                return;
            }

            int channels = layer.Groups * layer.OutputSize;
            _squares ??= new double[channels];
            _shared ??= new double[channels];
            bool last = layer.Window is null || layer.ChannelsLast;
            int perSample = g.Length / samples;
            int places = perSample / channels;
            _places += (double)places * samples;
            if (_coupled)
            {
                Couple(g, channels, places, samples, last);
            }

            double[] sums = new double[channels];
            for (int s = 0; s < samples; s++)
            {
                Array.Clear(sums);
                for (int p = 0; p < places; p++)
                {
                    for (int c = 0; c < channels; c++)
                    {
                        double v = g[(s * perSample) + (last ? (p * channels) + c : (c * places) + p)];
                        _squares[c] += v * v;
                        sums[c] += v;
                    }
                }

                for (int c = 0; c < channels; c++)
                {
                    _shared[c] += sums[c] * sums[c];
                }
            }
        }

        public OutputSensitivity Channels() => new([.. _squares!.Select(s => s / Math.Max(1, _places))], [.. _shared!.Select(s => s / Math.Max(1, _samples))])
        {
            Covariance = _products is null ? null : Symmetric(_products, layer!.OutputSize, Math.Max(1, _rows)),
        };

        // Products of the gradients of a place; of many places some.
        private void Couple(float[] g, int channels, int places, int samples, bool last)
        {
            _products ??= new double[channels * channels];
            int stride = (int)Math.Max(1, Math.Ceiling((double)places * 1000 * channels * channels / MostWork));
            int taken = (places + stride - 1) / stride;
            float[] rows = new float[taken * samples * channels];
            int at = 0;
            for (int s = 0; s < samples; s++)
            {
                int first = s * channels * places;
                for (int p = s % Math.Min(stride, places); p < places; p += stride, at++)
                {
                    for (int c = 0; c < channels; c++)
                    {
                        rows[(at * channels) + c] = g[first + (last ? (p * channels) + c : (c * places) + p)];
                    }
                }
            }

            GramKernel.Add(rows, channels, rows, channels, at, _products, lowerOnly: true, s_alone);
            _rows += at;
        }

        private static double[] Symmetric(double[] lower, int n, long count)
        {
            double[] full = new double[n * n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    full[(i * n) + j] = full[(j * n) + i] = lower[(i * n) + j] / count;
                }
            }

            return full;
        }

        public double[] Elements() => [.. _squares!.Select(s => s / Math.Max(1, _samples))];
    }
}
