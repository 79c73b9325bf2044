namespace Pare.Passes.Conversion;

/// <summary>One TFLite node being carried over: its inputs as ONNX values, what is known of them, and where its outputs go.</summary>
internal sealed class TFLiteContext(TFLiteGraphLowering graph, Node node, QuantizedReading reading)
{
    /// <summary>The TFLite node.</summary>
    public Node Node { get; } = node;

    /// <summary>Its options.</summary>
    public AttributeMap Attributes => Node.Attributes;

    /// <summary>Emits ONNX nodes and constants.</summary>
    public OnnxBuilder Onnx => graph.Builder;

    /// <summary>The graph being carried over.</summary>
    public TFLiteGraphLowering Graph => graph;

    /// <summary>Number of inputs.</summary>
    public int InputCount => Node.Inputs.Count;

    /// <summary>The activation that is fused into the operator.</summary>
    public string Activation => Attributes.GetString("fused_activation_function", "NONE");

    /// <summary>Whether the node works on quantized numbers: its first output is quantized, or its data is.</summary>
    public bool IsQuantized => (Node.Outputs.Count > 0 && Quantized.IsQuantized(Node.Outputs[0])) || Node.Inputs.Any(v => v is { IsConstant: false } && Quantized.IsQuantized(v));

    /// <summary>Whether there is an input.</summary>
    public bool Has(int index) => Node.InputOrDefault(index) is not null;

    /// <summary>An input in all its forms.</summary>
    public TFLiteOperand Operand(int index) => Node.InputOrDefault(index) is { } v ? graph.Find(v)
        : throw new LoweringException($"input {index} is missing; {Node.Operator} has {Node.Inputs.Count} inputs here");

    /// <summary>An input as the lowering reads it: as stored, and where it is quantized its codes or its real numbers.</summary>
    public Value Input(int index)
    {
        TFLiteOperand operand = Operand(index);
        return !operand.IsQuantized ? operand.Stored : reading == QuantizedReading.Codes ? operand.Codes : operand.Real;
    }

    /// <summary>All inputs as the lowering reads them.</summary>
    public Value[] Inputs() => [.. Enumerable.Range(0, InputCount).Select(Input)];

    /// <summary>An input as it is stored.</summary>
    public Value Stored(int index) => Operand(index).Stored;

    /// <summary>The integers of an input that must be known at conversion.</summary>
    public long[] RequiredIntegers(int index, string what) => Integers(index) ?? throw new LoweringException($"{what} (input {index}) is computed at run time; it must be constant");

    /// <summary>The integers of an input where all are known, else null.</summary>
    public long[]? Integers(int index) => Onnx.AllElements(Stored(index));

    /// <summary>Rank of an ONNX value, which must be known.</summary>
    public static int RankOf(Value value) => value.Shape?.Rank ?? throw new LoweringException($"the rank of '{value.Name}' is not known; give the inputs' shapes");

    /// <summary>A new operand that an output's form can be put into.</summary>
    public TFLiteOperand Output(int index = 0) => graph.NewOperand(Node.Outputs[index]);

    /// <summary>Makes an operand stand for an output.</summary>
    public void SetOperand(int index, TFLiteOperand operand)
    {
        if (index < Node.Outputs.Count)
        {
            graph.Bind(Node.Outputs[index], operand);
        }
    }

    /// <summary>Makes an ONNX value stand for an output, in the form in which the lowering reads.</summary>
    public void SetOutput(int index, Value value)
    {
        if (index >= Node.Outputs.Count)
        {
            return;
        }

        TFLiteOperand output = Output(index);
        if (!output.IsQuantized)
        {
            SetOperand(index, output.FromStored(output.Type == DataType.Undefined || output.Type == value.Type || !CanCast(output.Type, value.Type) ? value : Onnx.Cast(value, output.Type)));
        }
        else if (reading == QuantizedReading.Codes && IsSameScale(output))
        {
            SetOperand(index, output.FromCodes(value));
        }
        else
        {
            Value real = reading == QuantizedReading.Codes ? Onnx.Mul(value, Onnx.Scalar(DataType.Float32, DataScale())) : value;
            SetOperand(index, output.FromReal(real));
        }
    }

    /// <summary>Makes an ONNX value stand for the only output, in the form in which the lowering reads.</summary>
    public void SetOutput(Value value) => SetOutput(0, value);

    /// <summary>Applies the fused activation to real numbers.</summary>
    public Value Activate(Value x)
    {
        OnnxBuilder b = Onnx;
        return Activation switch
        {
            "NONE" => x,
            "RELU" => x.Type.IsFloat() ? b.Emit("Relu", [x]) : b.Elementwise("Max", x, b.Scalar(x.Type, 0)),
            "RELU6" => b.Elementwise("Min", b.Elementwise("Max", x, b.Scalar(x.Type, 0)), b.Scalar(x.Type, 6)),
            "RELU_N1_TO_1" => b.Elementwise("Min", b.Elementwise("Max", x, b.Scalar(x.Type, -1)), b.Scalar(x.Type, 1)),
            "TANH" => b.Emit("Tanh", [x]),
            var other => throw new LoweringException($"the fused activation {other} has no counterpart"),
        };
    }

    /// <summary>Lowers a TensorFlow operator that means the same, on ONNX values.</summary>
    /// <param name="operator">The operator.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">How many outputs it has.</param>
    /// <param name="attributes">Its attributes.</param>
    public Value[] TensorFlow(string @operator, ReadOnlySpan<Value> inputs, int outputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        Graph scratch = new();
        Node stand = scratch.CreateNode(Node.Name, @operator, inputs.ToArray(), outputs);
        foreach ((string name, AttributeValue value) in attributes)
        {
            stand.Attributes[name] = value;
        }

        Passage passage = new(Onnx);
        try
        {
            Lowering lowering = TensorFlowLowerings.Find(@operator) ?? throw new InvalidOperationException($"there is no lowering of {@operator}");
            lowering(new LoweringContext(passage, stand));
            return [.. stand.Outputs.Select(o => passage.Results.GetValueOrDefault(o) ?? throw new LoweringException($"the counterpart {@operator} gives no output {o.OutputIndex}"))];
        }
        finally
        {
            // The stand-in must not count among the uses of its inputs.
            stand.SetInputs();
        }
    }

    /// <summary>Lowers a TensorFlow operator with one output that means the same.</summary>
    public Value TensorFlow(string @operator, ReadOnlySpan<Value> inputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes) => TensorFlow(@operator, inputs, 1, attributes)[0];

    private static bool CanCast(DataType to, DataType from) => to.BitWidth() >= 8 && from.BitWidth() >= 8 && to is not (DataType.Complex64 or DataType.Complex128);

    private bool IsSameScale(TFLiteOperand output) => Data() is not { } data || (data.Scale == output.Scale && (data.ZeroPoint == output.ZeroPoint || (data.Lowest >= output.Lowest && data.Highest <= output.Highest)));

    private float DataScale() => Data()!.Scale;

    // The operand whose codes flow into the output.
    private TFLiteOperand? Data() => Node.Inputs.Where(v => Quantized.IsQuantized(v)).Select(v => graph.Find(v!)).FirstOrDefault();

    private sealed class Passage(OnnxBuilder builder) : ILoweringHost
    {
        public Dictionary<Value, Value> Results { get; } = new(ReferenceEqualityComparer.Instance);

        public OnnxBuilder Builder => builder;

        public Value? Find(Value value) => value;

        public void Bind(Value value, Value lowered) => Results[value] = lowered;

        public bool IsOutput(Value value) => true;
    }
}
