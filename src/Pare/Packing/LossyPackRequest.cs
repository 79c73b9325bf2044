using Pare.Evaluation;

namespace Pare.Packing;

/// <summary>A job of packing a model with loss.</summary>
public sealed record LossyPackRequest
{
    /// <summary>The model's file.</summary>
    public required string Input { get; init; }

    /// <summary>Where the container goes.</summary>
    public required string Output { get; init; }

    /// <summary>Where the recipe goes, by which <c>apply</c> packs again without searching; null for none.</summary>
    public string? Recipe { get; init; }

    /// <summary>Data to choose by.</summary>
    public required string Data { get; init; }

    /// <summary>Which samples of <see cref="Data"/> to take.</summary>
    public DatasetOptions DataOptions { get; init; } = new();

    /// <summary>Data that is only reported on; null for a seeded, stratified half of <see cref="Data"/>.</summary>
    public string? TestData { get; init; }

    /// <summary>Data for calibration, labels unused; null for a part of what is chosen by.</summary>
    public string? Calibration { get; init; }

    /// <summary>Preprocessing, labels and the like, as for an evaluation.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Bounds and limits.</summary>
    public LossyPackOptions Options { get; init; } = new();

    /// <summary>Whether samples that cannot be read are left out instead of ending the job.</summary>
    public bool SkipUnreadable { get; init; }
}
