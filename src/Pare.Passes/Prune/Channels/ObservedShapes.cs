namespace Pare.Passes.Prune;

/// <summary>The extents of every value of a graph, seen in a run, so that they are known whatever the format tells of them; and the contents of small integers, which are mostly shapes.</summary>
internal sealed class ObservedShapes
{
    private const int LargestContent = 64;
    private readonly Dictionary<Value, long[]> _shapes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, long[]> _integers = new(ReferenceEqualityComparer.Instance);

    private ObservedShapes()
    {
    }

    /// <summary>Runs a model once on given inputs.</summary>
    /// <exception cref="UnsupportedModelException">The runner cannot run the model.</exception>
    public static ObservedShapes Run(IModelRunner runner, Model model, IReadOnlyList<TensorData> inputs)
    {
        ObservedShapes seen = new();
        IReadOnlySet<Node> needed = GraphOrder.Ancestors(model.Graph, model.Graph.Outputs);
        Value[] fetched =
        [
            .. model.Graph.Nodes.Where(needed.Contains).SelectMany(n => n.Outputs).Where(v => !v.IsConstant && (v.Uses.Count > 0 || model.Graph.IsOutput(v))),
        ];
        for (int i = 0; i < model.Graph.Inputs.Count; i++)
        {
            seen.Keep(model.Graph.Inputs[i], inputs[i]);
        }

        foreach (Value v in model.Graph.Constants)
        {
            seen.Keep(v, v.Constant!);
        }

        using IModelSession session = runner.Load(model, new SessionOptions { Threads = 0, Fetches = [.. fetched.Select(v => v.Name)], QuickStart = true });
        IReadOnlyList<TensorData> values = session.Run(inputs);
        for (int i = 0; i < fetched.Length; i++)
        {
            seen.Keep(fetched[i], values[i]);
        }

        return seen;
    }

    public long[]? ShapeOf(Value value) => _shapes.GetValueOrDefault(value);

    /// <summary>The content of a small integer tensor, constant or as it was in the run; null where it is none.</summary>
    public long[]? IntegersOf(Value? value) => value is null ? null : _integers.GetValueOrDefault(value);

    private void Keep(Value value, TensorData content)
    {
        _shapes[value] = content.Shape.ToArray();
        if (content.Type is DataType.Int32 or DataType.Int64 && content.Count <= LargestContent)
        {
            _integers[value] = content.ToInt64s();
        }
    }
}
