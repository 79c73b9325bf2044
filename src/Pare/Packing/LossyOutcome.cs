using Pare.Compress;

namespace Pare.Packing;

/// <summary>What a search found.</summary>
public sealed record LossyOutcome
{
    /// <summary>The model, its constants as codes where they were quantized.</summary>
    public required Model Model { get; init; }

    /// <summary>Size of the container.</summary>
    public required long Bytes { get; init; }

    /// <summary>How it answers the selection samples.</summary>
    public required CandidateScore Score { get; init; }

    /// <summary>Price of a bit; 0 where nothing was quantized.</summary>
    public required double Lambda { get; init; }

    /// <summary>How to encode the model again; null where nothing was quantized.</summary>
    public LossyPlan? Plan { get; init; }

    /// <summary>Whether the size asked for is met.</summary>
    public required bool WithinSize { get; init; }

    /// <summary>The tensors.</summary>
    public required IReadOnlyList<LossyTensor> Tensors { get; init; }

    /// <summary>All candidates measured, in order.</summary>
    public required IReadOnlyList<LossyTrial> Trials { get; init; }
}
