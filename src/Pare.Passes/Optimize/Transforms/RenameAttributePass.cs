namespace Pare.Passes.Optimize;

/// <summary>Renames an attribute of all nodes, or of those of one operator; its place among the attributes is the last then.</summary>
public sealed class RenameAttributePass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="from">Old name.</param>
    /// <param name="to">New name.</param>
    /// <param name="operator">The operator concerned, or <c>*</c> for all.</param>
    public RenameAttributePass(string from, string to, string @operator = "*")
    {
        From = from;
        To = to;
        Operator = @operator;
    }

    /// <inheritdoc/>
    public override string Name => "rename_attribute";

    /// <inheritdoc/>
    public override string Summary => "rename an attribute of nodes";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <summary>Old name.</summary>
    public string From { get; }

    /// <summary>New name.</summary>
    public string To { get; }

    /// <summary>The operator concerned, or <c>*</c>.</summary>
    public string Operator { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Node n in model.Graph.Nodes)
        {
            if ((Operator == "*" || n.Operator == Operator) && n.Attributes.TryGetValue(From, out AttributeValue? value))
            {
                n.Attributes.Remove(From);
                n.Attributes[To] = value;
                log.Add("attributes renamed");
            }
        }

        return log.ToChanges();
    }
}
