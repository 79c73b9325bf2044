namespace Pare.Passes.Optimize;

/// <summary>
/// Removes nodes that pass their first input through at inference, those at the graph's outputs included: there the producer takes the output's name. Requires nothing. A node with control
/// edges stays, and so does one between an input of the graph and an output. Defaults of a PlaceholderWithDefault that is no input of the graph take its place.
/// </summary>
public sealed class RemoveIdentitiesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "remove_identities";

    /// <inheritdoc/>
    public override string Summary => "join both ends of nodes that change nothing at inference";

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
                    || node.InputOrDefault(0) is not { } source || node.Outputs.Count == 0 || node.Outputs.Skip(1).Any(o => o.Uses.Count > 0 || graph.IsOutput(o))
                    || GraphEditing.IsInput(graph, node.Output) || !GraphEditing.CanTakePlace(model, node.Output, source))
                {
                    continue;
                }

                GraphEditing.TakePlace(model, node.Output, source);
                log.Add($"{node.Operator} removed");
            }
        }

        return log.ToChanges();
    }
}
