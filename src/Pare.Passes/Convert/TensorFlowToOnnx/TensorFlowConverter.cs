using Pare.Passes.Optimize;

namespace Pare.Passes.Conversion;

/// <summary>One conversion: walks the nodes that the outputs need, producers first, and applies their lowerings.</summary>
internal sealed class TensorFlowConverter : ILoweringHost
{
    private readonly Model _model;
    private readonly TensorFlowToOnnxOptions _options;
    private readonly Model _result;
    private readonly OnnxBuilder _builder;
    private readonly Dictionary<Value, Value> _lowered = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> _reserved = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> _named;
    private readonly List<UnsupportedNode> _unsupported;
    private readonly FunctionBudget _budget;
    private readonly HashSet<Value> _complex = new(ReferenceEqualityComparer.Instance);
    private readonly IReadOnlyList<Value> _inputs;
    private readonly IReadOnlyList<Value> _outputs;

    public TensorFlowConverter(Model model, TensorFlowToOnnxOptions options)
    {
        _model = model;
        _options = options;
        _named = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        _unsupported = [];
        _budget = new FunctionBudget(model);
        _inputs = options.Inputs ?? [.. model.Graph.Inputs];
        _outputs = options.Outputs ?? [.. model.Graph.Outputs];
        _result = new Model(Vocabularies.Onnx, new Graph(model.Graph.Name));
        _result.OperatorSets[""] = TensorFlowToOnnx.Opset;
        _builder = new OnnxBuilder(_result.Graph);
        Guards = new SwitchGuards(IsFed);
    }

    // A function's body, whose arguments are given, into the graph of another builder.
    private TensorFlowConverter(TensorFlowConverter caller, ModelFunction function, IReadOnlyList<Value> arguments, OnnxBuilder builder)
    {
        _model = caller._model;
        _options = caller._options;
        _named = caller._named;
        _unsupported = caller._unsupported;
        _budget = caller._budget;
        _result = caller._result;
        _builder = builder;
        _inputs = [.. function.Body.Inputs];
        _outputs = [.. function.Body.Outputs];
        Guards = new SwitchGuards(IsFed);
        for (int i = 0; i < _inputs.Count; i++)
        {
            _reserved.Add(_inputs[i]);
            _named.Add(arguments[i]);
            _lowered[_inputs[i]] = arguments[i];
        }
    }

    public Model Model => _model;

    public OnnxBuilder Builder => _builder;

    /// <summary>Under which predicates nodes are alive.</summary>
    public SwitchGuards Guards { get; }

    /// <summary>Whether a value is fed by the caller.</summary>
    public bool IsFed(Value value) => _reserved.Contains(value);

    /// <summary>Whether a value is among the outputs asked for.</summary>
    public bool IsOutput(Value value) => _outputs.Contains(value);

    public Model Run()
    {
        foreach (Value v in _inputs)
        {
            if (_reserved.Add(v))
            {
                AddInput(v);
            }
        }

        foreach (Node n in NeededNodes())
        {
            Lower(n);
        }

        if (_unsupported.Count > 0)
        {
            throw new UnsupportedModelException("conversion from TensorFlow to ONNX", _unsupported);
        }

        foreach (Value v in _outputs)
        {
            AddOutput(v);
        }

        RemoveUnused(_result.Graph);
        BranchSinking.Run(_result.Graph);
        _result.Graph.RemoveInitializers(v => v.Uses.Count == 0 && !_result.Graph.IsOutput(v));
        if (_options.CancelTransposes)
        {
            new CancelTransposesPass().Run(_result, new PassContext());
        }

        return _result;
    }

    /// <summary>Carries a function's body over into a builder's graph.</summary>
    /// <returns>The values of its outputs, or null where nodes of it cannot be carried over; those are then among what the conversion reports.</returns>
    /// <exception cref="LoweringException">There is no such function, or it does not take these arguments.</exception>
    public Value[]? LowerFunction(string name, IReadOnlyList<Value> arguments, OnnxBuilder builder)
    {
        ModelFunction function = _model.Functions.FirstOrDefault(f => f.Name == name) ?? throw new LoweringException($"the function '{name}' is not in the model's library");
        if (function.Body.Inputs.Count != arguments.Count)
        {
            throw new LoweringException($"the function '{name}' takes {function.Body.Inputs.Count} arguments, found {arguments.Count}");
        }

        using FunctionBudget.Entry entry = _budget.Enter(function);
        TensorFlowConverter inner = new(this, function, arguments, builder);
        int before = _unsupported.Count;
        foreach (Node n in inner.NeededNodes())
        {
            inner.Lower(n);
        }

        if (_unsupported.Count > before)
        {
            return null;
        }

        return [.. inner._outputs.Select(v => inner.Find(v) ?? throw new LoweringException($"the function '{name}' has no value for '{v.Name}'"))];
    }

    /// <summary>The ONNX value of a TensorFlow value, or null while it has none.</summary>
    public Value? Find(Value value)
    {
        if (_lowered.TryGetValue(value, out Value? known))
        {
            return known;
        }

        if (value.Constant is { } content)
        {
            return _lowered[value] = _builder.Constant(TensorFlowTypes.ToOnnx(content), value.Name);
        }

        return null;
    }

