namespace Pare;

/// <summary>Execution orders of a graph.</summary>
public static class GraphOrder
{
    /// <summary>
    /// The nodes with producers before consumers (control edges and values captured by inner graphs included), as close to the file's order as can be:
    /// a depth-first walk over the nodes in order. Iterative, so that depth is bounded by memory and not by the stack.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="isBackEdge">Says which consumers may stand in a cycle (TensorFlow's <c>NextIteration</c> feeds its loop's <c>Merge</c>): edges into a node for which this is true from the given producer are ignored. Null: none may.</param>
    /// <exception cref="GraphException">There is a cycle; the message names nodes on it.</exception>
    public static IReadOnlyList<Node> Topological(Graph graph, Func<Node, Node, bool>? isBackEdge = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        List<Node> order = new(graph.Nodes.Count);
        Dictionary<Node, bool> done = new(graph.Nodes.Count);
        Stack<(Node Node, IEnumerator<Node> Needs)> stack = new();
        foreach (Node root in graph.Nodes)
        {
            if (done.ContainsKey(root))
            {
                continue;
            }

            done[root] = false;
            stack.Push((root, Needs(root).GetEnumerator()));
            while (stack.Count > 0)
            {
                (Node node, IEnumerator<Node> needs) = stack.Peek();
                if (!needs.MoveNext())
                {
                    stack.Pop();
                    done[node] = true;
                    order.Add(node);
                    continue;
                }

                Node next = needs.Current;
                if (!ReferenceEquals(next.Graph, graph) || (isBackEdge is not null && isBackEdge(next, node)))
                {
                    continue;
                }

                if (!done.TryGetValue(next, out bool finished))
                {
                    done[next] = false;
                    stack.Push((next, Needs(next).GetEnumerator()));
                }
                else if (!finished)
                {
                    string cycle = string.Join(" <- ", stack.TakeWhile(s => !ReferenceEquals(s.Node, next)).Take(6).Select(s => s.Node.Name).Append(next.Name).Reverse().Append(next.Name));
                    throw new GraphException($"the graph has a cycle: {cycle}", next.Name);
                }
            }
        }

        return order;
    }

    /// <summary>The nodes that the given values need, in the graph's order.</summary>
    public static IReadOnlySet<Node> Ancestors(Graph graph, IEnumerable<Value> values)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(values);
        return WithAncestors(values.Select(v => v.Producer).OfType<Node>());
    }

    /// <summary>The given nodes and all that they need.</summary>
    public static IReadOnlySet<Node> WithAncestors(IEnumerable<Node> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        HashSet<Node> seen = [];
        Stack<Node> stack = new(nodes);
        while (stack.TryPop(out Node? n))
        {
            if (!seen.Add(n))
            {
                continue;
            }

            foreach (Node need in Needs(n))
            {
                stack.Push(need);
            }
        }

        return seen;
    }

    private static IEnumerable<Node> Needs(Node node)
    {
        foreach (Value? v in node.Inputs)
        {
            if (v?.Producer is { } p)
            {
                yield return p;
            }
        }

        foreach (Node c in node.ControlInputs)
        {
            yield return c;
        }

        foreach (Graph g in node.Subgraphs())
        {
            foreach (Graph inner in g.SelfAndSubgraphs())
            {
                foreach (Value? v in inner.Nodes.SelectMany(n => n.Inputs).Concat(inner.Outputs))
                {
                    if (v?.Producer is { } p && !ReferenceEquals(p.Graph, inner))
                    {
                        yield return p;
                    }
                }
            }
        }
    }
}
