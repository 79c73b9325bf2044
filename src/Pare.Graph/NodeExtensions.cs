namespace Pare;

/// <summary>Questions asked of nodes in every room.</summary>
public static class NodeExtensions
{
    /// <summary>The graphs a node holds in its attributes (ONNX's If, Loop, Scan).</summary>
    public static IEnumerable<Graph> Subgraphs(this Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Attributes.HasGraphs ? GraphsOf(node) : [];
    }

    /// <summary>This graph and every graph inside it, outermost first.</summary>
    public static IEnumerable<Graph> SelfAndSubgraphs(this Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        yield return graph;
        foreach (Node n in graph.Nodes)
        {
            foreach (Graph g in n.Subgraphs())
            {
                foreach (Graph inner in g.SelfAndSubgraphs())
                {
                    yield return inner;
                }
            }
        }
    }

    private static IEnumerable<Graph> GraphsOf(Node node)
    {
        foreach (AttributeValue a in node.Attributes.Values)
        {
            if (a.Kind == AttributeKind.Graph)
            {
                yield return a.AsGraph;
            }
            else if (a.Kind == AttributeKind.Graphs)
            {
                foreach (Graph g in a.AsGraphs)
                {
                    yield return g;
                }
            }
        }
    }
}
