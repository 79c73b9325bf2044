using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>How two models differ. A plain object; the properties that are part of the JSON contract bear its names.</summary>
public sealed record ComparisonResult
{
    /// <summary>Samples that both models ran on.</summary>
    public int Samples { get; init; }

    /// <summary>Samples that could not be read.</summary>
    public int Skipped { get; init; }

    /// <summary>Largest absolute difference of an output value.</summary>
    public double MaxAbs { get; init; }

    /// <summary>Mean absolute difference of the output values.</summary>
    public double MeanAbs { get; init; }

    /// <summary>Signal to quantization-noise ratio of the outputs in decibels: <c>10 log10(Σ a² / Σ (a-b)²)</c>; infinite where they are equal.</summary>
    public double SqnrDb { get; init; }

    /// <summary>Cosine of the angle between all outputs of the two: <c>Σ ab / sqrt(Σ a² Σ b²)</c>.</summary>
    public double Cosine { get; init; }

    /// <summary>Samples whose highest score is another class.</summary>
    public int ArgmaxFlips { get; init; }

    /// <summary>Accuracy of the first model; null without classes.</summary>
    public double? AccuracyA { get; init; }

    /// <summary>Accuracy of the second model; null without classes.</summary>
    public double? AccuracyB { get; init; }

    /// <summary>McNemar's exact two-sided p-value for the difference of the accuracies; null without classes.</summary>
    public double? McnemarP { get; init; }

    /// <summary>Samples that only the first model gets right; null without classes.</summary>
    public int? OnlyARight { get; init; }

    /// <summary>Samples that only the second model gets right; null without classes.</summary>
    public int? OnlyBRight { get; init; }

    /// <summary>Numbers among the constants that differ between constants of one name and shape; null where the models' operators are not of one kind.</summary>
    public long? WeightsChanged { get; init; }

    /// <summary>Numbers among the constants that have no partner of the same name and shape in the other model; null as above.</summary>
    public long? WeightsUnmatched { get; init; }

    /// <summary>Bytes of the first model's file, where the caller filled it in.</summary>
    public long? BytesA { get; init; }

    /// <summary>Bytes of the second model's file, where the caller filled it in.</summary>
    public long? BytesB { get; init; }

    /// <summary>Seconds that the runs took.</summary>
    public double Seconds { get; init; }

    /// <summary>Remarks and warnings.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The samples that could not be read.</summary>
    [JsonIgnore]
    public IReadOnlyList<UnreadableSample> Unreadable { get; init; } = [];

    /// <summary>Every difference of a value of the outputs, sampled evenly to at most 65,536, for a histogram.</summary>
    [JsonIgnore]
    public IReadOnlyList<float> Differences { get; init; } = [];
}
