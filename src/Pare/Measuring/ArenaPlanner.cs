namespace Pare.Workflows;

/// <summary>
/// Plans the tensor arena of a graph: which tensors are alive when, and one block of memory in which those that are alive together do not overlap. Tensors are placed the largest first, each into the
/// smallest gap it fits, as TFLite's planners do. Constants lie in the model and count nothing; nor does what kernels need for themselves. Stateless and thread-safe.
/// </summary>
public static class ArenaPlanner
{
    private const int SmallestShared = 5;

    // The operators whose kernels LiteRT registers as able to write over an input (TfLiteRegistration.inplace_operator): by content, or without touching it.
    private static readonly Dictionary<string, InPlace> s_inPlace = new(StringComparer.Ordinal)
    {
        ["ADD"] = new(2, true),
        ["SUB"] = new(2, true),
        ["MUL"] = new(2, true),
        ["DIV"] = new(2, true),
        ["SOFTMAX"] = new(1, true),
        ["DYNAMIC_UPDATE_SLICE"] = new(1, true),
        ["RESHAPE"] = new(1, false),
        ["SQUEEZE"] = new(1, false),
        ["EXPAND_DIMS"] = new(1, false),
        ["BITCAST"] = new(1, false),
    };

    /// <summary>Plans a whole model: its main graph and, in blocks of their own, the graphs that control flow calls.</summary>
    /// <returns>Bytes of all blocks.</returns>
    public static long Bytes(Model model, ArenaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Subgraphs.Prepend(model.Graph).Sum(g => Plan(g, options).Bytes);
    }

    /// <summary>Plans a graph.</summary>
    /// <param name="graph">The graph; its nodes run in their order.</param>
    /// <param name="options">How to lay out; null for LiteRT's way.</param>
    /// <param name="shapes">Shapes known from elsewhere, such as a run; they go before the graph's own.</param>
    public static ArenaPlan Plan(Graph graph, ArenaOptions? options = null, IReadOnlyDictionary<Value, TensorShape>? shapes = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= ArenaOptions.LiteRt;
        Dictionary<Value, Life> lives = new(ReferenceEqualityComparer.Instance);
        List<string> unsized = [];
        foreach (Value v in graph.Variables.Concat(graph.Inputs))
        {
            Add(v, 0);
        }

        int count = graph.Nodes.Count;
        int at = 0;
        foreach (Node node in graph.Nodes)
        {
            foreach (Value output in node.Outputs.Where(o => !o.IsConstant))
            {
                Add(output, at);
            }

            at++;
        }

        Dictionary<Value, Value> owners = options.WorksInPlace ? Share(graph, lives) : new(ReferenceEqualityComparer.Instance);
        at = 0;
        foreach (Node node in graph.Nodes)
        {
            foreach (Value? input in node.Inputs)
            {
                Touch(input, at);
            }

            at++;
        }

        foreach (Value v in graph.Outputs.Concat(graph.Variables).Concat(options.KeepsInputs ? graph.Inputs : []).Concat(options.KeepsDequantized ? Dequantized(graph) : []))
        {
            Touch(v, int.MaxValue);
        }

        return Place([.. lives.Values.Where(l => !owners.ContainsKey(l.Value))], graph, count, options, unsized);

        void Add(Value value, int first)
        {
            if (Size(value, options, shapes) is { } bytes)
            {
                lives.TryAdd(value, new Life(value, bytes, first, lives.Count));
            }
            else
            {
                unsized.Add(value.Name);
            }
        }

        void Touch(Value? value, int node)
        {
            if (value is not null && lives.TryGetValue(owners.GetValueOrDefault(value, value), out Life? life))
            {
                life.Last = Math.Max(life.Last, node);
            }
        }
    }

    private static long? Size(Value value, ArenaOptions options, IReadOnlyDictionary<Value, TensorShape>? shapes)
    {
        if (value.Type.BitWidth() == 0)
        {
            return null;
        }

        if (shapes?.GetValueOrDefault(value) is { } known)
        {
            return value.Type.ByteLength(known.Count);
        }

        return value.Shape is { } shape ? value.Type.ByteLength(new TensorShape([.. shape.Dimensions.Select(d => d.Value ?? options.OpenExtent)]).Count) : null;
    }

    private static IEnumerable<Value> Dequantized(Graph graph) =>
        graph.Nodes.Where(n => n is { Operator: "DEQUANTIZE", Domain: "", Outputs.Count: 1 } && n.InputOrDefault(0) is { IsConstant: true }).Select(n => n.Outputs[0]);