    /// <summary>Says that an ONNX value holds complex numbers, real and imaginary part along an axis more, the last.</summary>
    public void MarkComplex(Value lowered) => _complex.Add(lowered);

    /// <summary>Whether an ONNX value holds complex numbers.</summary>
    public bool IsComplex(Value lowered) => _complex.Contains(lowered);

    /// <summary>Makes an ONNX value stand for a TensorFlow value and gives it that name where it has none of its own yet.</summary>
    public void Bind(Value value, Value lowered)
    {
        _lowered[value] = lowered;
        if (lowered.Producer is not null && _named.Add(lowered))
        {
            lowered.Name = _builder.MakeName(value.Name);
        }
    }

    private void AddInput(Value value)
    {
        SymbolicShape? shape = _options.InputShapes.GetValueOrDefault(value) ?? TensorFlowTypes.ShapeOf(value);
        Value input = new(_builder.MakeName(value.Name), TensorFlowTypes.ToOnnx(TensorFlowTypes.TypeOf(value)), shape);
        _result.Graph.Inputs.Add(input);
        _lowered[value] = input;
    }

    private void AddOutput(Value value)
    {
        Value lowered = Find(value)!;
        if (lowered.Producer is null || lowered.Name != value.Name || _result.Graph.IsOutput(lowered))
        {
            _builder.Prefix = value.Name;
            bool taken = _result.Graph.Inputs.Any(i => i.Name == value.Name);
            if (lowered.Name == value.Name && lowered.Producer is null && !taken)
            {
                lowered.Name = _builder.MakeName(value.Name + "/constant");
            }

            Value output = _builder.Emit("Identity", [lowered]);
            output.Name = taken ? _builder.MakeName(value.Name) : value.Name;
            lowered = output;
        }

        _result.Graph.Outputs.Add(lowered);
    }

    private void Lower(Node node)
    {
        if ((_options.Overrides?.GetValueOrDefault(node.Operator) ?? TensorFlowLowerings.Find(node.Operator)) is not { } lowering)
        {
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, "the operator has no counterpart in ONNX that Pare knows; cut the graph after it by naming an inner input"));
            return;
        }

        // What hangs on a node that is already reported says nothing new.
        if (NeedsOf(node).Any(v => v is not null && Find(v) is null && !_model.Vocabulary.IsBackEdge(v.Producer!, node)))
        {
            return;
        }

        _builder.Prefix = node.Name;
        try
        {
            ComplexLowerings.Check(node, v => Find(v) is { } found && (_complex.Contains(found) || found.Type is DataType.Complex64 or DataType.Complex128));
            lowering(new LoweringContext(this, node));
        }
        catch (LoweringException e)
        {
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, e.Message));
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidOperationException or ArithmeticException)
        {
            // A node of a damaged graph: too few inputs, an axis or a count beyond what its operands have.
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, $"its inputs and attributes do not fit together ({e.Message})"));
        }
        catch (GraphException e) when (e.Node is null)
        {
            throw new GraphException(e.Message, node.Name, e);
        }
    }

    // Lowerings may emit what in the end nobody takes: a predicate that turned out to be constant, a second output.
    private static void RemoveUnused(Graph graph)
    {
        foreach (Node n in graph.Nodes.Reverse().ToArray())
        {
            if (n.Outputs.All(v => v.Uses.Count == 0 && !graph.IsOutput(v)))
            {
                foreach (Graph inner in n.Subgraphs())
                {
                    InnerGraphs.Discard(inner);
                }

                graph.RemoveNode(n);
                continue;
            }

            foreach (Graph inner in n.Subgraphs())
            {
                RemoveUnused(inner);
            }
        }
    }

    // Inputs; of a Merge only those that may be alive, and what decides. Where that cannot be told, lowering the node says why.
    private IReadOnlyList<Value?> NeedsOf(Node node)
    {
        if (!SwitchGuards.IsMerge(node))
        {
            return node.Inputs;
        }

        try
        {
            return Guards.Needs(node);
        }
        catch (LoweringException)
        {
            return [];
        }
    }

    // Producers first, in the file's order where it allows; stops at what is fed and at constants.
    private List<Node> NeededNodes()
    {
        List<Node> order = [];
        HashSet<Node> done = [];
        HashSet<Node> open = [];
        Stack<(Node Node, IReadOnlyList<Value?> Needs, int Next)> stack = new();
        foreach (Value v in _outputs)
        {
            Push(v, null);
            while (stack.TryPop(out (Node Node, IReadOnlyList<Value?> Needs, int Next) top))
            {
                if (top.Next == top.Needs.Count)
                {
                    done.Add(top.Node);
                    order.Add(top.Node);
                    continue;
                }

                stack.Push((top.Node, top.Needs, top.Next + 1));
                if (top.Needs[top.Next] is { } input)
                {
                    Push(input, top.Node);
                }
            }
        }

        return order;

        void Push(Value value, Node? consumer)
        {
            if (value.Producer is not { } p || _reserved.Contains(value) || value.Constant is not null || done.Contains(p) || (consumer is not null && _model.Vocabulary.IsBackEdge(p, consumer)))
            {
                return;
            }

            if (!open.Add(p))
            {
                throw new GraphException("the node stands on a cycle", p.Name);
            }

            stack.Push((p, NeedsOf(p), 0));
        }
    }
}
