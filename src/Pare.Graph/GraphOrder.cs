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
        Stack<Walk> stack = new();
        foreach (Node root in graph.Nodes)
        {
            if (done.ContainsKey(root))
            {
                continue;
            }

            done[root] = false;
            stack.Push(new Walk(root));
            while (stack.Count > 0)
            {
                Walk walk = stack.Pop();
                Node node = walk.Node;
                if (walk.Next() is not { } next)
                {
                    done[node] = true;
                    order.Add(node);
                    continue;
                }

                stack.Push(walk);
                if (!ReferenceEquals(next.Graph, graph) || (isBackEdge is not null && isBackEdge(next, node)))
                {
                    continue;
                }

                if (!done.TryGetValue(next, out bool finished))
                {
                    done[next] = false;
                    stack.Push(new Walk(next));
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

            Walk needs = new(n);
            while (needs.Next() is { } need)
            {
                stack.Push(need);
            }
        }

        return seen;
    }

    // Producers of the values that graphs inside a node take from outside.
    private static IEnumerable<Node> Captured(Node node)
    {
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

    // The nodes that a node needs, one after the other: by inputs, by control inputs, by graphs inside. Without an object a node, since every walk over a large model asks every node.
    private struct Walk(Node node)
    {
        private int _next;
        private IEnumerator<Node>? _captured;

        public readonly Node Node => node;

        public Node? Next()
        {
            while (_next < node.Inputs.Count)
            {
                if (node.Inputs[_next++]?.Producer is { } producer)
                {
                    return producer;
                }
            }

            if (_next - node.Inputs.Count < node.ControlInputs.Count)
            {
                return node.ControlInputs[_next++ - node.Inputs.Count];
            }

            if (!node.Attributes.HasGraphs)
            {
                return null;
            }

            _captured ??= Captured(node).GetEnumerator();
            return _captured.MoveNext() ? _captured.Current : null;
        }
    }
}
