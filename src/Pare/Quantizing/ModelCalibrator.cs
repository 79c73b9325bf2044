using Pare.Compress;
using Pare.Evaluation;
using Pare.Passes.Quantize;

namespace Pare.Workflows;

/// <summary>Runs calibration data through a model once: ranges of its activations, and the first samples for what looks at layers' inputs.</summary>
internal static class ModelCalibrator
{
    private const float PixelLevels = 255.5f;
    private const float LeastPixels = 64;

    /// <summary>Calibrates.</summary>
    /// <param name="model">A TFLite model of real numbers.</param>
    /// <param name="source">The data.</param>
    /// <param name="options">How ranges are chosen; null to gather samples only.</param>
    /// <param name="keep">Samples to keep.</param>
    /// <param name="keepBytes">Most bytes of them.</param>
    /// <param name="context">Runner, diagnostics, progress.</param>
    public static (ActivationRanges? Ranges, IReadOnlyList<IReadOnlyList<TensorData>> Samples) Run(
        Model model, CalibrationSource source, CalibrationOptions? options, int keep, long keepBytes, PassContext context)
    {
        IModelRunner runner = context.Runner ?? throw new PassException("calibrate", "needs a runner for the model");
        using Dataset whole = Datasets.Open(source.Data, source.DataOptions);
        using Dataset half = source.FirstHalf ? whole.Subset(StratifiedOrder.Halves(whole, context.Seed).First) : whole;
        using Dataset data = source.Spread is { } most ? half.Subset([.. StratifiedOrder.Of(half, context.Seed).Take(most).Order()]) : half;
        if (data.Items.Count == 0)
        {
            throw new UsageException($"the calibration data '{source.Data}' hold no samples", "--calibration");
        }

        using SampleStream stream = SampleStream.Open(runner, model, data, new EvaluationOptions { Preprocessing = source.Given(), Threads = context.Threads });
        using ActivationCalibrator? calibrator = options is null ? null : new ActivationCalibrator(runner, model, options);
        List<IReadOnlyList<TensorData>> samples = [];
        InputWatch watch = new(model);
        long bytes = 0;
        int seen = 0;
        foreach (IReadOnlyList<TensorData> inputs in stream.Read())
        {
            context.Cancellation.ThrowIfCancellationRequested();
            watch.Add(inputs, seen);
            calibrator?.Add(inputs);
            long own = inputs.Sum(t => t.ByteLength);
            if (samples.Count < keep && bytes + own <= keepBytes)
            {
                samples.Add(inputs);
                bytes += own;
            }

            seen++;
            context.Progress?.Report(0.8 * seen / data.Items.Count);
            if (calibrator is null && samples.Count >= keep)
            {
                break;
            }
        }

        if (stream.Unreadable.Count > 0 && (!source.SkipUnreadable || seen == 0))
        {
            throw new ModelFormatException("calibration data", $"{stream.Unreadable.Count} samples cannot be read, first {stream.Unreadable[0].File}: {stream.Unreadable[0].Why}; --skip-unreadable leaves them out");
        }

        foreach (Diagnostic d in data.Diagnostics.Concat(stream.Unreadable.Select(u => new Diagnostic(DiagnosticSeverity.Warning, $"left out, it cannot be read: {u.Why}", u.File))))
        {
            context.Diagnostics.Add(d);
        }

        if (stream.Assumption is { } assumption)
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, assumption));
        }

        watch.Report(context.Diagnostics);
        return (calibrator?.Finish(), samples);
    }

    // Looks for data that no model is meant for: numbers that are none, inputs that never change, pixels where [0, 1] or [-1, 1] is usual.
    private sealed class InputWatch(Model model)
    {
        private readonly (float Minimum, float Maximum, bool Whole, bool Constant)[] _inputs = [.. model.Graph.Inputs.Select(_ => (float.PositiveInfinity, float.NegativeInfinity, true, true))];
        private readonly float[]?[] _first = new float[]?[model.Graph.Inputs.Count];
        private int _samples;

        public void Add(IReadOnlyList<TensorData> inputs, int sample)
        {
            _samples++;
            for (int i = 0; i < inputs.Count && i < _inputs.Length; i++)
            {
                if (inputs[i].Type != DataType.Float32)
                {
                    _inputs[i].Constant = false;
                    continue;
                }

                float[] values = inputs[i].ToFloats();
                if (values.Any(v => !float.IsFinite(v)))
                {
                    throw new ModelFormatException("calibration data", $"sample {sample} has NaN or infinite values for the input '{model.Graph.Inputs[i].Name}'");
                }

                (float min, float max, bool whole, bool constant) = _inputs[i];
                _first[i] ??= values;
                _inputs[i] = (Math.Min(min, values.DefaultIfEmpty().Min()), Math.Max(max, values.DefaultIfEmpty().Max()), whole && values.All(v => v == MathF.Floor(v)), constant && values.AsSpan().SequenceEqual(_first[i]));
            }
        }

        public void Report(IList<Diagnostic> diagnostics)
        {
            for (int i = 0; i < _inputs.Length; i++)
            {
                (float min, float max, bool whole, bool constant) = _inputs[i];
                string name = model.Graph.Inputs[i].Name;
                if (whole && min >= 0 && max is > LeastPixels and <= PixelLevels)
                {
                    diagnostics.Add(new Diagnostic(
                        DiagnosticSeverity.Warning, $"the calibration data for the input are whole numbers from {min:0} to {max:0}, which look like unscaled pixels; if the model was trained on scaled ones, say how (--mean, --std, or scaled arrays)", name));
                }
                else if (constant && _samples > 1 && _first[i] is not null)
                {
                    diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"all {_samples} calibration samples are the same for the input", name));
                }
            }
        }
    }
}
