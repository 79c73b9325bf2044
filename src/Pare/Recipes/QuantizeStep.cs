using System.Text.Json.Serialization;
using Pare.Formats;
using Pare.Passes.Quantize;
using Pare.Passes.Quantize.TFLite;

namespace Pare.Workflows;

/// <summary>Stores, and with integer schemes computes, a model in fewer bits, in the form that TFLite runs; other formats are carried over first.</summary>
public sealed record QuantizeStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "quantize";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Converts => true;

    /// <summary>The scheme: <c>float16</c>, <c>dynamic</c>, <c>weights-int8</c>, <c>int8</c> or <c>int16x8</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Weights with fewer values stay as they are, in schemes of 8-bit weights beside real activations. Default 256.</summary>
    public long MinSize { get; init; } = 256;

    /// <summary>Scales of weights: <c>channel</c> or <c>tensor</c>.</summary>
    public string Granularity { get; init; } = "channel";

    /// <summary>Inputs and outputs of integer schemes: <c>float</c>, <c>int8</c>, <c>uint8</c>, or <c>int16</c> with int16x8.</summary>
    public string Io { get; init; } = "float";

    /// <summary>Whether a model is refused of which an operator would stay on real numbers. Default false.</summary>
    public bool IntegerOnly { get; init; }

    /// <summary>How ranges of activations are chosen; see <see cref="RangeMethods"/>.</summary>
    public string Ranges { get; init; } = "minmax";

    /// <summary>Percent of the values that a percentile range holds. Default 99.999.</summary>
    public double Percentile { get; init; } = 99.999;

    /// <summary>Globs of the constants (with integer schemes also of the nodes) that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants (with integer schemes also of the nodes) that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Data to calibrate with; null where the ranges are known or none are needed.</summary>
    public CalibrationSource? Calibration { get; init; }

    /// <summary>Ranges that are known already; the recipe of a step that was done has them, so that it can be done again without the data.</summary>
    public CalibrationRecord? Calibrated { get; init; }

    /// <summary>Where ranges that were measured are kept as well; null for nowhere.</summary>
    [JsonIgnore]
    public string? Cache { get; init; }

    private bool IsInteger => Scheme is "int8" or "int16x8";

    /// <summary>Checks, before work starts, that the output is a file the schemes are for.</summary>
    /// <exception cref="UsageException">Its format is another.</exception>
    public static void CheckTarget(string path)
    {
        if (!ReferenceEquals(ModelFile.FormatOf(path)?.Vocabulary, Vocabularies.TFLite))
        {
            throw new UsageException($"'{path}': quantize writes .tflite (or its C array, .cc, .h); for other formats see round and cluster", path);
        }
    }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        QuantizeStepCheck.Validate(this);
        StepOutcome converted = new ConvertStep { To = "tflite" }.Apply(model, context);
        return IsInteger ? ApplyInteger(converted, context) : ApplyWeights(converted, context);
    }

    private StepOutcome ApplyWeights(StepOutcome converted, PassContext context)
    {
        TFLiteScheme scheme = Scheme switch
        {
            "float16" => TFLiteScheme.Float16,
            "dynamic" => TFLiteScheme.Dynamic,
            _ => TFLiteScheme.WeightsInt8,
        };
        QuantizeTFLitePass pass = new(new TFLiteQuantizeOptions { Scheme = scheme, MinSize = MinSize, Include = Include, Exclude = Exclude });
        return new StepOutcome { Model = converted.Model, Changes = [.. converted.Changes, .. pass.Run(converted.Model, context)], StatedDrift = null };
    }

    private StepOutcome ApplyInteger(StepOutcome converted, PassContext context)
    {
        Model model = converted.Model;
        string fingerprint = ModelFingerprint.Of(model);
        CalibrationRecord? record = Calibrated;
        if (record is not null && record.Model != fingerprint)
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "the ranges were measured on a model with other constants; they may not fit this one"));
        }

        bool measured = record is null;
        if (record is null)
        {
            CalibrationOptions options = new() { Method = RangeMethods.Parse(Ranges), Percentile = Percentile, Levels = Scheme == "int8" ? 255 : 65535, Threads = context.Threads };
            record = CalibrationRecord.Of(ModelCalibrator.Run(model, Calibration!, options, 0, 0, context).Ranges!, fingerprint);
        }

        IntegerQuantizeOptions quantize = new()
        {
            Ranges = record.ToRanges(),
            Wide = Scheme == "int16x8",
            Interface = Enum.Parse<IntegerInterface>(Io, ignoreCase: true),
            PerChannel = Granularity != "tensor",
            IntegerOnly = IntegerOnly,
            Include = Include,
            Exclude = Exclude,
        };
        IReadOnlyList<Change> changes = new QuantizeTFLiteIntegerPass(quantize).Run(model, context);
        return new StepOutcome
        {
            Model = model,
            Changes = [.. converted.Changes, .. changes],
            StatedDrift = null,
            Recorded = this with { Calibrated = record },
            Files = measured && Cache is not null ? [(Cache, stream => CalibrationCache.Write(record, stream))] : [],
        };
    }
}
