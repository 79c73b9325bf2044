using System.Text.Json.Serialization;
using Pare.Formats;
using Pare.Passes.Quantize.TFLite;

namespace Pare.Workflows;

/// <summary>Stores the weights of a model in fewer bits, in the form that TFLite runs; other formats are carried over first.</summary>
public sealed record QuantizeStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "quantize";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Converts => true;

    /// <summary>The scheme: <c>float16</c>, <c>dynamic</c> or <c>weights-int8</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Weights with fewer values stay as they are, in schemes of 8 bits. Default 256.</summary>
    public long MinSize { get; init; } = 256;

    /// <summary>Globs of the constants that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

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
        TFLiteScheme scheme = Scheme switch
        {
            "float16" => TFLiteScheme.Float16,
            "dynamic" => TFLiteScheme.Dynamic,
            "weights-int8" => TFLiteScheme.WeightsInt8,
            _ => throw new UsageException($"'{Scheme}' is no scheme; known are float16, dynamic and weights-int8", "--scheme"),
        };
        StepOutcome converted = new ConvertStep { To = "tflite" }.Apply(model, context);
        QuantizeTFLitePass pass = new(new TFLiteQuantizeOptions { Scheme = scheme, MinSize = MinSize, Include = Include, Exclude = Exclude });
        return new StepOutcome { Model = converted.Model, Changes = [.. converted.Changes, .. pass.Run(converted.Model, context)], StatedDrift = null };
    }
}
