using Pare.Compress;

namespace Pare.Packing;

/// <summary>One candidate that was measured.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Lambda">Price of a bit.</param>
/// <param name="Bytes">Size of the container.</param>
/// <param name="Score">How it answers the samples that were judged by.</param>
/// <param name="Accepted">Whether the bounds hold with the search's margin.</param>
public sealed record LossyTrial(string Name, double Lambda, long Bytes, CandidateScore Score, bool Accepted);
