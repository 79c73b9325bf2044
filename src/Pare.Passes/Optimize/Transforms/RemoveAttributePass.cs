namespace Pare.Passes.Optimize;

/// <summary>Removes an attribute from all nodes, or from those of one operator. The attribute is not looked at: one that a kernel needs may go as well.</summary>
public sealed class RemoveAttributePass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="attribute">Name of the attribute.</param>
    /// <param name="operator">The operator concerned, or <c>*</c> for all.</param>
    public RemoveAttributePass(string attribute, string @operator = "*")
    {
        Attribute = attribute;
        Operator = @operator;
    }

    /// <inheritdoc/>
    public override string Name => "remove_attribute";

    /// <inheritdoc/>
    public override string Summary => "remove an attribute from nodes";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <summary>Name of the attribute.</summary>
    public string Attribute { get; }

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
            if ((Operator == "*" || n.Operator == Operator) && n.Attributes.Remove(Attribute))
            {
                log.Add("attributes removed");
            }
        }

        return log.ToChanges();
    }
}
