namespace Pare;

/// <summary>Passes in a row; the graph is verified after each. Immutable and thread-safe.</summary>
public sealed class PassPipeline
{
    /// <summary>Creates a pipeline.</summary>
    public PassPipeline(params IEnumerable<Pass> passes) => Passes = [.. passes];

    /// <summary>The passes in order.</summary>
    public IReadOnlyList<Pass> Passes { get; }

    /// <summary>How far outputs may move: the sum of what the passes state, or null when one changes values on purpose.</summary>
    public double? StatedDrift => Passes.Aggregate((double?)0, (sum, p) => sum + p.StatedDrift);

    /// <summary>Runs the passes on the model, in place, and verifies it after each.</summary>
    /// <exception cref="PassException">A pass's requirement is not met, or a pass left a graph that breaks the rules.</exception>
    public IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        List<Change> changes = [];
        foreach (Pass pass in Passes)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            changes.AddRange(pass.Run(model, context));
            try
            {
                GraphVerifier.Verify(model);
            }
            catch (GraphException e)
            {
                throw new PassException(pass.Name, $"left a graph that breaks the rules: {e.Message}", e.Node, e);
            }
        }

        return changes;
    }
}
