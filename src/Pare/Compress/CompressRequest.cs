using Pare.Evaluation;

namespace Pare.Compress;

/// <summary>A job of compressing a model under a budget.</summary>
public sealed record CompressRequest
{
    /// <summary>The model's file.</summary>
    public required string Input { get; init; }

    /// <summary>Where the result goes; the report and the recipe go beside it.</summary>
    public required string Output { get; init; }

    /// <summary>Data to choose by.</summary>
    public required string Data { get; init; }

    /// <summary>Which samples of <see cref="Data"/> to take.</summary>
    public DatasetOptions DataOptions { get; init; } = new();

    /// <summary>Data that is only reported on; null for a seeded, stratified half of <see cref="Data"/>.</summary>
    public string? TestData { get; init; }

    /// <summary>Preprocessing, labels and the like, as for an evaluation.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Bounds and limits.</summary>
    public CompressOptions Options { get; init; } = new();

    /// <summary>Whether samples that cannot be read are left out instead of ending the job.</summary>
    public bool SkipUnreadable { get; init; }
}
