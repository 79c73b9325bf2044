namespace Pare.Passes.Conversion;

/// <summary>Carries the nodes of one TFLite graph over into an ONNX graph that is being grown: the main graph, or a branch or body. Not thread-safe.</summary>
internal sealed class TFLiteGraphLowering
{
    private readonly TFLiteConverter _converter;
    private readonly Dictionary<Value, TFLiteOperand> _operands = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> _named = new(ReferenceEqualityComparer.Instance);

    public TFLiteGraphLowering(TFLiteConverter converter, OnnxBuilder builder, bool isMain)
    {
        _converter = converter;
        Builder = builder;
        IsMain = isMain;
    }

    /// <summary>Emits ONNX nodes and constants.</summary>
    public OnnxBuilder Builder { get; }

    /// <summary>Whether it is the main graph, where states may change.</summary>
    public bool IsMain { get; }

    /// <summary>The whole conversion.</summary>
    public TFLiteConverter Converter => _converter;

    /// <summary>How many subgraphs it stands in.</summary>
    public int Depth { get; init; }

    /// <summary>Handles of resource variables by the value that carries them.</summary>
    public Dictionary<Value, string> Handles { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>An operand for a value, to be put into one of its forms.</summary>
    public TFLiteOperand NewOperand(Value value) => new(Builder, Quantized.IsQuantized(value) ? value.Quantization : null, value.Type);

    /// <summary>Whether a value has an operand.</summary>
    public bool IsKnown(Value value) => _operands.ContainsKey(value) || value.IsConstant || value.IsVariable || Handles.ContainsKey(value);

    /// <summary>The operand of a value.</summary>
    public TFLiteOperand Find(Value value)
    {
        if (_operands.TryGetValue(value, out TFLiteOperand? known))
        {
            return known;
        }

        if (value.Constant is { } content)
        {
            return _operands[value] = NewOperand(value).FromStored(Builder.Constant(content, value.Name));
        }

        return value.IsVariable ? NewOperand(value).FromStored(State(value).Current) : throw new LoweringException($"'{value.Name}' is computed by nothing that was carried over");
    }

    /// <summary>The state that a variable tensor is.</summary>
    public TFLiteStates.Entry State(Value value) => _converter.States.Get(
        value, value.Name, value.Type, value.Shape?.ToStatic() ?? throw new LoweringException($"the shape of the variable tensor '{value.Name}' is not known"), InitialOf(value));

    /// <summary>Makes a variable tensor hold another value.</summary>
    public void SetState(Value variable, TFLiteOperand operand)
    {
        if (!IsMain)
        {
            throw new LoweringException("a state that changes within a branch or a loop is not carried over");
        }

        State(variable).Current = operand.Stored;
    }

    /// <summary>Makes an operand stand for a value.</summary>
    public void Bind(Value value, TFLiteOperand operand)
    {
        _operands[value] = operand;
        if (!operand.IsQuantized && operand.Type is not (DataType.Complex64 or DataType.Complex128))
        {
            Name(operand.Stored, value.Name);
        }
    }

    /// <summary>Makes an operand of the graph around stand for an input.</summary>
    public void BindUnnamed(Value value, TFLiteOperand operand) => _operands[value] = operand;

    /// <summary>Gives an ONNX value the name of the TFLite value that it stands for, once.</summary>
    public void Name(Value lowered, string name)
    {
        if (lowered.Producer is not null && ReferenceEquals(lowered.Producer.Graph, Builder.Graph) && _named.Add(lowered))
        {
            lowered.Name = Builder.MakeName(name);
        }
    }

    /// <summary>Carries nodes over, producers before consumers.</summary>
    public void Lower(IEnumerable<Node> nodes)
    {
        foreach (Node n in nodes)
        {
            Lower(n);
        }
    }

    private void Lower(Node node)
    {
        if (TFLiteLowerings.Find(node.Operator, node.Domain) is not { } lowering)
        {
            string why = node.Domain.Length > 0 ? "the custom operator is the model's own, and what it computes is not known" : "the operator has no counterpart in ONNX that Pare knows; cut the graph after it by naming an inner input";
            _converter.Report(node, why);
            return;
        }

        // What hangs on a node that is already reported says nothing new.
        if (node.Inputs.Any(v => v is not null && !IsKnown(v)))
        {
            return;
        }

        Builder.Prefix = node.Name.Length > 0 ? node.Name : node.Operator;
        try
        {
            lowering.Apply(new TFLiteContext(this, node, lowering.Reading));
        }
        catch (LoweringException e)
        {
            _converter.Report(node, e.Message);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidOperationException or ArithmeticException)
        {
            // A node of a damaged graph: too few inputs, an axis or a count beyond what its operands have.
            _converter.Report(node, $"its inputs and options do not fit together ({e.Message})");
        }
        catch (GraphException e) when (e.Node is null)
        {
            throw new GraphException(e.Message, node.Name, e);
        }
    }

    // Zero, in codes: the zero point.
    private static TensorData? InitialOf(Value value) => value.Quantization is { ZeroPoints: [not 0 and var z, ..] } && Quantized.IsQuantized(value) && value.Shape?.ToStatic() is { } shape
        ? OnnxBuilder.Filled(value.Type, shape, z)
        : null;
}
