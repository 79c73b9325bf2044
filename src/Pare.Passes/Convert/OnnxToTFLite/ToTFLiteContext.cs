namespace Pare.Passes.Conversion;

/// <summary>One ONNX node being carried over: its inputs as TFLite values, what is known of them, and where its outputs go.</summary>
internal sealed class ToTFLiteContext
{
    private readonly OnnxToTFLiteScope _scope;

    public ToTFLiteContext(OnnxToTFLiteScope scope, Node node)
    {
        _scope = scope;
        Node = node;
    }

    /// <summary>The ONNX node.</summary>
    public Node Node { get; }

    /// <summary>Its attributes.</summary>
    public AttributeMap Attributes => Node.Attributes;

    /// <summary>Emits TFLite nodes and constants.</summary>
    public TFLiteBuilder Builder => _scope.Builder;

    /// <summary>The graph being carried over.</summary>
    public OnnxToTFLiteScope Scope => _scope;

    /// <summary>Version of the standard operator set.</summary>
    public long Opset => _scope.Opset;

    /// <summary>Number of inputs.</summary>
    public int InputCount => Node.Inputs.Count;

    /// <summary>Whether an optional input is there.</summary>
    public bool Has(int index) => Node.InputOrDefault(index) is not null;

    /// <summary>Input <paramref name="index"/> as it lies.</summary>
    public LaidValue Raw(int index) => Node.InputOrDefault(index) is { } v && _scope.Find(v) is { } lowered
        ? lowered
        : throw new LoweringException($"input {index} is missing; {Node.Operator} has {Node.Inputs.Count} inputs here");

    /// <summary>Input <paramref name="index"/> with its axes in ONNX's order.</summary>
    public Value In(int index) => Builder.Straight(Raw(index));

    /// <summary>An optional input with its axes in ONNX's order, or null.</summary>
    public Value? OptionalIn(int index) => Has(index) ? In(index) : null;

    /// <summary>Input <paramref name="index"/> with its axes in a given order.</summary>
    public Value In(int index, int[] order) => Builder.Laid(Raw(index), order);

    /// <summary>The shape of an input as ONNX means it.</summary>
    public SymbolicShape? Shape(int index) => Raw(index).Shape;

    /// <summary>The rank of an input, which must be known.</summary>
    public int Rank(int index) => Raw(index) is var x && x.Order is { } order ? order.Length
        : x.Shape?.Rank ?? throw new LoweringException($"the rank of '{Node.Inputs[index]!.Name}' is not known; give the inputs' shapes");

    /// <summary>Content of an input where it is constant, in ONNX's order, else null.</summary>
    public TensorData? Constant(int index) => Has(index) && Raw(index) is { Order: null, Value.Constant: { } content } ? content : null;

    /// <summary>The integers of an input where all are known, else null.</summary>
    public long[]? Integers(int index) => Has(index) ? Builder.AllElements(Raw(index).Value) : null;

    /// <summary>The integers of an input that must be known at conversion.</summary>
    public long[] RequiredIntegers(int index, string what) => Integers(index) ?? throw new LoweringException($"{what} (input {index}) is computed at run time; it must be constant");

    /// <summary>Integers that older operator sets give as an attribute, newer ones as an input; null where neither does.</summary>
    public long[]? IntegersOf(string attribute, int input, string what) => Attributes.GetIntegers(attribute) ?? (Has(input) ? RequiredIntegers(input, what) : null);

    /// <summary>An element type among the attributes: files hold its code, conversions the type itself.</summary>
    public DataType TypeOf(string attribute) => Attributes[attribute] is { Kind: AttributeKind.Type } type ? type.AsType : OnnxDataTypes.FromCode((int)Attributes.GetInteger(attribute));

    /// <summary>A constant number among the inputs, or null where the input is left out.</summary>
    public float? Number(int index, string what)
        => !Has(index) ? null : Constant(index) is { Count: 1 } c ? c.ToFloats()[0] : throw new LoweringException($"{what} (input {index}) is computed at run time; it must be a constant number");

    /// <summary>Makes a TFLite value stand for output <paramref name="index"/>.</summary>
    public void Set(int index, Value value, int[]? order = null)
    {
        if (index < Node.Outputs.Count)
        {
            _scope.Bind(Node.Outputs[index], new LaidValue(value, order is null ? null : AxisOrder.OrNull(order)));
        }
    }

    /// <summary>Makes a TFLite value stand for the first output.</summary>
    public void Set(Value value, int[]? order = null) => Set(0, value, order);

    /// <summary>Whether output <paramref name="index"/> is consumed or an output of its graph.</summary>
    public bool IsNeeded(int index) => index < Node.Outputs.Count && (Node.Outputs[index].Uses.Count > 0 || Node.Graph.IsOutput(Node.Outputs[index]));
}
