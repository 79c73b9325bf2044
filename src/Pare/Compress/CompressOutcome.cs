using Pare.Workflows;

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

    /// <summary>Name of the candidate that was chosen, as <see cref="Trials"/> calls it.</summary>
    public required string Chosen { get; init; }

    /// <summary>Schemes that could not be tried, and why.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether the kernels of a TFLite model take the codes as they are.</summary>
    public bool Hybrid { get; init; }

    /// <summary>The steps that make the model of the original where a known scheme was chosen; null where the search found codes.</summary>
    public IReadOnlyList<RecipeStep>? Steps { get; init; }
}
