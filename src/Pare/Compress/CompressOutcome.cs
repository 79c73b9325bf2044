namespace Pare.Compress;

/// <summary>What a search found.</summary>
public sealed record CompressOutcome
{
    /// <summary>The model to write.</summary>
    public required Model Model { get; init; }

    /// <summary>Its size by the measure asked for.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its score on the selection data.</summary>
    public required CandidateScore Score { get; init; }

    /// <summary>Whether the bound on accuracy holds on the selection data.</summary>
    public required bool WithinDrop { get; init; }

    /// <summary>Whether the bound on size holds, or none was set.</summary>
    public required bool WithinSize { get; init; }

    /// <summary>What was decided for each weight.</summary>
    public required IReadOnlyList<LayerPlan> Layers { get; init; }

    /// <summary>Every candidate that was measured, in order.</summary>
    public required IReadOnlyList<CompressTrial> Trials { get; init; }
}
