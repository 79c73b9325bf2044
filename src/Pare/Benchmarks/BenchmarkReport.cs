namespace Pare.Workflows;

/// <summary>How fast models are and what memory they take. Immutable.</summary>
public sealed record BenchmarkReport
{
    /// <summary>Threads within a run.</summary>
    public required int Threads { get; init; }

    /// <summary>One entry a model.</summary>
    public required IReadOnlyList<ModelTiming> Models { get; init; }
}
