using System.Text.Json.Serialization;
using Pare.Formats;

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

    /// <summary>The scheme: <c>float32</c>, <c>float16</c>, <c>bfloat16</c>, <c>dynamic</c>, <c>weights-int8</c>, <c>weights-int4</c>, <c>int8</c> or <c>int16x8</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Name of the output's format: <c>tflite</c>, or with <c>float32</c>, <c>float16</c> and <c>bfloat16</c> also <c>onnx</c> and <c>graphdef</c>.</summary>
    public string To { get; init; } = "tflite";

    /// <summary>Weights with fewer values stay as they are, in schemes of 8-bit weights beside real activations. Default 256.</summary>
    public long MinSize { get; init; } = 256;

    /// <summary>Scales of weights: <c>channel</c>, <c>tensor</c>, or with weights-int4 <c>group:32</c> (64, 128, 256), which matrix products alone take.</summary>
    public string Granularity { get; init; } = "channel";

    /// <summary>Inputs and outputs of integer schemes: <c>float</c>, <c>int8</c>, <c>uint8</c>, or <c>int16</c> with int16x8.</summary>
    public string Io { get; init; } = "float";

    /// <summary>Whether a model is refused of which an operator would stay on real numbers. Default false.</summary>
    public bool IntegerOnly { get; init; }

    /// <summary>The runtime that is to run the model: <c>tflite</c> or <c>tflite-micro</c>; what it lacks is refused. Default <c>tflite</c>.</summary>
    public string Target { get; init; } = "tflite";

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

    /// <summary>What is done for the weights beside rounding them, see <see cref="WeightTuning"/>; null for what the scheme does by default. The recipe of a step that was done says it.</summary>
    public IReadOnlyList<string>? Tuning { get; init; }

    [JsonIgnore]
    internal bool IsInteger => Scheme is "int8" or "int16x8";

    [JsonIgnore]
    internal bool IsIntegerWeight => Scheme is "dynamic" or "weights-int8" or "weights-int4";

    [JsonIgnore]
    internal int GroupSize => Granularity.StartsWith("group:", StringComparison.Ordinal) ? int.Parse(Granularity.AsSpan(6), System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>The format of an output file, before work starts.</summary>
    /// <exception cref="UsageException">The scheme is not for it.</exception>
    public static string TargetOf(string path, string scheme)
    {
        Vocabulary? vocabulary = ModelFile.FormatOf(path)?.Vocabulary;
        bool real = scheme is "float32" or "float16" or "bfloat16";
        return ReferenceEquals(vocabulary, Vocabularies.TFLite) ? (scheme == "bfloat16" ? throw new UsageException($"'{path}': LiteRT has no kernels for bfloat16; take float16", path) : "tflite")
            : real && ReferenceEquals(vocabulary, Vocabularies.Onnx) ? "onnx"
            : real && ReferenceEquals(vocabulary, Vocabularies.TensorFlow) ? "graphdef"
            : throw new UsageException($"'{path}': --scheme {scheme} writes .tflite (or its C array, .cc, .h){(real ? ", .onnx and .pb" : "")}; for other formats see round and cluster", path);
    }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        QuantizeStepCheck.Validate(this);
        StepOutcome converted = new ConvertStep { To = To }.Apply(model, context);
        return new QuantizeWork(this, context).Run(converted);
    }
}
