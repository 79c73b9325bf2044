namespace Pare.Formats.TensorFlow;

/// <summary>Looks for cycles over node indices, without walking the objects.</summary>
internal static class GraphDefCycles
{
    /// <exception cref="GraphException">There is a cycle that no NextIteration closes.</exception>
    public static void Check(Graph graph, List<Node> nodes, List<Edge> edges, Func<int, bool> closesLoop)
    {
        // Kahn's algorithm; outgoing edges in one array, sorted by producer by counting.
        int[] start = new int[nodes.Count + 1];
        int[] waiting = new int[nodes.Count];
        foreach (Edge e in edges)
        {
            start[e.Producer + 1]++;
        }

        for (int i = 0; i < nodes.Count; i++)
        {
            start[i + 1] += start[i];
        }

        int[] next = start[..nodes.Count];
        int[] consumers = new int[edges.Count];
        foreach (Edge e in edges)
        {
            consumers[next[e.Producer]++] = e.Consumer;
            waiting[e.Consumer] += closesLoop(e.Producer) ? 0 : 1;
        }

        int[] queue = new int[nodes.Count];
        int tail = 0;
        for (int i = 0; i < nodes.Count; i++)
        {
            if (waiting[i] == 0)
            {
                queue[tail++] = i;
            }
        }

        for (int head = 0; head < tail; head++)
        {
            int n = queue[head];
            if (closesLoop(n))
            {
                continue;
            }

            for (int k = start[n]; k < start[n + 1]; k++)
            {
                if (--waiting[consumers[k]] == 0)
                {
                    queue[tail++] = consumers[k];
                }
            }
        }

        if (tail < nodes.Count)
        {
            // The slow walk names the nodes on the cycle.
            _ = GraphOrder.Topological(graph, Vocabularies.TensorFlow.IsBackEdge);
            throw new GraphException("the graph has a cycle");
        }
    }
}
