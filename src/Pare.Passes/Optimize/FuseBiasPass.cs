namespace Pare.Passes.Optimize;

/// <summary>
/// Makes one BiasAdd of the constants added behind a linear operator. Requires a TensorFlow graph. Rules: a lone Add, AddV2 or Sub of a constant vector becomes a BiasAdd under its own name; several
/// sums in a row become one. Sums with more than one value a channel stay.
/// </summary>
public sealed class FuseBiasPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "fuse_bias";

    /// <inheritdoc/>
    public override string Summary => "make one BiasAdd of the constants added behind a linear operator";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-6;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            return [];
        }

        AffineFolder folder = new(model, new UniqueNames(model.Graph));
        foreach (Node node in model.Graph.Nodes)
        {
            if (folder.Fold(node, loneSums: true) is { } rule)
            {
                log.Add($"{rule} after {node.Operator} made BiasAdd");
            }
        }

        return log.ToChanges();
    }
}
