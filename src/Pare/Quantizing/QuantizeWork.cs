using Pare.Passes.Quantize;
using Pare.Passes.Quantize.TFLite;

namespace Pare.Workflows;

/// <summary>Does what a <see cref="QuantizeStep"/> asks for, on a TFLite model: equalizes, calibrates, rounds weights, puts integers in place. One step's worth.</summary>
internal sealed class QuantizeWork(QuantizeStep step, PassContext context)
{
    // Samples whose layers' inputs are looked at, and most bytes of them.
    private const int TuningSamples = 500;
    private const long TuningBytes = 256L << 20;

    private readonly List<Change> _changes = [];
    private CalibrationRecord? _measured;
    private IReadOnlyDictionary<string, float[]> _scales = new Dictionary<string, float[]>();

    public StepOutcome Run(StepOutcome converted)
    {
        Model model = converted.Model;
        CheckTarget(model);
        if (step.To == "tflite" && step.Scheme != "float16" && HalfConstants.Restore(model) is > 0 and int restored)
        {
            _changes.Add(new Change("quantize", "binary16 constants read", restored));
        }

        bool samples = step.Calibration is not null;
        IReadOnlyList<string> tuning = step.Tuning ?? WeightTuning.Default(step.Scheme, samples);
        if (step.IsInteger || step.IsIntegerWeight)
        {
            if (tuning.Contains(WeightTuning.Equalize))
            {
                _changes.AddRange(new EqualizeLayersPass().Run(model, context));
            }

            Prepare(model, tuning);
        }

        return new StepOutcome
        {
            Model = model,
            Changes = [.. converted.Changes, .. _changes, .. step.IsInteger ? Integer(model) : step.To != "tflite" ? Floats(model) : step.Scheme == "float32" ? [] : Weights(model)],
            StatedDrift = null,
            Recorded = step with { Tuning = tuning, Calibrated = _measured ?? step.Calibrated },
            Files = _measured is { } record && step.Cache is { } cache && !ReferenceEquals(record, step.Calibrated) ? [(cache, stream => CalibrationCache.Write(record, stream))] : [],
        };
    }

    // What the target cannot run is refused, what it runs slowly is said, before any work.
    private void CheckTarget(Model model)
    {
        if (step.To != "tflite")
        {
            return;
        }

        if (step.Target == "tflite-micro")
        {
            UnsupportedNode[] weighted = step.IsInteger || step.Scheme == "float32" ? []
                : [.. model.Graph.Nodes.Where(n => TFLitePolicy.Find(n)?.Rule == ScaleRule.Layer).Select(n => new UnsupportedNode(n.Name, n.Operator, $"has no kernel for {step.Scheme} weights beside real activations; take --scheme int8"))];
            IReadOnlyList<UnsupportedNode> unknown = new TFLiteMicroTarget().FindUnsupported(model);
            if (weighted.Length + unknown.Count > 0)
            {
                throw new UnsupportedModelException("TensorFlow Lite Micro", [.. unknown, .. weighted]);
            }
        }
        else if (step.Scheme is not ("float32" or "bfloat16"))
        {
            foreach (Diagnostic slow in TFLiteSpeed.Warnings(model, Scheme))
            {
                context.Diagnostics.Add(slow);
            }

            // The figures of docs/quantization.md; matrix products alone lose little.
            if (step.Scheme == "weights-int4" && step.Calibration is null && model.Graph.Nodes.Any(n => n.Operator is "CONV_2D" or "DEPTHWISE_CONV_2D" or "TRANSPOSE_CONV"))
            {
                context.Diagnostics.Add(new Diagnostic(
                    DiagnosticSeverity.Warning, "4-bit weights of convolutions are rounded without samples, which may ruin the answers (29 points of accuracy on a ResNet-8, 0.4 with samples); give --calibration DATA, or take --scheme weights-int8"));
            }
        }
    }

