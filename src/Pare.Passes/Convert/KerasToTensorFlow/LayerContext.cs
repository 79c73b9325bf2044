using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Pare.Passes.Conversion;

/// <summary>One call of a Keras layer being carried over: its configuration, its inputs as TensorFlow values, its weights, and where its outputs go.</summary>
internal sealed class LayerContext
{
    private readonly AttributeMap _config;
    private readonly Value[] _inputs;
    private readonly Value?[] _masks;
    private readonly TensorData[] _weights;
    private readonly List<Value> _outputs = [];

    public LayerContext(TensorFlowBuilder builder, string className, AttributeMap config, Value[] inputs, Value?[] masks, TensorData[] weights, bool isKeras3, string domain = "")
    {
        TensorFlow = builder;
        ClassName = className;
        Domain = domain;
        _config = config;
        _inputs = inputs;
        _masks = masks;
        _weights = weights;
        IsKeras3 = isKeras3;
    }

    /// <summary>Emits TensorFlow nodes.</summary>
    public TensorFlowBuilder TensorFlow { get; }

    /// <summary>The layer's class.</summary>
    public string ClassName { get; }

    /// <summary>Empty for layers, <c>keras.ops</c> for plain operations.</summary>
    public string Domain { get; }

    /// <summary>Whether Keras 3 wrote the model: some functions mean something else there.</summary>
    public bool IsKeras3 { get; }

    /// <summary>Number of tensors the call takes.</summary>
    public int InputCount => _inputs.Length;

    /// <summary>Number of weights.</summary>
    public int WeightCount => _weights.Length;

    /// <summary>What the call gave so far.</summary>
    public IReadOnlyList<Value> Outputs => _outputs;

    /// <summary>The mask of the output: false where a time step does not count; null for none.</summary>
    public Value? OutputMask { get; set; }

    /// <summary>The configuration.</summary>
    public AttributeMap Config => _config;

    /// <summary>Input <paramref name="index"/> as it comes.</summary>
    public Value Raw(int index) => index < _inputs.Length ? _inputs[index] : throw new LoweringException($"the layer is called on {_inputs.Length} tensors; tensor {index} is missing");

    /// <summary>Input <paramref name="index"/> as binary32.</summary>
    public Value Input(int index = 0) => TensorFlow.Cast(Raw(index), DataType.Float32);

    /// <summary>All inputs as they come; where any is a float, all as binary32.</summary>
    public Value[] Inputs() => Array.Exists(_inputs, v => v.Type.IsFloat()) ? [.. _inputs.Select(v => TensorFlow.Cast(v, DataType.Float32))] : _inputs;

    /// <summary>The mask of an input, or null.</summary>
    public Value? Mask(int index = 0) => index < _masks.Length ? _masks[index] : null;

    /// <summary>Rank of an input, which must be known.</summary>
    public int Rank(int index = 0) => Raw(index).Shape?.Rank ?? throw new LoweringException("the rank of the input is not known; give the model's input a shape");

    /// <summary>Weight <paramref name="index"/> as binary32.</summary>
    public TensorData Weight(int index)
    {
        TensorData weight = index < _weights.Length ? _weights[index] : throw new LoweringException($"the layer has {_weights.Length} weights; weight {index} is missing");
        if (!weight.Type.IsFloat())
        {
            throw new LoweringException($"weight {index} holds {weight.Type} codes; layers that Keras quantized are not carried over");
        }

        return weight.Type == DataType.Float32 ? weight : DenseTensorData.Create(weight.ToFloats(), weight.Shape);
    }

    /// <summary>Weight <paramref name="index"/> as a constant.</summary>
    public Value WeightValue(int index, string role) => TensorFlow.Constant(Weight(index), role);

    /// <summary>Weights from <paramref name="start"/> on.</summary>
    public TensorData[] Weights(int start, int count) => start + count <= _weights.Length ? _weights[start..(start + count)] : throw new LoweringException($"the layer has {_weights.Length} weights; {start + count} were expected");

    /// <summary>The channel axis: whether channels come last.</summary>
    public bool ChannelsLast => Text("data_format", "channels_last") != "channels_first";

    /// <summary>A truth value of the configuration.</summary>
    public bool Flag(string name, bool absent) => _config.TryGetValue(name, out AttributeValue? v) && v.Kind is AttributeKind.Boolean or AttributeKind.Integer ? v.AsBoolean : absent;

    /// <summary>A text of the configuration.</summary>
    public string Text(string name, string absent) => _config.TryGetValue(name, out AttributeValue? v) && v.Kind == AttributeKind.String ? v.AsString : absent;

    /// <summary>An integer of the configuration.</summary>
    public long Integer(string name, long absent) => _config.TryGetValue(name, out AttributeValue? v) ? v.Kind switch
    {
        AttributeKind.Integer => v.AsInteger,
        AttributeKind.Float when v.AsFloat == MathF.Floor(v.AsFloat) && MathF.Abs(v.AsFloat) < 1e9f => (long)v.AsFloat,
        AttributeKind.Integers when v.AsIntegers is [var single] => single,
        _ => throw new LoweringException($"'{name}' is no whole number"),
    }
    : absent;

