using System.Globalization;

namespace Pare.Passes.Conversion;

/// <summary>One conversion: walks the calls that the outputs need, producers first, and applies their layers' lowerings.</summary>
internal sealed class KerasConverter
{
    private readonly Model _model;
    private readonly KerasToTensorFlowOptions _options;
    private readonly Model _result = new(Vocabularies.TensorFlow);
    private readonly TensorFlowBuilder _builder;
    private readonly Dictionary<Value, Value> _lowered = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, Value> _masks = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, Node> _owners = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> _taken = new(ReferenceEqualityComparer.Instance);
    private readonly List<UnsupportedNode> _unsupported = [];
    private readonly bool _isKeras3;

    public KerasConverter(Model model, KerasToTensorFlowOptions options)
    {
        _model = model;
        _options = options;
        _builder = new TensorFlowBuilder(_result.Graph);
        _result.Graph.Name = model.Graph.Name;
        _isKeras3 = model.Metadata.TryGetValue("keras_version", out string? version) && version.StartsWith("3.", StringComparison.Ordinal);
    }

    public Model Run()
    {
        IReadOnlyList<Value> inputs = _options.Inputs ?? [.. _model.Graph.Inputs];
        IReadOnlyList<Value> outputs = _options.Outputs ?? [.. _model.Graph.Outputs];
        foreach (Value v in inputs)
        {
            if (!_lowered.ContainsKey(v))
            {
                AddInput(v);
            }
        }

        foreach (Node n in Needed(outputs))
        {
            Lower(n);
        }

        if (_unsupported.Count > 0)
        {
            throw new UnsupportedModelException("conversion from Keras to TensorFlow", _unsupported);
        }

        foreach (Value v in outputs)
        {
            AddOutput(v);
        }

        RemoveUnused();
        return _result;
    }

    private void AddInput(Value value)
    {
        Node node = _result.Graph.CreateNode(_builder.MakeName(value.Name), "Placeholder");
        SymbolicShape? shape = _options.InputShapes.GetValueOrDefault(value) ?? value.Shape;
        DataType type = value.Type == DataType.Undefined ? DataType.Float32 : value.Type;
        node.Attributes["dtype"] = AttributeValue.Of(type);
        node.Attributes["shape"] = AttributeValue.OfShape(shape);
        node.Output.Name = value.Name;
        node.Output.Type = type;
        node.Output.Shape = shape;
        _result.Graph.Inputs.Add(node.Output);
        _lowered[value] = node.Output;
        _taken.Add(node.Output);
    }

    private void AddOutput(Value value)
    {
        Value lowered = _lowered[value];
        bool own = _owners.TryGetValue(lowered, out Node? owner) && ReferenceEquals(owner, value.Producer) && !_result.Graph.IsOutput(lowered);
        if ((!own && !_taken.Add(lowered)) || lowered.Constant is not null)
        {
            // Layers that do nothing share their input's value; an output needs one of its own.
            _builder.Prefix = value.Name;
            lowered = _builder.Unary("Identity", lowered);
            lowered.Producer!.Name = _builder.MakeName(value.Name);
        }

        lowered.Name = value.Name;
        _result.Graph.Outputs.Add(lowered);
    }

    private void Lower(Node node)
    {
        Value[] data = [.. node.Inputs.Where(v => v is not null && !IsWeight(v)).Select(v => v!)];
        if (data.Any(v => !_lowered.ContainsKey(v)))
        {
            // What hangs on a layer that is already reported says nothing new.
            return;
        }

        (string className, AttributeMap config, TensorData[] weights) =
            KerasOneLayers.Modernize(node.Operator, node.Attributes, [.. node.Inputs.Where(v => v is not null && IsWeight(v)).Select(v => v!.Constant!)]);
        if (KerasLayers.Find(className, node.Domain) is not { } lowering)
        {
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, Advice(node)));
            return;
        }

        _builder.Prefix = node.Name;
        LayerContext context = new(_builder, className, config, [.. data.Select(v => _lowered[v])], [.. data.Select(v => _masks.GetValueOrDefault(v))], weights, _isKeras3, node.Domain);
        try
        {
            lowering(context);
            Bind(node, context);
        }
        catch (LoweringException e)
        {
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, e.Message));
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidOperationException or ArithmeticException or GraphException { Node: null })
        {
            // A configuration that does not fit its weights or inputs.
            _unsupported.Add(new UnsupportedNode(node.Name, node.Operator, $"its configuration, weights and inputs do not fit together ({e.Message})"));
        }
    }

    private void Bind(Node node, LayerContext context)
    {
        if (context.Outputs.Count < node.Outputs.Count(v => v.Uses.Count > 0))
        {
            throw new LoweringException($"the layer gives {context.Outputs.Count} tensors, but {node.Outputs.Count} are taken");
        }

        for (int i = 0; i < node.Outputs.Count && i < context.Outputs.Count; i++)
        {
            Value lowered = context.Outputs[i];
            _lowered[node.Outputs[i]] = lowered;
            if (context.OutputMask is { } mask && i == 0)
            {
                _masks[node.Outputs[i]] = mask;
            }

            if (lowered.Producer is { } producer && lowered.Constant is null && producer.Outputs.Count == 1 && _taken.Add(lowered))
            {
                string name = i == 0 ? node.Name : string.Create(CultureInfo.InvariantCulture, $"{node.Name}_{i}");
                producer.Name = _builder.MakeName(name);
                _owners[lowered] = node;
            }
        }
    }

    private string Advice(Node node)
    {
        string what = node.Operator == "Lambda"
            ? "a Lambda holds Python code, which Pare does not run"
            : node.Operator is "StringLookup" or "IntegerLookup" or "TextVectorization" or "Hashing" or "HashedCrossing"
            ? "it looks up or hashes what is no tensor of numbers yet; do that before the model, and feed the indices"
            : node.Domain.Length > 0 ? $"the operation {node.Domain}.{node.Operator} has no counterpart that Pare knows" : "a custom layer, or one that Pare does not know";
        return $"{what}; rebuild the model with Keras's own layers, or cut it before this layer by naming an inner output";
    }

    private static bool IsWeight(Value value) => value.Producer is null && value.Constant is not null;

    private List<Node> Needed(IReadOnlyList<Value> outputs)
    {
        List<Node> order = [];
        HashSet<Node> seen = [];
        Stack<(Node Node, int Next)> stack = new();
        foreach (Value v in outputs)
        {
            Push(v);
            while (stack.TryPop(out (Node Node, int Next) top))
            {
                if (top.Next == top.Node.Inputs.Count)
                {
                    order.Add(top.Node);
                    continue;
                }

                stack.Push((top.Node, top.Next + 1));
                if (top.Node.Inputs[top.Next] is { } input)
                {
                    Push(input);
                }
            }
        }

        return order;

        void Push(Value value)
        {
            if (value.Producer is { } p && !_lowered.ContainsKey(value) && seen.Add(p))
            {
                if (p.Operator == "InputLayer")
                {
                    throw new UsageException($"the outputs need the input '{value.Name}', which is not among those to be fed", $"node '{p.Name}'");
                }

                stack.Push((p, 0));
            }
        }
    }

    // Lowerings may emit what in the end nobody takes: masks, states, what a cut left over.
    private void RemoveUnused()
    {
        Graph graph = _result.Graph;
        foreach (Node n in graph.Nodes.Reverse().ToArray())
        {
            if (n.Operator != "Placeholder" && n.Outputs.All(v => v.Uses.Count == 0 && !graph.IsOutput(v)))
            {
                graph.RemoveNode(n);
            }
        }
    }
}
