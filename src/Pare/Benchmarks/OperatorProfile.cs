namespace Pare.Workflows;

/// <summary>Where a model's time goes: an entry an operator of the graph as the runtime ran it, after its own fusions, and one a type. Immutable.</summary>
public sealed record OperatorProfile
{
    /// <summary>Runs that were noted, warm-up excluded.</summary>
    public required int Runs { get; init; }

    /// <summary>Mean time of all operators of a run together, in milliseconds.</summary>
    public required double TotalMs { get; init; }

    /// <summary>Each operator, the most expensive first.</summary>
    public required IReadOnlyList<OperatorTiming> Operators { get; init; }

    /// <summary>Each type of operator, the most expensive first.</summary>
    public required IReadOnlyList<OperatorTypeTiming> Types { get; init; }

    /// <summary>Sums up what was noted.</summary>
    /// <param name="noted">What the runtime noted.</param>
    /// <param name="runs">How many runs that were.</param>
    internal static OperatorProfile Of(IEnumerable<OperatorRun> noted, int runs)
    {
        // In a loop's body an operator runs several times a run: its times add up.
        List<OperatorTiming> operators = [];
        double total = 0;
        foreach (IGrouping<(string Node, string Operator), OperatorRun> g in noted.GroupBy(r => (r.Node, r.Operator)))
        {
            double ms = g.Sum(r => r.Microseconds) / 1000 / runs;
            total += ms;
            operators.Add(new OperatorTiming { Node = g.Key.Node, Operator = g.Key.Operator, MeanMs = ms, OutputBytes = g.Max(r => r.OutputBytes) });
        }

        operators = [.. operators.OrderByDescending(o => o.MeanMs).ThenBy(o => o.Node, StringComparer.Ordinal).Select(o => o with { Share = Share(o.MeanMs, total) })];
        return new OperatorProfile
        {
            Runs = runs,
            TotalMs = total,
            Operators = operators,
            Types =
            [
                .. operators.GroupBy(o => o.Operator, StringComparer.Ordinal)
                    .Select(g => new OperatorTypeTiming { Operator = g.Key, Nodes = g.Count(), MeanMs = g.Sum(o => o.MeanMs), Share = Share(g.Sum(o => o.MeanMs), total) })
                    .OrderByDescending(t => t.MeanMs).ThenBy(t => t.Operator, StringComparer.Ordinal),
            ],
        };
    }

    private static double Share(double part, double total) => total > 0 ? part / total : 0;
}
