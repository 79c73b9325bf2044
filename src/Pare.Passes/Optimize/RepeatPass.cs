namespace Pare.Passes.Optimize;

/// <summary>Runs passes in a row again and again until none of them changes anything, so that a second run of the whole finds nothing to do. Immutable.</summary>
public sealed class RepeatPass : Pass
{
    private const int MaxRounds = 16;

    /// <summary>Creates the pass.</summary>
    /// <param name="passes">The passes in order; each must come to rest.</param>
    public RepeatPass(params IEnumerable<Pass> passes) => Passes = [.. passes];

    /// <inheritdoc/>
    public override string Name => "repeat";

    /// <inheritdoc/>
    public override string Summary => "until nothing changes: " + string.Join(", ", Passes.Select(p => p.Name));

    /// <inheritdoc/>
    public override double? StatedDrift => Passes.Aggregate((double?)0, (sum, p) => sum + p.StatedDrift);

    /// <summary>The passes in order.</summary>
    public IReadOnlyList<Pass> Passes { get; }

    /// <summary>Runs the passes.</summary>
    /// <returns>The passes' own changes, counts of equal rules added up.</returns>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        OrderedDictionary<(string Pass, string Rule), int> counts = [];
        bool again = true;
        for (int round = 0; again && round < MaxRounds; round++)
        {
            again = false;
            foreach (Pass pass in Passes)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                foreach (Change c in pass.Run(model, context))
                {
                    counts[(c.Pass, c.Rule)] = counts.GetValueOrDefault((c.Pass, c.Rule)) + c.Count;
                    again = true;
                }
            }
        }

        return [.. counts.Select(c => new Change(c.Key.Pass, c.Key.Rule, c.Value))];
    }
}
