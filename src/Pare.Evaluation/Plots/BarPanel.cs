namespace Pare.Evaluation;

/// <summary>One figure of several things, to be drawn as a bar each.</summary>
/// <param name="Title">What the figure is, with its unit.</param>
/// <param name="Values">The figure of each; a value that is not finite has no bar.</param>
public sealed record BarPanel(string Title, IReadOnlyList<double> Values)
{
    /// <summary>Lower ends of the spread around each value; null for none.</summary>
    public IReadOnlyList<double>? Lows { get; init; }

    /// <summary>Upper ends of the spread around each value; null for none.</summary>
    public IReadOnlyList<double>? Highs { get; init; }
}
