namespace Pare.Compress;

/// <summary>One candidate that a search built and measured.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="PredictedDivergence">What the measured effects of the layers foretold, in nats; 0 where nothing was rounded.</param>
/// <param name="Bytes">Size by the measure asked for.</param>
/// <param name="Score">How its answers compare with the original's on the selection data.</param>
/// <param name="Accepted">Whether the bound held, margin included.</param>
public sealed record CompressTrial(string Name, double PredictedDivergence, long Bytes, CandidateScore Score, bool Accepted)
{
    /// <summary>Whether it was run on all selection samples; what was plainly too coarse on the first of them was not run on the rest.</summary>
    public bool Complete { get; init; } = true;

    /// <summary>Whether no other complete candidate is both smaller and better: it lies on the Pareto front.</summary>
    public bool OnFront { get; init; }

    /// <summary>Whether it is the result.</summary>
    public bool Chosen { get; init; }
}
