using Pare.Evaluation;

namespace Pare.Compress;

/// <summary>A model's figures on both parts of the data.</summary>
/// <param name="Bytes">Bytes of the file.</param>
/// <param name="Measured">Bytes by the measure asked for.</param>
/// <param name="Selection">On the samples that the search chose by.</param>
/// <param name="Test">On the samples that are only reported on.</param>
public sealed record CompressPart(long Bytes, long Measured, EvaluationResult Selection, EvaluationResult Test)
{
    /// <summary>What it is made of; null where nobody asked.</summary>
    public CompressModel? Model { get; init; }

    /// <summary>How long it takes; null where it cannot be timed on random inputs.</summary>
    public CompressLatency? Latency { get; init; }
}
