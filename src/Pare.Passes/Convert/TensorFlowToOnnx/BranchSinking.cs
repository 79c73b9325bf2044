namespace Pare.Passes.Conversion;

/// <summary>Moves nodes whose results only one branch of an <c>If</c> takes into that branch, so that the branch not taken is not computed.</summary>
internal static class BranchSinking
{
    private const int MaxDepth = 64;

    /// <summary>Sinks what can be sunk, for every If of a graph whose nodes stand in execution order.</summary>
    public static void Run(Graph graph) => Run(graph, 0);

    private static void Run(Graph graph, int depth)
    {
        Node[] choices = [.. graph.Nodes.Where(n => n.Operator == "If").Reverse()];
        foreach (Node choice in choices)
        {
            foreach (Graph branch in choice.IsRemoved ? [] : choice.Subgraphs().ToArray())
            {
                Sink(graph, branch);
                if (depth < MaxDepth)
                {
                    Run(branch, depth + 1);
                }
            }
        }
    }

    private static void Sink(Graph graph, Graph branch)
    {
        HashSet<Graph> inside = [.. branch.SelfAndSubgraphs()];
        foreach (Node node in graph.Nodes.Reverse().ToArray())
        {
            if (node.Outputs.All(v => v.Uses.Count == 0) || !node.Outputs.All(v => !graph.IsOutput(v) && v.Uses.All(u => inside.Contains(u.Node.Graph))))
            {
                continue;
            }

            Node moved = branch.Nodes.FirstOrDefault() is { } first
                ? branch.CreateNodeBefore(first, node.Name, node.Operator, node.Inputs, outputs: 0, node.Domain)
                : branch.CreateNode(node.Name, node.Operator, node.Inputs, outputs: 0, node.Domain);
            foreach ((string key, AttributeValue value) in node.Attributes)
            {
                moved.Attributes[key] = value;
            }

            foreach (Value old in node.Outputs)
            {
                Value output = moved.AddOutput(old.Name);
                output.Type = old.Type;
                output.Shape = old.Shape;
                old.ReplaceUsesWith(output);
            }

            graph.RemoveNode(node);
            inside.UnionWith(moved.Subgraphs().SelectMany(g => g.SelfAndSubgraphs()));
        }
    }
}
