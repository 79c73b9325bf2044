namespace Pare.Passes.Conversion;

/// <summary>
/// Grows a TFLite graph node by node. Every value made here carries its element type and its shape as far as they follow from the inputs, and small integer
/// vectors (shapes, axes) their elements as far as known, so that computed shapes become constants where they can. Not thread-safe.
/// </summary>
internal sealed class TFLiteBuilder
{
    private const int DeduplicatedBytes = 256;
    private readonly Dictionary<string, Value> _constants;
    private readonly Dictionary<Value, long?[]> _elements = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _names;

    /// <summary>Creates a builder for a model's main graph.</summary>
    public TFLiteBuilder(Graph graph)
        : this(graph, new HashSet<string>(StringComparer.Ordinal))
    {
    }

    private TFLiteBuilder(Graph graph, HashSet<string> names)
    {
        Graph = graph;
        _names = names;
        _constants = new Dictionary<string, Value>(StringComparer.Ordinal);
    }

    public Graph Graph { get; }

    /// <summary>What the names of new nodes and values begin with: the source node's name.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>A builder for another graph of the same model, which shares no values but makes names apart from this one's.</summary>
    public TFLiteBuilder ForGraph(Graph graph) => new(graph, _names) { Prefix = Prefix };

    /// <summary>Emits a node with one output. Small integer results that are fully known become constants instead.</summary>
    public Value Emit(string @operator, ReadOnlySpan<Value?> inputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes) => Emit(@operator, inputs, 1, attributes)[0];

    /// <summary>Emits a node with one output whose type and shape the caller knows better.</summary>
    public Value Emit(string @operator, ReadOnlySpan<Value?> inputs, DataType type, SymbolicShape? shape, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        Value value = Emit(@operator, inputs, 1, attributes)[0];
        if (!value.IsConstant)
        {
            value.Type = type;
            value.Shape = shape ?? value.Shape;
        }

        return value;
    }

    /// <summary>Emits a node with several outputs.</summary>
    public IReadOnlyList<Value> Emit(string @operator, ReadOnlySpan<Value?> inputs, int outputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        string name = MakeName(Prefix.Length == 0 ? @operator : Prefix);
        Node node = Graph.CreateNode(name, @operator, inputs.ToArray(), outputs: 0);
        for (int i = 0; i < outputs; i++)
        {
            node.AddOutput(i == 0 ? name : MakeName($"{name}.{i}"));
        }

        foreach ((string key, AttributeValue value) in attributes)
        {
            node.Attributes[key] = value;
        }

        TFLiteInference.Infer(node, Elements);
        if (outputs == 1 && TFLiteElements.Evaluate(node, Elements) is { } elements)
        {
            Value output = node.Output;
            if (Array.TrueForAll(elements, e => e.HasValue) && output.Shape?.ToStatic() is { } shape && shape.Count == elements.Length && output.Type is DataType.Int32 or DataType.Int64)
            {
                DataType type = output.Type;
                Graph.RemoveNode(node);
                return [Constant(OnnxElements.ToTensor(type, output.Shape!.ToStatic()!, elements))];
            }

            _elements[output] = elements;
        }

        return node.Outputs;
    }

    /// <summary>A constant. Small ones of equal content are one.</summary>
    public Value Constant(TensorData content, string? name = null)
    {
        string? key = null;
        if (content.Type.BitWidth() > 0 && content.ByteLength <= DeduplicatedBytes)
        {
            key = $"{content.Type}{content.Shape}:{System.Convert.ToHexString(content.GetBytes())}";
            if (_constants.TryGetValue(key, out Value? known))
            {
                return known;
            }
        }

        Value value = Graph.AddInitializer(MakeName(name ?? $"{Prefix}/c"), content);
        if (key is not null)
        {
            _constants[key] = value;
        }

        return value;
    }

    /// <summary>A vector of 32-bit integers.</summary>
    public Value Int32s(params ReadOnlySpan<long> values)
    {
        int[] narrow = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            narrow[i] = (int)Math.Clamp(values[i], int.MinValue, int.MaxValue);
        }

        return Constant(DenseTensorData.Create(narrow.AsSpan(), new TensorShape(narrow.Length)));
    }

    /// <summary>A scalar of any numeric type.</summary>
    public Value Scalar(DataType type, double value) => Constant(OnnxBuilder.Filled(type, TensorShape.Scalar, value));

    /// <summary>The elements of an integer value as far as known (null where one is not), or null when nothing is known.</summary>
    public long?[]? Elements(Value? value)
    {
        if (value is null)
        {
            return null;
        }

        if (_elements.TryGetValue(value, out long?[]? elements))
        {
            return elements;
        }

        return value.Constant is { Count: <= 1024 } c && (c.Type.IsInteger() || c.Type == DataType.Boolean) && c is not SparseTensorData
            ? _elements[value] = Array.ConvertAll(c.ToInt64s(), e => (long?)e)
            : null;
    }

    /// <summary>All elements of an integer value, or null when one is not known.</summary>
    public long[]? AllElements(Value? value) => OnnxInferenceMovement.Known(Elements(value));

    /// <summary>A name that no value and no node bears yet.</summary>
    public string MakeName(string wanted)
    {
        string name = wanted;
        for (int i = 1; !_names.Add(name); i++)
        {
            name = $"{wanted}_{i}";
        }

        return name;
    }
}
