namespace Pare.Workflows;

/// <summary>What was written for TensorBoard. Immutable.</summary>
public sealed record TensorBoardReport
{
    /// <summary>The folder to give to <c>tensorboard --logdir</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>One run a model.</summary>
    public required IReadOnlyList<TensorBoardRun> Runs { get; init; }
}
