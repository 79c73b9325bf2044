namespace Pare.Passes.Conversion;

/// <summary>
/// Grows an ONNX graph node by node. Every value made here carries its element type and its shape as far as they follow from the inputs, and small integer
/// vectors (shapes, axes) their elements as far as known, so that computed shapes become constants where they can. Shared by all conversions to ONNX. Not thread-safe.
/// </summary>
internal sealed class OnnxBuilder
{
    private const int DeduplicatedBytes = 256;
    private readonly Dictionary<string, Value> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Value>> _derived = new(StringComparer.Ordinal);
    private readonly Dictionary<Value, long?[]> _elements = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly OnnxBuilder? _outer;

    public OnnxBuilder(Graph graph) => Graph = graph;

    /// <summary>A builder for a graph inside a node of another's: names are unique through both, constants stand in the outermost graph.</summary>
    public OnnxBuilder(Graph graph, OnnxBuilder outer)
        : this(graph)
    {
        _outer = outer;
        _names = outer._names;
        Prefix = outer.Prefix;
    }

    public Graph Graph { get; }

    /// <summary>What the names of new nodes and values begin with: the source node's name.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Emits a node with one output. Small integer results that are fully known become constants instead.</summary>
    public Value Emit(string @operator, ReadOnlySpan<Value?> inputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
        => Emit(@operator, inputs, 1, attributes)[0];

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
        string name = MakeName($"{Prefix}/{@operator}");
        Node node = Graph.CreateNode(name, @operator, inputs.ToArray(), outputs: 0);
        for (int i = 0; i < outputs; i++)
        {
            node.AddOutput(i == 0 ? name : MakeName($"{name}.{i}"));
        }

        foreach ((string key, AttributeValue value) in attributes)
        {
            node.Attributes[key] = value;
        }

        OnnxInference.Infer(node, Elements);
        if (outputs == 1 && OnnxElements.Evaluate(node, Elements) is { } elements)
        {
            Value output = node.Output;
            if (@operator != "Identity" && Array.TrueForAll(elements, e => e.HasValue) && output.Shape?.ToStatic() is { } shape && shape.Count == elements.Length)
            {
                DataType type = output.Type;
                Graph.RemoveNode(node);
                return [Constant(OnnxElements.ToTensor(type, shape, elements))];
            }

            _elements[output] = elements;
        }

        return node.Outputs;
    }

    /// <summary>A constant. Small ones of equal content are one initializer, and so are large ones derived from one constant in the same way.</summary>
    public Value Constant(TensorData content, string? name = null)
    {
        if (_outer is not null)
        {
            return _outer.Constant(content, name ?? $"{Prefix}/const");
        }

        string? key = null;
        if (content.Type.BitWidth() > 0 && content.ByteLength <= DeduplicatedBytes)
        {
            key = $"{content.Type}{content.Shape}:{System.Convert.ToHexString(content.GetBytes())}";
            if (_constants.TryGetValue(key, out Value? known))
            {
                return known;
            }
        }

        List<Value>? alike = null;
        if (key is null && content is TensorView or TransposedTensorData)
        {
            string kind = $"{content.Type}{content.Shape}";
            alike = _derived.TryGetValue(kind, out List<Value>? list) ? list : _derived[kind] = [];
            if (alike.Find(v => DerivedTensors.AreSame(v.Constant!, content)) is { } same)
            {
                return same;
            }
        }

        Value value = Graph.AddInitializer(MakeName(name ?? $"{Prefix}/const"), content);
        alike?.Add(value);
        if (key is not null)
        {
            _constants[key] = value;
        }

        return value;
    }

    /// <summary>A vector of 64-bit integers.</summary>
    public Value Int64s(params ReadOnlySpan<long> values) => Constant(DenseTensorData.Create(values, new TensorShape(values.Length)));

    /// <summary>A vector of binary32.</summary>
    public Value Floats(params ReadOnlySpan<float> values) => Constant(DenseTensorData.Create(values, new TensorShape(values.Length)));

    /// <summary>A scalar of any numeric type.</summary>
    public Value Scalar(DataType type, double value) => Constant(Filled(type, TensorShape.Scalar, value));

    /// <summary>A tensor with one value everywhere.</summary>
    public static TensorData Filled(DataType type, TensorShape shape, double value)
    {
        byte[] element = ElementBytes(type, value);
        return shape.Count == 1 ? new DenseTensorData(type, shape, element) : new SplatTensorData(type, shape, element);
    }

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

        if (value.Constant is { Count: <= 1024 } c && (c.Type.IsInteger() || c.Type == DataType.Boolean))
        {
            return _elements[value] = Array.ConvertAll(c.ToInt64s(), e => (long?)e);
        }

        return _outer?.Elements(value);
    }

    /// <summary>All elements of an integer value, or null when one is not known.</summary>
    public long[]? AllElements(Value? value)
        => Elements(value) is { } e && Array.TrueForAll(e, x => x.HasValue) ? Array.ConvertAll(e, x => x!.Value) : null;

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

    private static byte[] ElementBytes(DataType type, double value) => type switch
    {
        DataType.Float32 => BitConverter.GetBytes((float)value),
        DataType.Float64 => BitConverter.GetBytes(value),
        DataType.Float16 => BitConverter.GetBytes((Half)value),
        DataType.BFloat16 => BitConverter.GetBytes(BFloat16Bits((float)value)),
        DataType.Int8 => [unchecked((byte)(sbyte)value)],
        DataType.UInt8 or DataType.Boolean => [(byte)value],
        DataType.Int16 => BitConverter.GetBytes((short)value),
        DataType.UInt16 => BitConverter.GetBytes((ushort)value),
        DataType.Int32 => BitConverter.GetBytes((int)value),
        DataType.UInt32 => BitConverter.GetBytes((uint)value),
        DataType.Int64 => BitConverter.GetBytes((long)value),
        DataType.UInt64 => BitConverter.GetBytes((ulong)value),
        _ => throw new LoweringException($"no constants of type {type} can be made"),
    };

    private static ushort BFloat16Bits(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
