using Pare.Compress;
using Pare.Workflows;

namespace Pare.Packing;

/// <summary>What packing a model with loss gave. A plain object; the properties bear the names of the command line's JSON.</summary>
public sealed record LossyPackReport
{
    /// <summary>The file read.</summary>
    public required FileReport Input { get; init; }

    /// <summary>The container written.</summary>
    public required FileReport Output { get; init; }

    /// <summary>The original's bytes by the container's.</summary>
    public required double Ratio { get; init; }

    /// <summary>Bits of the container for each element of a quantized constant.</summary>
    public required double BitsPerWeight { get; init; }

    /// <summary>The original's figures.</summary>
    public required CompressPart Baseline { get; init; }

    /// <summary>The result's figures.</summary>
    public required CompressPart Result { get; init; }

    /// <summary>Bound on the drop in percentage points; null for none.</summary>
    public double? MaxDrop { get; init; }

    /// <summary>Bound on the size in bytes; null for none.</summary>
    public long? MaxSize { get; init; }

    /// <summary>How the result answers the samples that the search judged by.</summary>
    public required CandidateScore Judged { get; init; }

    /// <summary>Drop on the selection part, in percentage points: of accuracy, without labels of agreement.</summary>
    public required double SelectionDrop { get; init; }

    /// <summary>Half the width of the 95% interval of <see cref="SelectionDrop"/>.</summary>
    public required double SelectionDropMargin { get; init; }

    /// <summary>Fraction of the selection part that is answered as the original does.</summary>
    public required double SelectionAgreement { get; init; }

    /// <summary>Drop on the reported part, in percentage points.</summary>
    public required double TestDrop { get; init; }

    /// <summary>Half the width of the 95% interval of <see cref="TestDrop"/>: 1.96 standard errors of the paired difference.</summary>
    public required double TestDropMargin { get; init; }

    /// <summary>Fraction of the reported part that is answered as the original does.</summary>
    public required double TestAgreement { get; init; }

    /// <summary>McNemar's exact p-value on the reported part; null without labels.</summary>
    public double? McnemarP { get; init; }

    /// <summary>Whether the bounds hold, as the exit code says it.</summary>
    public required bool WithinBounds { get; init; }

    /// <summary>Why a bound does not hold; empty where all do.</summary>
    public required IReadOnlyList<string> Broken { get; init; }

    /// <summary>What optimisation changed before.</summary>
    public required IReadOnlyList<Change> Changes { get; init; }

    /// <summary>What became of each quantized constant.</summary>
    public required IReadOnlyList<LossyTensor> Tensors { get; init; }

    /// <summary>Every candidate that was measured, in order.</summary>
    public required IReadOnlyList<LossyTrial> Tried { get; init; }

    /// <summary>How pictures become inputs; null where the data are tensors.</summary>
    public string? Preprocessing { get; init; }

    /// <summary>What was assumed or tolerated.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Seconds from start to end.</summary>
    public required double Seconds { get; init; }
}
