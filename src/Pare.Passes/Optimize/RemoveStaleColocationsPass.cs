namespace Pare.Passes.Optimize;

/// <summary>
/// Drops TensorFlow colocations (<c>_class: loc:@name</c>) with nodes that are gone, since a graph that names them no longer loads. An attribute left empty goes. Nothing else is touched.
/// </summary>
public sealed class RemoveStaleColocationsPass : Pass
{
    private const string Prefix = "loc:@";

    /// <inheritdoc/>
    public override string Name => "remove_stale_colocations";

    /// <inheritdoc/>
    public override string Summary => "drop colocations with nodes that are gone";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!model.Vocabulary.NodeNamesAreUnique)
        {
            return [];
        }

        HashSet<string>? names = null;
        foreach (Node n in model.Graph.Nodes)
        {
            if (!n.Attributes.TryGetValue("_class", out AttributeValue? value) || value.Kind != AttributeKind.Strings)
            {
                continue;
            }

            names ??= new HashSet<string>(model.Graph.Nodes.Select(m => m.Name), StringComparer.Ordinal);
            ReadOnlyMemory<byte>[] kept = [.. value.AsStrings.Where(s => System.Text.Encoding.UTF8.GetString(s.Span) is var text && (!text.StartsWith(Prefix, StringComparison.Ordinal) || names.Contains(text[Prefix.Length..])))];
            if (kept.Length == value.AsStrings.Length)
            {
                continue;
            }

            log.Add("colocations removed", value.AsStrings.Length - kept.Length);
            if (kept.Length == 0)
            {
                n.Attributes.Remove("_class");
            }
            else
            {
                n.Attributes["_class"] = AttributeValue.Of([.. kept]);
            }
        }

        return log.ToChanges();
    }
}
