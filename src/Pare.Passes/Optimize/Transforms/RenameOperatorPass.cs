namespace Pare.Passes.Optimize;

/// <summary>Gives the nodes of one operator another operator, inputs and attributes as they are. Values change on purpose unless the two mean the same.</summary>
public sealed class RenameOperatorPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="from">Old operator.</param>
    /// <param name="to">New operator.</param>
    public RenameOperatorPass(string from, string to)
    {
        From = from;
        To = to;
    }

    /// <inheritdoc/>
    public override string Name => "rename_op";

    /// <inheritdoc/>
    public override string Summary => "put one operator in the place of another";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <summary>Old operator.</summary>
    public string From { get; }

    /// <summary>New operator.</summary>
    public string To { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Node n in model.Graph.Nodes)
        {
            if (n.Operator == From)
            {
                n.Operator = To;
                log.Add($"{From} made {To}");
            }
        }

        return log.ToChanges();
    }
}
