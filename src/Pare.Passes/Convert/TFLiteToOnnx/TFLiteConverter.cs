using Pare.Passes.Optimize;

namespace Pare.Passes.Conversion;

/// <summary>One conversion: walks the nodes in their order and applies their lowerings.</summary>
internal sealed class TFLiteConverter
{
    private readonly TFLiteToOnnxOptions _options;
    private readonly Model _result;
    private readonly OnnxBuilder _builder;
    private readonly TFLiteGraphLowering _main;
    private readonly List<UnsupportedNode> _unsupported = [];
    private readonly IReadOnlyList<Value> _inputs;
    private readonly IReadOnlyList<Value> _outputs;

    public TFLiteConverter(Model model, TFLiteToOnnxOptions options)
    {
        Model = model;
        _options = options;
        _inputs = options.Inputs ?? [.. model.Graph.Inputs];
        _outputs = options.Outputs ?? [.. model.Graph.Outputs];
        _result = new Model(Vocabularies.Onnx, new Graph(model.Graph.Name));
        _result.OperatorSets[""] = TensorFlowToOnnx.Opset;
        _builder = new OnnxBuilder(_result.Graph);
        States = new TFLiteStates(_builder);
        _main = new TFLiteGraphLowering(this, _builder, isMain: true);
    }

    /// <summary>The TFLite model.</summary>
    public Model Model { get; }

    /// <summary>What lasts from run to run.</summary>
    public TFLiteStates States { get; }

    /// <summary>Contents of resource variables before the first run, by name.</summary>
    public Dictionary<string, TensorData> InitialContents { get; } = new(StringComparer.Ordinal);

    /// <summary>A subgraph by its index in the file, 0 being the main graph.</summary>
    public Graph Subgraph(long index) => index >= 1 && index <= Model.Subgraphs.Count ? Model.Subgraphs[(int)index - 1]
        : throw new LoweringException($"the operator runs subgraph {index}; there are {Model.Subgraphs.Count + 1}");

    /// <summary>Says that a node cannot be carried over.</summary>
    public void Report(Node node, string why) => _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, why));

    /// <summary>Number of nodes that cannot be carried over so far.</summary>
    public int ReportCount => _unsupported.Count;

    public TFLiteConversion Run()
    {
        foreach (Value v in _inputs)
        {
            AddInput(v);
        }

        _main.Lower(NeededNodes());
        if (_unsupported.Count > 0)
        {
            throw new UnsupportedModelException("conversion from TFLite to ONNX", _unsupported);
        }

        foreach (Value v in _outputs)
        {
            AddOutput(v);
        }

        List<TFLiteState> states = [.. States.All.Select(AddState)];
        RemoveUnused(_result.Graph);
        _result.Graph.RemoveInitializers(v => v.Uses.Count == 0 && !_result.Graph.IsOutput(v));
        if (_options.CancelTransposes)
        {
            new CancelTransposesPass().Run(_result, new PassContext());
        }

        return new TFLiteConversion(_result, states);
    }

    // What the outputs need, and what changes states, in the order of the file: reading a variable before or after it is assigned makes a difference.
    private List<Node> NeededNodes()
    {
        HashSet<Value> fed = new(_inputs, ReferenceEqualityComparer.Instance);
        HashSet<Value> available = new(_inputs, ReferenceEqualityComparer.Instance);
        HashSet<Node> needed = [];
        Stack<Node> stack = new(_outputs.Where(v => !fed.Contains(v)).Select(v => v.Producer).OfType<Node>());
        IReadOnlyList<Node> order = GraphOrder.Topological(Model.Graph);
        foreach (Node n in order)
        {
            // Where only a part of the graph is run, states that need what is not fed stay as they are.
            if (n.Inputs.All(v => v is null || v.IsConstant || v.IsVariable || available.Contains(v)))
            {
                available.UnionWith(n.Outputs);
                if (n.Operator is "ASSIGN_VARIABLE" or "CALL_ONCE")
                {
                    stack.Push(n);
                }
            }
        }

        while (stack.TryPop(out Node? n))
        {
            if (!needed.Add(n))
            {
                continue;
            }

            foreach (Value? v in n.Inputs)
            {
                if (v is null || v.IsConstant || v.IsVariable || fed.Contains(v))
                {
                    continue;
                }

                stack.Push(v.Producer ?? throw new UsageException($"the output needs the input '{v.Name}', which is not among those to be fed"));
            }
        }

        return [.. order.Where(needed.Contains)];
    }

    private void AddInput(Value value)
    {
        if (_result.Graph.Inputs.Any(i => i.Name == value.Name) && _main.IsKnown(value))
        {
            return;
        }

        if (value.Type is DataType.Complex64 or DataType.Complex128 or DataType.Resource or DataType.Variant)
        {
            throw new UnsupportedModelException($"conversion from TFLite to ONNX: the input '{value.Name}' is of type {value.Type}", []);
        }

        SymbolicShape? shape = _options.InputShapes.GetValueOrDefault(value) ?? value.Shape;
        Value input = new(_builder.MakeName(value.Name), value.Type, shape);
        _result.Graph.Inputs.Add(input);
        _main.Bind(value, _main.NewOperand(value).FromStored(input));
    }

    private void AddOutput(Value value)
    {
        _builder.Prefix = value.Name;
        Value lowered = _main.Find(value).Stored;
        if (value.Type is DataType.Complex64 or DataType.Complex128)
        {
            throw new UnsupportedModelException($"conversion from TFLite to ONNX: the output '{value.Name}' is of type {value.Type}", []);
        }

        _main.Name(lowered, value.Name);
        if (lowered.Producer is null || lowered.Name != value.Name || _result.Graph.IsOutput(lowered))
        {
            bool taken = _result.Graph.Inputs.Any(i => i.Name == value.Name);
            if (lowered.Name == value.Name && lowered.Producer is null && !taken)
            {
                lowered.Name = _builder.MakeName(value.Name + "/constant");
            }

            Value output = _builder.Emit("Identity", [lowered]);
            output.Name = taken || _result.Graph.Outputs.Any(o => o.Name == value.Name) ? _builder.MakeName(value.Name) : value.Name;
            lowered = output;
        }

        _result.Graph.Outputs.Add(lowered);
    }

    private TFLiteState AddState(TFLiteStates.Entry state)
    {
        _builder.Prefix = state.Input.Name;
        _result.Graph.Inputs.Add(state.Input);
        Value output = _builder.Emit("Identity", [state.Current]);
        output.Name = _builder.MakeName(state.Input.Name + "/after");
        _result.Graph.Outputs.Add(output);
        return new TFLiteState(state.Input.Name, output.Name, state.Initial);
    }

    // Lowerings may emit what in the end nobody takes: a form of a quantized value, a second output.
    private static void RemoveUnused(Graph graph)
    {
        foreach (Node n in graph.Nodes.Reverse().ToArray())
        {
            if (n.Outputs.All(v => v.Uses.Count == 0 && !graph.IsOutput(v)))
            {
                graph.RemoveNode(n);
            }
        }
    }
}