    // Whose place each output takes over: that of an input which nobody else needs any more and, where the content changes, nobody else reads.
    private static Dictionary<Value, Value> Share(Graph graph, Dictionary<Value, Life> lives)
    {
        Dictionary<Value, Value> owners = new(ReferenceEqualityComparer.Instance);
        HashSet<Value> kept = new(graph.Inputs.Concat(graph.Outputs).Concat(graph.Variables), ReferenceEqualityComparer.Instance);
        HashSet<Value> aliased = new(ReferenceEqualityComparer.Instance);
        foreach (Node node in graph.Nodes)
        {
            if (node.Domain.Length > 0 || !s_inPlace.TryGetValue(node.Operator, out InPlace rule) || node.Outputs.Count == 0 || kept.Contains(node.Outputs[0]) || !lives.TryGetValue(node.Outputs[0], out Life? made))
            {
                continue;
            }

            foreach (Value? input in node.Inputs.Take(rule.Inputs))
            {
                if (input is null || kept.Contains(input) || !lives.TryGetValue(input, out Life? taken) || taken.Bytes != made.Bytes)
                {
                    continue;
                }

                // Behind a reshape of something that others read too, its place has more readers than its own uses tell.
                bool others = input.Uses.Count > 1 || aliased.Contains(input);
                if (rule.Changes && (others || taken.Bytes < SmallestShared))
                {
                    continue;
                }

                owners[node.Outputs[0]] = owners.GetValueOrDefault(input, input);
                if (others)
                {
                    aliased.Add(node.Outputs[0]);
                }

                break;
            }
        }

        return owners;
    }

    private static ArenaPlan Place(Life[] lives, Graph graph, int nodes, ArenaOptions options, List<string> unsized)
    {
        long[] alive = new long[nodes + 1];
        foreach (Life l in lives)
        {
            l.Last = Math.Max(l.Last, l.First);
            alive[Math.Min(l.First, nodes)] += l.Bytes;
            if (l.Last < nodes)
            {
                alive[l.Last + 1] -= l.Bytes;
            }
        }

        for (int i = 1; i < alive.Length; i++)
        {
            alive[i] += alive[i - 1];
        }

        int peak = nodes == 0 ? 0 : Array.IndexOf(alive, alive.AsSpan(0, nodes).ToArray().Max());
        List<ArenaTensor> placed = [];
        List<ArenaTensor> ordered = [];
        long end = 0;
        foreach (Life l in lives.OrderByDescending(l => l.First == 0 && l.Last >= nodes).ThenByDescending(l => l.Bytes).ThenBy(l => l.First).ThenBy(l => l.Order))
        {
            ArenaTensor t = new(l.Value.Name, BestGap(ordered, l, options.Alignment), l.Bytes, l.First, Math.Min(l.Last, Math.Max(0, nodes - 1)));
            placed.Add(t);
            int place = ordered.FindIndex(o => o.Offset > t.Offset);
            ordered.Insert(place < 0 ? ordered.Count : place, t);
            end = Math.Max(end, t.Offset + t.Bytes);
        }

        return new ArenaPlan
        {
            Bytes = end,
            LiveBytes = nodes == 0 ? lives.Sum(l => l.Bytes) : alive[peak],
            PeakOperator = nodes == 0 ? "" : graph.Nodes.ElementAt(peak).Name,
            Tensors = placed,
            Unsized = unsized,
        };
    }

    // The smallest gap among the tensors alive at the same time, sorted by offset; behind them all where none is large enough.
    private static long BestGap(List<ArenaTensor> ordered, Life life, int alignment)
    {
        long best = -1;
        long smallest = long.MaxValue;
        long free = 0;
        foreach (ArenaTensor other in ordered)
        {
            if (other.Last < life.First || other.First > life.Last)
            {
                continue;
            }

            long start = Align(free, alignment);
            long gap = other.Offset - start;
            if (gap >= life.Bytes && gap < smallest)
            {
                (best, smallest) = (start, gap);
            }

            free = Math.Max(free, other.Offset + other.Bytes);
        }

        return best >= 0 ? best : Align(free, alignment);
    }

    private static long Align(long offset, int alignment) => (offset + alignment - 1) & -alignment;

    private readonly record struct InPlace(int Inputs, bool Changes);

    private sealed class Life(Value value, long bytes, int first, int order)
    {
        public Value Value { get; } = value;

        public long Bytes { get; } = bytes;

        public int First { get; } = first;

        public int Order { get; } = order;

        public int Last { get; set; } = -1;
    }
}
