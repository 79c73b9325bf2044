namespace Pare.Passes.Optimize;

/// <summary>
/// Splices out what matters to training only. Requires nothing. Rule: a node that passes its first input through at inference (Identity, CheckNumerics, StopGradient, …) goes and its two ends are
/// joined, unless it waits for others, others wait for it, or it is an output of the graph. A PlaceholderWithDefault stays, since a caller may feed it, unless asked for.
/// </summary>
public sealed class RemoveTrainingNodesPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="placeholderDefaults">Whether a PlaceholderWithDefault that is no input of the graph gives way to its default.</param>
    public RemoveTrainingNodesPass(bool placeholderDefaults = false) => PlaceholderDefaults = placeholderDefaults;

    /// <inheritdoc/>
    public override string Name => "remove_training_nodes";

    /// <inheritdoc/>
    public override string Summary => "splice out Identity, CheckNumerics and other nodes that only training needs";

    /// <summary>Whether a PlaceholderWithDefault that is no input of the graph gives way to its default.</summary>
    public bool PlaceholderDefaults { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Graph graph in model.Graph.SelfAndSubgraphs().ToArray())
        {
            foreach (Node node in graph.Nodes)
            {
                if (model.Vocabulary.TraitsOf(node).Kind != OperatorKind.Identity || node.ControlInputs.Count > 0 || node.ControlDependents.Count > 0
                    || node.InputOrDefault(0) is not { } source || node.Outputs.Skip(1).Any(o => o.Uses.Count > 0)
                    || node.Outputs.Any(graph.IsOutput)
                    || (node.Operator == "PlaceholderWithDefault" && (!PlaceholderDefaults || GraphEditing.IsInput(graph, node.Output))))
                {
                    continue;
                }

                if (node.Outputs.Count > 0)
                {
                    node.Output.ReplaceUsesWith(source);
                }

                graph.RemoveNode(node);
                log.Add($"{node.Operator} removed");
            }
        }

        return log.ToChanges();
    }
}
