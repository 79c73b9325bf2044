using Pare.Compress;

namespace Pare.Packing;

/// <summary>
/// Whether a candidate's loss is small enough, judged on samples. The counted drop decides, or its mean with the drop of probability, which varies less, where that is more. With a thousand
/// samples or more half a standard error is the margin for what the same network loses on other data. Fewer counts say little: then the drop of probability must be within the
/// bound too, and the divergence within what costs no more than that on other data.
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
        double drop = Math.Max(points / 100, 1.0 / Math.Max(1, score.Samples)) + 1e-12;
        double judged = (score.Drop + Math.Max(score.Drop, score.SoftDrop)) / 2;
        if (score.Samples < Enough)
        {
            return judged <= drop && score.SoftDrop <= drop && score.Divergence <= Math.Max(points, LeastPoints) * Limit(score.Samples);
        }

        // Answers that changed give the variance of the paired difference. Half of the bound at most is kept back: all of it would forbid bounds as fine as the error.
        double error = Math.Sqrt((1 - score.Agreement) / score.Samples);
        return judged + Math.Min(error / 2, drop / 2) <= drop;
    }

    /// <summary>Nats that are allowed for a point; with many samples those to be expected.</summary>
    public static double Limit(int samples) => WithFewSamples + ((WithManySamples - WithFewSamples) * Math.Min(1, samples / Many));
}
