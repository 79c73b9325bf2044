namespace Pare.Compress;

/// <summary>How a candidate's answers compare with the original's on the same samples. Fractions, not points.</summary>
public sealed record CandidateScore
{
    private const double NatsPerPoint = 0.025;

    /// <summary>Samples compared.</summary>
    public required int Samples { get; init; }

    /// <summary>Fraction answered right; null without labels.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Fraction answered as the original does.</summary>
    public required double Agreement { get; init; }

    /// <summary>Mean Kullback-Leibler divergence of the original's probabilities from the candidate's, in nats.</summary>
    public required double Divergence { get; init; }

    /// <summary>Loss of accuracy against the original; without labels, of agreement.</summary>
    public required double Drop { get; init; }

    /// <summary>Loss of the mean probability given to the right answer (without labels: to the original's answer).</summary>
    public required double SoftDrop { get; init; }

    /// <summary>Standard error of <see cref="SoftDrop"/> over the samples.</summary>
    public required double SoftDropError { get; init; }

    /// <summary>
    /// Whether a bound holds with the search's margin. The counted drop must be within it; so must the upper end of the one-sided 95% interval of the drop of
    /// probability, which varies far less than a count of answers; and the divergence must be at most 0.025 nats for each point allowed, since a small selection
    /// flatters some candidates, while divergences up to about there were seen to cost no more than that on data apart.
    /// </summary>
    public bool IsWithin(double drop) => Drop <= drop + 1e-12 && SoftDrop + (1.645 * SoftDropError) <= drop + 1e-12 && Divergence <= NatsPerPoint * 100 * drop;
}
