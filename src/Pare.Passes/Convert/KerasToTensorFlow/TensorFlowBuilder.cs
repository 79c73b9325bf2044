using System.Collections.Immutable;
using System.Globalization;

namespace Pare.Passes.Conversion;

/// <summary>
/// Emits TensorFlow nodes as TensorFlow itself would accept them: every attribute without a default is set, names are legal, element types and shapes are
/// tracked on the values as far as they are known. Made for one conversion; not thread-safe.
/// </summary>
internal sealed class TensorFlowBuilder(Graph graph)
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<TensorData, Value> _constants = new(ReferenceEqualityComparer.Instance);

    /// <summary>Names of new nodes begin with it.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The graph being built.</summary>
    public Graph Graph => graph;

    /// <summary>A name that TensorFlow takes and no node bears yet.</summary>
    public string MakeName(string wanted)
    {
        char[] legal = wanted.ToCharArray();
        for (int i = 0; i < legal.Length; i++)
        {
            char c = legal[i];
            bool ok = char.IsAsciiLetterOrDigit(c) || c == '.' || (i > 0 && c is '_' or '-' or '/' or '>');
            legal[i] = ok ? c : i == 0 ? '.' : '_';
        }

        string name = legal.Length == 0 ? "node" : new string(legal);
        string free = name;
        for (int i = 1; !_names.Add(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        }

        return free;
    }

    /// <summary>Emits a node of one output.</summary>
    /// <param name="op">TensorFlow's operator; also the last part of the name.</param>
    /// <param name="inputs">Inputs.</param>
    /// <param name="type">Element type of the output.</param>
    /// <param name="shape">Shape of the output as far as known.</param>
    /// <param name="attributes">Attributes; <c>T</c> is to be given where the operator has it.</param>
    public Value Emit(string op, IReadOnlyList<Value> inputs, DataType type, SymbolicShape? shape, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
        => EmitMany(op, inputs, 1, type, shape, attributes)[0];

    /// <summary>Emits a node of several outputs of one type and shape.</summary>
    public IReadOnlyList<Value> EmitMany(string op, IReadOnlyList<Value> inputs, int outputs, DataType type, SymbolicShape? shape, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        Node node = graph.CreateNode(MakeName($"{Prefix}/{op}"), op, inputs, outputs);
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes[name] = value;
        }

        foreach (Value v in node.Outputs)
        {
            v.Type = type;
            v.Shape = shape;
        }

        return node.Outputs;
    }

    /// <summary>A constant under a name of its own; the same tensor is written once.</summary>
    public Value Constant(TensorData content, string name)
    {
        if (_constants.TryGetValue(content, out Value? known))
        {
            return known;
        }

        Node node = graph.CreateNode(MakeName(name.Contains('/', StringComparison.Ordinal) ? name : $"{Prefix}/{name}"), "Const");
        node.Attributes["dtype"] = AttributeValue.Of(content.Type);
        Value value = node.Output;
        value.Constant = content;
        value.Type = content.Type;
        value.Shape = new SymbolicShape(content.Shape);
        _constants[content] = value;
        return value;
    }

    /// <summary>A list of 32-bit integers.</summary>
    public Value Int32s(params ReadOnlySpan<long> values) => Constant(DenseTensorData.Create<int>(DataType.Int32, ToInt32(values), new TensorShape(values.Length)), "Const");

    /// <summary>A 32-bit integer.</summary>
    public Value Int32(long value) => Constant(DenseTensorData.Create<int>(DataType.Int32, ToInt32([value]), TensorShape.Scalar), "Const");

    /// <summary>A matrix of 32-bit integers with two columns.</summary>
    public Value Pairs(params ReadOnlySpan<(long Before, long After)> pairs)
    {
        int[] values = new int[pairs.Length * 2];
        for (int i = 0; i < pairs.Length; i++)
        {
            values[2 * i] = ToInt32([pairs[i].Before])[0];
            values[(2 * i) + 1] = ToInt32([pairs[i].After])[0];
        }

        return Constant(DenseTensorData.Create<int>(DataType.Int32, values, new TensorShape(pairs.Length, 2)), "Const");
    }

    /// <summary>A binary32 scalar.</summary>
    public Value Float(double value) => Constant(DenseTensorData.Create([(float)value], TensorShape.Scalar), "Const");

    /// <summary>Binary32 values of a shape.</summary>
    public Value Floats(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Constant(DenseTensorData.Create(values, new TensorShape(shape)), "Const");

    /// <summary>An attribute that is a type.</summary>
    public static (string Name, AttributeValue Value) T(string name, DataType type) => (name, AttributeValue.Of(type));

    /// <summary>An attribute that is a list of integers.</summary>
    public static (string Name, AttributeValue Value) Ints(string name, params ReadOnlySpan<long> values) => (name, AttributeValue.Of(ImmutableArray.Create(values)));

    private static int[] ToInt32(ReadOnlySpan<long> values)
    {
        int[] result = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = values[i] is >= int.MinValue and <= int.MaxValue ? (int)values[i] : throw new LoweringException($"the number {values[i]} does not fit the 32 bits that TensorFlow takes here");
        }

        return result;
    }
}
