namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Builds small TensorFlow graphs and runs them.</summary>
internal sealed class TensorFlowGraph
{
    private readonly Model _model = new(Vocabularies.TensorFlow);
    private readonly List<(string Name, TensorData Value)> _feeds = [];
    private int _constants;

    public Model Model => _model;

    /// <summary>A one-node graph run at once: the data fed, the other inputs given as constants; output 0.</summary>
    public static TensorData Run(string @operator, TensorData data, TensorData[] constants, params (string Name, AttributeValue Value)[] attributes)
    {
        TensorFlowGraph g = new();
        return g.Run(g.Node("y", @operator, [g.Feed("x", data), .. constants.Select(g.Constant)], attributes).Output)[0];
    }

    /// <summary>A one-node graph run at once with every input fed and no shape known beforehand.</summary>
    public static TensorData RunFed(string @operator, TensorData[] inputs, params (string Name, AttributeValue Value)[] attributes)
    {
        TensorFlowGraph g = new();
        return g.Run(g.Node("y", @operator, inputs.Select((t, i) => g.Feed($"x{i}", t, unknownRank: true)), attributes).Output)[0];
    }

    /// <summary>Data of unknown rank fed, the other inputs fed as vectors of known length.</summary>
    public static TensorData RunFedVectors(string @operator, TensorData data, TensorData[] vectors, params (string Name, AttributeValue Value)[] attributes)
    {
        TensorFlowGraph g = new();
        return g.Run(g.Node("y", @operator, [g.Feed("x", data, unknownRank: true), .. vectors.Select((v, i) => g.Feed($"v{i}", v))], attributes).Output)[0];
    }

    public Value Feed(string name, TensorData value, bool unknownRank = false)
    {
        Node node = _model.Graph.CreateNode(name, "Placeholder");
        node.Attributes["dtype"] = AttributeValue.Of(value.Type);
        node.Attributes["shape"] = AttributeValue.OfShape(unknownRank ? null : new SymbolicShape(value.Shape));
        node.Output.Type = value.Type;
        node.Output.Shape = unknownRank ? null : new SymbolicShape(value.Shape);
        _model.Graph.Inputs.Add(node.Output);
        _feeds.Add((name + ":0", value));
        return node.Output;
    }

    public Value Constant(TensorData content)
    {
        Node node = _model.Graph.CreateNode($"const{_constants++}", "Const");
        node.Output.Constant = content;
        node.Output.Type = content.Type;
        return node.Output;
    }

    public Node Node(string name, string @operator, IEnumerable<Value> inputs, params (string Name, AttributeValue Value)[] attributes)
    {
        Value[] all = [.. inputs];
        Node node = _model.Graph.CreateNode(name, @operator, all);
        foreach ((string key, AttributeValue value) in attributes)
        {
            node.Attributes[key] = value;
        }

        if (!node.Attributes.ContainsKey("T") && all.Length > 0)
        {
            node.Attributes["T"] = AttributeValue.Of(all[0].Type);
        }

        node.Output.Type = node.Attributes.GetDataType("T");
        return node;
    }

    public IReadOnlyList<TensorData> Run(params Value[] outputs)
    {
        // The type set above is only for the attribute T of what follows; the conversion is to find it by itself.
        foreach (Node n in _model.Graph.Nodes.Where(n => n.Operator is not ("Placeholder" or "Const")))
        {
            foreach (Value v in n.Outputs)
            {
                v.Type = DataType.Undefined;
            }
        }

        using IModelSession session = new OnnxRuntimeRunner().Load(_model, new SessionOptions { Feeds = [.. _feeds.Select(f => f.Name)], Fetches = [.. outputs.Select(o => o.Name)] });
        return session.Run([.. _feeds.Select(f => f.Value)]);
    }
}
