using Pare.Workflows;

namespace Pare.Pruning;

/// <summary>What pruning a model did. Immutable.</summary>
public sealed record PruneReport
{
    /// <summary>The file read.</summary>
    public required FileReport Input { get; init; }

    /// <summary>The file written.</summary>
    public required FileReport Output { get; init; }

    /// <summary>Which weights went together.</summary>
    public required string Pattern { get; init; }

    /// <summary>The model as it was.</summary>
    public required ModelMeasure Before { get; init; }

    /// <summary>The model as it is.</summary>
    public required ModelMeasure After { get; init; }

    /// <summary>Loss of accuracy (without labels of agreement) in percentage points; null without data.</summary>
    public double? Drop { get; init; }

    /// <summary>1.96 standard errors of the drop, over samples answered otherwise, in points.</summary>
    public double? DropMargin { get; init; }

    /// <summary>What became of each tensor that changed.</summary>
    public required IReadOnlyList<PrunedTensor> Tensors { get; init; }

    /// <summary>What was changed.</summary>
    public required IReadOnlyList<Change> Changes { get; init; }

    /// <summary>How the outputs compare.</summary>
    public required CheckReport Check { get; init; }

    /// <summary>What was tolerated or assumed.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Seconds from start to end.</summary>
    public required double Seconds { get; init; }
}
