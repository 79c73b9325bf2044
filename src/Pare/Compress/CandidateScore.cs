namespace Pare.Compress;

/// <summary>How a candidate's answers compare with the original's on the same samples. Fractions, not points.</summary>
public sealed record CandidateScore
{
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
    /// Whether a bound holds with the search's margin: the counted drop is within it, and so is the upper end of the drop of probability's one-sided 95%
    /// interval. The second is what keeps lucky candidates out: it varies far less than a count of answers, and the smaller the selection, the wider it is.
    /// </summary>
    public bool IsWithin(double drop) => Drop <= drop + 1e-12 && SoftDrop + (1.645 * SoftDropError) <= drop + 1e-12;
}
