using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>What an evaluation found. A plain object; the properties that are part of the JSON contract bear its names.</summary>
public sealed record EvaluationResult
{
    /// <summary>Name of the model's file.</summary>
    public string Model { get; init; } = "";

    /// <summary>Samples that were run.</summary>
    public int Samples { get; init; }

    /// <summary>Samples that could not be read.</summary>
    public int Skipped { get; init; }

    /// <summary>Right answers.</summary>
    public int Correct { get; init; }

    /// <summary>Right answers among the samples with a class, as a fraction; null where none has one.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Lower end of the accuracy's 95% interval (Wilson); null without classes.</summary>
    public double? AccuracyLow { get; init; }

    /// <summary>Upper end of the accuracy's 95% interval (Wilson); null without classes.</summary>
    public double? AccuracyHigh { get; init; }

    /// <summary>Fraction of samples whose class is among the five highest scores; null for binary models and without classes.</summary>
    public double? Top5 { get; init; }

    /// <summary>Mean cross entropy in nats; null without classes.</summary>
    public double? CrossEntropy { get; init; }

    /// <summary>What the cross entropy was computed from.</summary>
    public CrossEntropySource CrossEntropyFrom { get; init; }

    /// <summary>Area under the curve of a binary model; null for others.</summary>
    public double? Auc { get; init; }

    /// <summary>The threshold of a binary model; null for others.</summary>
    public double? Threshold { get; init; }

    /// <summary>A row a class; empty without classes.</summary>
    public IReadOnlyList<ClassMetric> PerClass { get; init; } = [];

    /// <summary>Counts by true class (rows) and answer (columns); empty without classes.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; } = [];

    /// <summary>Seconds that the evaluation took, loading the model excluded.</summary>
    public double Seconds { get; init; }

    /// <summary>How pictures were made into inputs, in one line; null where the data are tensors.</summary>
    public string? Preprocessing { get; init; }

    /// <summary>Remarks and warnings.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>Names of the classes, in the order of the outputs.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>A row a sample, in the data's order.</summary>
    [JsonIgnore]
    public IReadOnlyList<EvaluationRow> Rows { get; init; } = [];

    /// <summary>The samples that could not be read.</summary>
    [JsonIgnore]
    public IReadOnlyList<UnreadableSample> Unreadable { get; init; } = [];
}
