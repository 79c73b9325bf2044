using Pare.Workflows;

namespace Pare.Compress;

/// <summary>What compressing a model under a budget gave. A plain object; the properties bear the names of the command line's JSON.</summary>
public sealed record CompressReport
{
    /// <summary>The file read.</summary>
    public required FileReport Input { get; init; }

    /// <summary>The file written.</summary>
    public required FileReport Output { get; init; }

    /// <summary>The original's figures.</summary>
    public required CompressPart Baseline { get; init; }

    /// <summary>The result's figures.</summary>
    public required CompressPart Result { get; init; }

    /// <summary>What counts as size.</summary>
    public required string Measure { get; init; }

    /// <summary>The result's size by that measure.</summary>
    public required long Measured { get; init; }

    /// <summary>The original's size by that measure, divided by the result's.</summary>
    public required double Ratio { get; init; }

    /// <summary>Name of the candidate that became the result, as <see cref="Tried"/> calls it.</summary>
    public required string Chosen { get; init; }

    /// <summary>The command that makes the result again from the recipe.</summary>
    public required string Replay { get; init; }

    /// <summary>Bound on the drop in percentage points.</summary>
    public required double MaxDrop { get; init; }

    /// <summary>Bound on the size in bytes; null for none.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Drop on the selection part, in percentage points: of accuracy, without labels of agreement.</summary>
    public required double SelectionDrop { get; init; }

    /// <summary>Drop on the reported part, in percentage points.</summary>
    public required double TestDrop { get; init; }

    /// <summary>Half the width of the 95% interval of <see cref="TestDrop"/>, in percentage points: 1.96 standard errors of the paired difference.</summary>
    public required double TestDropMargin { get; init; }

    /// <summary>Fraction of the reported part that is answered as the original does.</summary>
    public required double TestAgreement { get; init; }

    /// <summary>McNemar's exact p-value on the reported part; null without labels.</summary>
    public double? McnemarP { get; init; }

    /// <summary>Whether both bounds hold, as the exit code says it.</summary>
    public required bool WithinBounds { get; init; }

    /// <summary>Why a bound does not hold; empty where both do.</summary>
    public required IReadOnlyList<string> Broken { get; init; }

    /// <summary>What optimisation changed before.</summary>
    public required IReadOnlyList<Change> Changes { get; init; }

    /// <summary>What was decided for each weight.</summary>
    public required IReadOnlyList<LayerPlan> Layers { get; init; }

    /// <summary>Every candidate that was measured, in order.</summary>
    public required IReadOnlyList<CompressTrial> Tried { get; init; }

    /// <summary>How pictures become inputs; null where the data are tensors.</summary>
    public string? Preprocessing { get; init; }

    /// <summary>What was assumed or tolerated.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Seconds from start to end.</summary>
    public required double Seconds { get; init; }
}