    // Ranges are those of the real model; they are measured before its weights are rounded.
    private void Prepare(Model model, IReadOnlyList<string> tuning)
    {
        bool needsSamples = tuning.Intersect(WeightTuning.OfSamples).Any();
        bool needsRanges = step.IsInteger && step.Calibrated is null;
        string fingerprint = step.IsInteger ? ModelFingerprint.Of(model) : "";
        if (step.IsInteger && step.Calibrated is { } known && known.Model != fingerprint)
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "the ranges were measured on a model with other constants; they may not fit this one"));
        }

        IReadOnlyList<IReadOnlyList<TensorData>> samples = [];
        if (needsSamples || needsRanges)
        {
            CalibrationOptions options = new() { Method = RangeMethods.Parse(step.Ranges), Percentile = step.Percentile, Levels = step.Scheme == "int16x8" ? 65535 : 255, Threads = context.Threads };
            (ActivationRanges? ranges, samples) = ModelCalibrator.Run(model, step.Calibration!, needsRanges ? options : null, needsSamples ? TuningSamples : 0, TuningBytes, context);
            _measured = ranges is null ? null : CalibrationRecord.Of(ranges, fingerprint);
        }

        int group = step.GroupSize;
        if (needsSamples || tuning.Contains(WeightTuning.Mse) || group > 0)
        {
            WeightRoundingOptions rounding = new()
            {
                Bits = step.Scheme == "weights-int4" ? 4 : 8,
                GroupSize = group,
                PerTensor = step.Granularity == "tensor",
                SearchScales = tuning.Contains(WeightTuning.Mse),
                Feedback = tuning.Contains(WeightTuning.Feedback),
                Refit = tuning.Contains(WeightTuning.Refit),
                CorrectBias = tuning.Contains(WeightTuning.Bias),
                Include = step.IsInteger ? [] : step.Include,
                Exclude = step.Exclude,
                Threads = context.Threads,
            };
            _scales = new WeightRounder(context.Runner!, rounding).Round(model, samples, context.Cancellation);
            _changes.Add(new Change("round_weights", string.Join(", ", tuning), _scales.Count));
        }
    }

    // Constants below a Cast's own size stay.
    private IReadOnlyList<Change> Floats(Model model)
    {
        const long LeastStored = 64;
        List<Change> changes = [.. new SinglePrecisionPass().Run(model, context)];
        if (step.Scheme != "float32")
        {
            DataType type = step.Scheme == "float16" ? DataType.Float16 : DataType.BFloat16;
            changes.AddRange(new StoreFloatsPass(type, Math.Max(LeastStored, step.MinSize == 256 ? LeastStored : step.MinSize), step.Include, step.Exclude).Run(model, context));
        }

        return changes;
    }

    private TFLiteScheme Scheme => step.Scheme switch
    {
        "float16" => TFLiteScheme.Float16,
        "dynamic" => TFLiteScheme.Dynamic,
        "weights-int4" => TFLiteScheme.WeightsInt4,
        "int8" => TFLiteScheme.Int8,
        "int16x8" => TFLiteScheme.Int16x8,
        _ => TFLiteScheme.WeightsInt8,
    };

    private IReadOnlyList<Change> Weights(Model model)
    {
        TFLiteQuantizeOptions options = new()
        {
            Scheme = Scheme,
            MinSize = step.MinSize,
            PerChannel = step.Granularity != "tensor",
            GroupSize = step.GroupSize,
            WeightScales = _scales,
            Include = step.Include,
            Exclude = step.Exclude,
        };
        IReadOnlyList<Change> changes = new QuantizeTFLitePass(options).Run(model, context);
        if (step.GroupSize > 0 && !changes.Any(c => c.Rule.Contains("in groups", StringComparison.Ordinal)))
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"no matrix product has inputs that {step.GroupSize} divides: scales are one a channel"));
        }

        return changes;
    }

    private IReadOnlyList<Change> Integer(Model model)
    {
        IntegerQuantizeOptions options = new()
        {
            Ranges = (_measured ?? step.Calibrated!).ToRanges(),
            Wide = step.Scheme == "int16x8",
            Interface = Enum.Parse<IntegerInterface>(step.Io, ignoreCase: true),
            PerChannel = step.Granularity != "tensor",
            IntegerOnly = step.IntegerOnly,
            WeightScales = _scales,
            Include = step.Include,
            Exclude = step.Exclude,
        };
        return new QuantizeTFLiteIntegerPass(options).Run(model, context);
    }
}
