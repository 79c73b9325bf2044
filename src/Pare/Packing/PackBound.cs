using Pare.Compress;

namespace Pare.Packing;

/// <summary>
/// Whether a candidate's loss is small enough, judged on samples: the counted drop and the drop of probability (with a thousand samples the upper end of its one-sided 95%
/// interval) must be within the bound, and the divergence within what costs no more than that on other data. The fewer samples there are, the less counts say and the more
/// the divergence must.
/// </summary>
internal static class PackBound
{
    // Nats for each point: at most so much was seen to cost a point on small convolutional and dense networks (see docs/results.md).
    private const double WithFewSamples = 0.025;
    private const double WithManySamples = 0.06;
    private const double Many = 5000;
    private const int Enough = 1000;

    // No loss at all cannot be had of codes: so much of a point cannot be told from none.
    private const double LeastPoints = 0.02;

    public static bool Holds(CandidateScore score, double points)
    {
        // One answer may differ where the bound is finer than one sample.
        double drop = Math.Max(points / 100, 1.0 / Math.Max(1, score.Samples));
        double interval = score.Samples >= Enough ? 1.645 * score.SoftDropError : 0;
        return score.Drop <= drop + 1e-12 && score.SoftDrop + interval <= drop + 1e-12 && score.Divergence <= Math.Max(points, LeastPoints) * Limit(score.Samples);
    }

    /// <summary>Nats that are allowed for a point.</summary>
    public static double Limit(int samples) => WithFewSamples + ((WithManySamples - WithFewSamples) * Math.Min(1, samples / Many));
}
