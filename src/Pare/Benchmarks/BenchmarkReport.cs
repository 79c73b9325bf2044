namespace Pare.Workflows;

/// <summary>How fast models are and what memory they take. Immutable.</summary>
public sealed record BenchmarkReport
{
    /// <summary>What ran them: <c>onnxruntime</c> or <c>litert</c>.</summary>
    public required string Runtime { get; init; }

    /// <summary>Threads within a run.</summary>
    public required int Threads { get; init; }

    /// <summary>One entry a model.</summary>
    public required IReadOnlyList<ModelTiming> Models { get; init; }
}
