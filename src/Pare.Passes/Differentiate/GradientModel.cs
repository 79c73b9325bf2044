using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>
/// Reverse-mode differentiation of ONNX models as a rewrite: a copy of the model takes one input more, the seed <c>v</c>, and gives the gradient of <c>Σ v · output</c>
/// by chosen values (inner values or constants). It runs wherever the model runs. Extents are fixed: gradients are for the batch the shapes were taken at.
/// </summary>
public static class GradientModel
{
    /// <summary>Name of the seed's input.</summary>
    public const string SeedName = "gradient/seed";

    /// <summary>Makes the copy.</summary>
    /// <param name="model">An ONNX model; not edited.</param>
    /// <param name="shapes">Extents of every inner value on the path, by name, as the model runs (constants may be left out).</param>
    /// <param name="output">Name of the value that is differentiated, of binary32.</param>
    /// <param name="by">Names of the values it is differentiated by.</param>
    /// <returns>A model with the inputs of <paramref name="model"/> and the seed, and one output for each of <paramref name="by"/>; where a value has no influence its gradient is missing and its name is null.</returns>
    /// <exception cref="UnsupportedModelException">Nodes on the path have no rule; all of them are named.</exception>
    public static (Model Model, IReadOnlyList<string?> Gradients) Create(Model model, IReadOnlyDictionary<string, TensorShape> shapes, string output, IReadOnlyList<string> by)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(shapes);
        ArgumentNullException.ThrowIfNull(by);
        Model copy = model.Clone();
        Graph graph = copy.Graph;
        Dictionary<string, Value> values = Values(graph);
        Value result = values.TryGetValue(output, out Value? found) ? found : throw new GraphException($"the graph has no value '{output}'");
        Value?[] targets = [.. by.Select(values.GetValueOrDefault)];
        IReadOnlySet<Node> ancestors = GraphOrder.Ancestors(graph, [result]);
        Node[] order = [.. GraphOrder.Topological(graph).Where(ancestors.Contains)];
        HashSet<Value> wanted = Wanted(order, targets, shapes);

        OnnxBuilder builder = new(graph) { Prefix = "gradient" };
        Reserve(builder, graph);
        long opset = copy.OperatorSets.TryGetValue("", out long v) || copy.OperatorSets.TryGetValue("ai.onnx", out v) ? v : 13;
        GradientTape tape = new(builder, shapes, wanted, opset);
        Value seed = new(SeedName, DataType.Float32, new SymbolicShape(shapes[output]));
        graph.Inputs.Add(seed);
        tape.Add(result, seed);
        List<UnsupportedNode> unsupported = [];
        for (int i = order.Length - 1; i >= 0; i--)
        {
            Node node = order[i];
            if (!node.Inputs.Any(tape.Needs) || !node.Outputs.Any(o => tape.GradientOf(o) is not null))
            {
                continue;
            }

            if (node.Outputs.Skip(1).Any(o => tape.GradientOf(o) is not null) && node.Operator != "Split")
            {
                unsupported.Add(new UnsupportedNode(node.Name, node.Operator, "several of its outputs are differentiated"));
            }
            else if (GradientRules.Find(node) is not { } rule || !rule(node, tape.GradientOf(node.Outputs[0])!, tape))
            {
                unsupported.Add(new UnsupportedNode(node.Name, node.Operator, "no rule of differentiation"));
            }
        }

        if (unsupported.Count > 0)
        {
            throw new UnsupportedModelException($"{unsupported.Count} nodes cannot be differentiated", unsupported);
        }

        graph.Outputs.Clear();
        string?[] names = new string?[targets.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] is { } t && tape.GradientOf(t) is { } g)
            {
                // An output of its own, so that two equal gradients do not collide.
                Value o = builder.Emit("Identity", [g]);
                graph.Outputs.Add(o);
                names[i] = o.Name;
            }
        }

        return (copy, names);
    }

    private static Dictionary<string, Value> Values(Graph graph)
    {
        Dictionary<string, Value> values = new(StringComparer.Ordinal);
        foreach (Value v in graph.Inputs.Concat(graph.Initializers).Concat(graph.Nodes.SelectMany(n => n.Outputs)))
        {
            values.TryAdd(v.Name, v);
        }

        return values;
    }

    // Values that depend on a target, the targets included: gradients flow through these alone.
    private static HashSet<Value> Wanted(Node[] order, Value?[] targets, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        HashSet<Value> wanted = new(ReferenceEqualityComparer.Instance);
        foreach (Value? t in targets)
        {
            if (t is not null)
            {
                wanted.Add(t);
            }
        }

        foreach (Node n in order)
        {
            if (n.Inputs.Any(i => i is not null && wanted.Contains(i)))
            {
                wanted.UnionWith(n.Outputs.Where(o => shapes.ContainsKey(o.Name)));
            }
        }

        return wanted;
    }

    private static void Reserve(OnnxBuilder builder, Graph graph)
    {
        foreach (Node n in graph.Nodes)
        {
            foreach (Value o in n.Outputs)
            {
                builder.MakeName(o.Name);
            }
        }

        foreach (Value v in graph.Inputs.Concat(graph.Initializers))
        {
            builder.MakeName(v.Name);
        }
    }
}
