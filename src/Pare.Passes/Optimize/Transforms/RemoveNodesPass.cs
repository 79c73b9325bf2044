namespace Pare.Passes.Optimize;

/// <summary>Splices out the nodes of named operators: their consumers take the first input instead. Nodes with more inputs than allowed, outputs of the graph, and nodes that others wait for stay.</summary>
public sealed class RemoveNodesPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="operators">The operators.</param>
    /// <param name="maxInputs">Nodes with more inputs stay.</param>
    public RemoveNodesPass(IReadOnlyList<string> operators, int maxInputs = 1)
    {
        Operators = operators;
        MaxInputs = maxInputs;
    }

    /// <inheritdoc/>
    public override string Name => "remove_nodes";

    /// <inheritdoc/>
    public override string Summary => "splice out nodes of named operators";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <summary>The operators.</summary>
    public IReadOnlyList<string> Operators { get; }

    /// <summary>Nodes with more inputs stay.</summary>
    public int MaxInputs { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Node n in model.Graph.Nodes)
        {
            if (!Operators.Contains(n.Operator) || n.Inputs.Count > MaxInputs || n.InputOrDefault(0) is not { } source || n.Outputs.Any(model.Graph.IsOutput) || n.ControlDependents.Count > 0
                || n.ControlInputs.Count > 0 || n.Outputs.Skip(1).Any(o => o.Uses.Count > 0))
            {
                continue;
            }

            Value?[] inputs = [.. n.Inputs];
            if (n.Outputs.Count > 0)
            {
                n.Output.ReplaceUsesWith(source);
            }

            model.Graph.RemoveNode(n);
            Unused.Remove(model.Vocabulary, inputs.Skip(1));
            log.Add($"{n.Operator} removed");
        }

        return log.ToChanges();
    }
}
