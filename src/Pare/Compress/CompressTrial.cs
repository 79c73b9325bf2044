namespace Pare.Compress;

/// <summary>One candidate that a search built and measured.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="PredictedDivergence">What the measured effects of the layers foretold, in nats; 0 where nothing was rounded.</param>
/// <param name="Bytes">Size by the measure asked for.</param>
/// <param name="Score">How its answers compare with the original's on the selection data.</param>
/// <param name="Accepted">Whether the bound held, margin included.</param>
public sealed record CompressTrial(string Name, double PredictedDivergence, long Bytes, CandidateScore Score, bool Accepted);