    /// <summary>A number of the configuration; null where absent.</summary>
    public double? Number(string name) => _config.TryGetValue(name, out AttributeValue? v) ? v.Kind switch
    {
        AttributeKind.Integer or AttributeKind.Float => v.AsFloat,
        AttributeKind.Raw => NestedNumber(v),
        AttributeKind.String => v.AsString switch { "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => throw new LoweringException($"'{name}' is no number") },
        _ => throw new LoweringException($"'{name}' is no number"),
    }
    : null;

    /// <summary>Integers of the configuration, one number standing for all.</summary>
    public long[] Integers(string name, int count, long absent = 1)
    {
        if (!_config.TryGetValue(name, out AttributeValue? v))
        {
            return [.. Enumerable.Repeat(absent, count)];
        }

        long[] values = v.Kind == AttributeKind.Integer ? [.. Enumerable.Repeat(v.AsInteger, count)] : v.Kind == AttributeKind.Integers ? [.. v.AsIntegers] : throw new LoweringException($"'{name}' holds no whole numbers");
        return values.Length == count ? values : values.Length == 1 ? [.. Enumerable.Repeat(values[0], count)] : throw new LoweringException($"'{name}' has {values.Length} numbers; {count} were expected");
    }

    /// <summary>A list of integers of any length; null where absent.</summary>
    public long[]? List(string name) => _config.TryGetValue(name, out AttributeValue? v) ? v.Kind switch
    {
        AttributeKind.Integer => [v.AsInteger],
        AttributeKind.Integers or AttributeKind.EmptyList => [.. v.AsIntegers],
        _ => throw new LoweringException($"'{name}' holds no whole numbers"),
    }
    : null;

    /// <summary>Numbers of the configuration, nested lists laid flat; null where absent.</summary>
    public float[]? Numbers(string name)
    {
        if (!_config.TryGetValue(name, out AttributeValue? v))
        {
            return null;
        }

        return v.Kind switch
        {
            AttributeKind.Float or AttributeKind.Integer => [v.AsFloat],
            AttributeKind.Floats => [.. v.AsFloats],
            AttributeKind.Integers => [.. v.AsIntegers.Select(i => (float)i)],
            AttributeKind.Raw => [.. Flat(Nested(name))],
            _ => throw new LoweringException($"'{name}' holds no numbers"),
        };
    }

    /// <summary>A nested entry of the configuration; undefined where absent.</summary>
    public JsonElement Nested(string name) => _config.TryGetValue(name, out AttributeValue? v) && v.Kind == AttributeKind.Raw ? KerasJsonReader.Parse(v.AsRaw) : default;

    /// <summary>Applies another layer, given as a nested entry or by class, to values; gives its first output.</summary>
    public Value Apply(string className, AttributeMap config, TensorData[] weights, params Value[] inputs) => Call(className, config, weights, inputs, new Value?[inputs.Length]).Outputs[0];

    /// <summary>Applies another layer and gives all that came of it.</summary>
    public LayerContext Call(string className, AttributeMap config, TensorData[] weights, Value[] inputs, Value?[] masks)
    {
        (className, config, weights) = KerasOneLayers.Modernize(className, config, weights);
        LayerLowering lowering = KerasLayers.Find(className) ?? throw new LoweringException($"it holds a {className}, which is no layer that Pare knows");
        LayerContext inner = new(TensorFlow, className, config, inputs, masks, weights, IsKeras3);
        lowering(inner);
        return inner.Outputs.Count > 0 ? inner : throw new LoweringException($"the {className} within gives nothing");
    }

    /// <summary>Sets the next output.</summary>
    public void SetOutput(Value value) => _outputs.Add(value);

    /// <summary>Says that the layer cannot be carried over.</summary>
    [DoesNotReturn]
    public static void Unsupported(string why) => throw new LoweringException(why);

    private static double NestedNumber(AttributeValue v)
    {
        // Keras wraps NumPy scalars: {"class_name": "__numpy__", "config": {"value": 0.5}}.
        JsonElement e = KerasJsonReader.Parse(v.AsRaw);
        return e.ValueKind == JsonValueKind.Object && e.TryGetProperty("config", out JsonElement c) && c.ValueKind == JsonValueKind.Object && c.TryGetProperty("value", out JsonElement n) && n.ValueKind == JsonValueKind.Number
            ? n.GetDouble()
            : throw new LoweringException("a number was expected");
    }

    private static IEnumerable<float> Flat(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => [(float)element.GetDouble()],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Flat),
        JsonValueKind.Object when element.TryGetProperty("config", out JsonElement c) && c.ValueKind == JsonValueKind.Object && c.TryGetProperty("value", out JsonElement v) => Flat(v),
        _ => throw new LoweringException("numbers were expected"),
    };
}
