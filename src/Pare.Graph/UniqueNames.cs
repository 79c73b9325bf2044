namespace Pare;

/// <summary>Makes names that no node and no value of a graph (nor of the graphs inside it) bears yet. Made for one editing run; not thread-safe.</summary>
public sealed class UniqueNames
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Collects the names in use.</summary>
    public UniqueNames(Graph graph) => Collect(graph);

    /// <summary>A free name: <paramref name="wanted"/> itself, else with <c>_1</c>, <c>_2</c>, … behind it. It counts as taken from now on.</summary>
    public string Make(string wanted)
    {
        string name = wanted;
        for (int i = 1; !_taken.Add(name); i++)
        {
            name = $"{wanted}_{i}";
        }

        return name;
    }

    /// <summary>Whether a name is in use.</summary>
    public bool IsTaken(string name) => _taken.Contains(name);

    private void Collect(Graph graph)
    {
        foreach (Value v in graph.Inputs.Concat(graph.Initializers))
        {
            _taken.Add(v.Name);
        }

        foreach (Node n in graph.Nodes)
        {
            _taken.Add(n.Name);
            foreach (Value v in n.Outputs)
            {
                if (v.HasOwnName)
                {
                    _taken.Add(v.Name);
                }
            }

            foreach (Graph g in n.Subgraphs())
            {
                Collect(g);
            }
        }
    }
}
