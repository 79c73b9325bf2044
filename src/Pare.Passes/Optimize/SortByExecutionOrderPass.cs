namespace Pare.Passes.Optimize;

/// <summary>Puts producers before consumers, otherwise as close to the file's order as can be. Requires nothing; only the order changes.</summary>
public sealed class SortByExecutionOrderPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "sort_by_execution_order";

    /// <inheritdoc/>
    public override string Summary => "put producers before consumers";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Graph graph in model.Graph.SelfAndSubgraphs().ToArray())
        {
            IReadOnlyList<Node> order = GraphOrder.Topological(graph, model.Vocabulary.IsBackEdge);
            int moved = graph.Nodes.Zip(order).Count(p => !ReferenceEquals(p.First, p.Second));
            if (moved > 0)
            {
                graph.Reorder(order);
                log.Add("nodes moved", moved);
            }
        }

        return log.ToChanges();
    }
}
