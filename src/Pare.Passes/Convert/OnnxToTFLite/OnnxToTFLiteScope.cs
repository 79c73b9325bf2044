namespace Pare.Passes.Conversion;

/// <summary>One graph being carried over: the main one, or a branch or loop body, whose values from outside become inputs of its TFLite subgraph.</summary>
internal sealed class OnnxToTFLiteScope
{
    private readonly Dictionary<Value, LaidValue> _lowered = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> _named = new(ReferenceEqualityComparer.Instance);
    private readonly OnnxToTFLiteScope? _parent;
    private readonly Model _target;
    private readonly List<UnsupportedNode> _unsupported;

    /// <summary>Creates the scope of a main graph.</summary>
    public OnnxToTFLiteScope(Model target, long opset, List<UnsupportedNode> unsupported)
    {
        _target = target;
        _unsupported = unsupported;
        Builder = new TFLiteBuilder(target.Graph);
        Opset = opset;
    }

    private OnnxToTFLiteScope(OnnxToTFLiteScope parent, Graph graph)
    {
        _parent = parent;
        _target = parent._target;
        _unsupported = parent._unsupported;
        Builder = parent.Builder.ForGraph(graph);
        Opset = parent.Opset;
    }

    /// <summary>Emits into this graph.</summary>
    public TFLiteBuilder Builder { get; }

    /// <summary>Version of the standard operator set.</summary>
    public long Opset { get; }

    /// <summary>What was taken from outside, in the order of the subgraph's inputs.</summary>
    public List<(Value Onnx, LaidValue Outer)> Captured { get; } = [];

    /// <summary>Adds a subgraph to the model.</summary>
    /// <returns>A scope for it and its index.</returns>
    public (OnnxToTFLiteScope Scope, int Index) Open(string name)
    {
        Graph graph = new(name);
        _target.Subgraphs.Add(graph);
        return (new OnnxToTFLiteScope(this, graph), _target.Subgraphs.Count);
    }

    /// <summary>The TFLite value of an ONNX value, or null while it has none.</summary>
    public LaidValue? Find(Value value)
    {
        if (_lowered.TryGetValue(value, out LaidValue known))
        {
            return known;
        }

        if (value.Constant is { } content)
        {
            return _lowered[value] = new LaidValue(Builder.Constant(content.Type == DataType.Float64 ? DenseTensorData.Create(content.ToFloats(), content.Shape) : content, value.Name));
        }

        if (_parent?.Find(value) is not { } outer)
        {
            return null;
        }

        if (outer.Value.Constant is { } constant)
        {
            return _lowered[value] = outer with { Value = Builder.Constant(constant, outer.Value.Name) };
        }

        Captured.Add((value, outer));
        return _lowered[value] = outer with { Value = AddInput(outer.Value.Name, outer.Value.Type, outer.Value.Shape) };
    }

    /// <summary>Makes a TFLite value stand for an ONNX value and gives it that name where it has none of its own yet.</summary>
    public void Bind(Value value, LaidValue lowered)
    {
        _lowered[value] = lowered;
        if (lowered.Value.Producer is not null && !lowered.Value.IsConstant && _named.Add(lowered.Value) && lowered.Value.Name != value.Name)
        {
            lowered.Value.Name = Builder.MakeName(value.Name);
        }
    }

    /// <summary>Adds an input to the graph.</summary>
    public Value AddInput(string name, DataType type, SymbolicShape? shape)
    {
        Value input = new(Builder.MakeName(name), type, shape);
        Builder.Graph.Inputs.Add(input);
        return input;
    }

    /// <summary>Adds an output to the graph, under its ONNX name in the main one.</summary>
    public void AddOutput(Value value)
    {
        if (Find(value) is not { } lowered)
        {
            return;
        }

        Builder.Prefix = value.Name;
        Value straight = Builder.Straight(lowered);
        straight = value.Type == DataType.Float64 && _parent is null && !straight.IsConstant ? Builder.Cast(straight, DataType.Float64) : straight;
        Graph graph = Builder.Graph;
        if (value.Constant is { } content || (content = straight.Constant) is not null)
        {
            // The runtime hands constants out as they are; what copies one is done before the run, where nothing reaches the caller.
            straight = graph.AddInitializer(Builder.MakeName(value.Name), content);
        }
        else if (straight.Producer is null || graph.IsOutput(straight))
        {
            straight = Copy(straight, value.Name);
        }

        if (straight.Name != value.Name && !graph.Inputs.Any(i => i.Name == value.Name))
        {
            foreach (Value other in graph.Nodes.SelectMany(n => n.Outputs).Concat(graph.Initializers).Where(v => v.Name == value.Name))
            {
                other.Name = Builder.MakeName(value.Name + "/inner");
            }

            straight.Name = value.Name;
        }

        graph.Outputs.Add(straight);
    }

    /// <summary>Carries nodes over, producers first; what cannot be is noted.</summary>
    public void Lower(Graph graph)
    {
        foreach (Node node in GraphOrder.Topological(graph))
        {
            Lower(node);
        }
    }

    // The runtime wants an operator between an input and an output: a RESHAPE to the same extents.
    private Value Copy(Value x, string name)
    {
        Builder.Prefix = name;
        SymbolicShape? s = x.Shape;
        Value shape = s?.ToStatic() is { } known ? Builder.Int32s(known.Dimensions)
            : s is not null && s.Dimensions.Count(d => d.Value is null) == 1 ? Builder.Int32s([.. s.Dimensions.Select(d => d.Value ?? -1)])
            : Builder.ShapeOf(x);
        Node copy = Builder.Graph.CreateNode(Builder.MakeName(name), "RESHAPE", [x, shape], outputs: 0);
        Value output = copy.AddOutput(copy.Name);
        (output.Type, output.Shape) = (x.Type, s);
        return output;
    }

    private void Lower(Node node)
    {
        if (node.Outputs.All(v => v.IsConstant) && node.Outputs.Count > 0)
        {
            return;
        }

        if (OnnxToTFLiteLowerings.Find(node) is not { } lowering)
        {
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, "the operator has no counterpart among TFLite's built-in operators; cut the graph after it by naming an inner input"));
            return;
        }

        // What hangs on a node that is already reported says nothing new.
        if (node.Inputs.Any(v => v is not null && Find(v) is null))
        {
            return;
        }

        Builder.Prefix = node.Outputs.Count > 0 ? node.Outputs[0].Name : node.Name;
        try
        {
            lowering(new ToTFLiteContext(this, node));
        }
        catch (LoweringException e)
        {
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, e.Message));
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidOperationException or ArithmeticException or NullReferenceException)
        {
            // A node of a damaged graph: too few inputs, an axis or a count beyond what its operands have.
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, $"its inputs and attributes do not fit together ({e.Message})"));
        }
        catch (GraphException e) when (e.Node is null)
        {
            throw new GraphException(e.Message, node.Name, e);
        }
    }
}
