namespace Pare.Passes.Optimize;

/// <summary>
/// Removes control edges that order nothing which matters at inference: those from nodes that, with all they need, neither touch state nor stand in a branch or loop that is still undecided.
/// Assertions and training's updates count as nothing. Requires that dead branches were removed before; nodes are left alone.
/// </summary>
public sealed class RemoveControlDependenciesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "remove_control_dependencies";

    /// <inheritdoc/>
    public override string Summary => "drop control edges that matter to training only";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (model.Graph.Nodes.All(n => n.ControlInputs.Count == 0))
        {
            return [];
        }

        HashSet<Node> matters = [];
        foreach (Node n in GraphOrder.Topological(model.Graph, model.Vocabulary.IsBackEdge))
        {
            OperatorKind kind = model.Vocabulary.TraitsOf(n).Kind;
            if (kind != OperatorKind.Training
                && (kind is OperatorKind.State or OperatorKind.Unknown or OperatorKind.ControlFlow or OperatorKind.NextIteration
                    || n.ControlInputs.Any(matters.Contains) || n.Inputs.Any(v => v?.Producer is { } p && matters.Contains(p))))
            {
                matters.Add(n);
            }
        }

        foreach (Node n in model.Graph.Nodes)
        {
            foreach (Node c in n.ControlInputs.ToArray())
            {
                if (!matters.Contains(c))
                {
                    n.RemoveControlInput(c);
                    log.Add("control edges removed");
                }
            }
        }

        return log.ToChanges();
    }
}
