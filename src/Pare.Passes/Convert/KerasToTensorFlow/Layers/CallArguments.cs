using System.Text.Json;

namespace Pare.Passes.Conversion;

/// <summary>The arguments of a call, by place or by name: tensors, numbers, lists. Where the model says no more than its tensors, these stand in order.</summary>
internal sealed class CallArguments
{
    private readonly LayerContext _context;
    private readonly JsonElement[] _positional = [];
    private readonly Dictionary<string, JsonElement> _named = new(StringComparer.Ordinal);
    private readonly bool _plain;

    public CallArguments(LayerContext context)
    {
        _context = context;
        if (!context.Config.TryGetValue("call", out AttributeValue? v) || v.Kind != AttributeKind.Raw)
        {
            _plain = true;
            return;
        }

        JsonElement call = KerasJsonReader.Parse(v.AsRaw);
        if (call.ValueKind == JsonValueKind.Object && call.TryGetProperty("args", out JsonElement args) && args.ValueKind == JsonValueKind.Array)
        {
            _positional = [.. args.EnumerateArray()];
        }

        if (call.ValueKind == JsonValueKind.Object && call.TryGetProperty("kwargs", out JsonElement named) && named.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty p in named.EnumerateObject())
            {
                _named[p.Name] = p.Value;
            }
        }
    }

    /// <summary>Whether the call says no more than its tensors.</summary>
    public bool IsPlain => _plain;

    /// <summary>A tensor by its argument's name, or by its place; null where it is not given.</summary>
    public Value? Find(string name, int place = int.MaxValue)
    {
        if (_plain)
        {
            return place < _context.InputCount ? _context.Raw(place) : null;
        }

        return Element(name, place) is { } e ? Tensor(e) : null;
    }

    /// <summary>Which of the call's tensors an argument is; null where it is none.</summary>
    public int? Index(string name, int place = int.MaxValue)
    {
        if (_plain)
        {
            return place < _context.InputCount ? place : null;
        }

        return Element(name, place) is { ValueKind: JsonValueKind.Object } e && e.TryGetProperty("$input", out JsonElement i) && i.TryGetInt32(out int index) ? index : null;
    }

    /// <summary>An argument as it stands: by name, else by place, else from the layer's configuration; null where it is nowhere.</summary>
    public JsonElement? Element(string name, int place = int.MaxValue)
    {
        JsonElement found = _named.TryGetValue(name, out JsonElement byName) ? byName : place < _positional.Length ? _positional[place] : default;
        return found.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : found;
    }

    /// <summary>A tensor or number as a value; numbers take the type of <paramref name="like"/>.</summary>
    public Value Operand(string name, int place, Value? like = null)
    {
        if (_plain)
        {
            return _context.Raw(place);
        }

        JsonElement e = Element(name, place) ?? throw new LoweringException($"the argument '{name}' is missing");
        return Tensor(e) ?? Number(e, like) ?? throw new LoweringException($"the argument '{name}' is neither a tensor nor a number");
    }

    /// <summary>The tensors of a list.</summary>
    public Value[] Operands(string name, int place)
    {
        if (_plain)
        {
            return [.. Enumerable.Range(0, _context.InputCount).Select(_context.Raw)];
        }

        JsonElement e = Element(name, place) ?? throw new LoweringException($"the argument '{name}' is missing");
        return e.ValueKind == JsonValueKind.Array ? [.. e.EnumerateArray().Select(i => Tensor(i) ?? Number(i, null) ?? throw new LoweringException($"'{name}' holds something else than tensors"))] : [Tensor(e) ?? throw new LoweringException($"'{name}' is no list of tensors")];
    }

    /// <summary>Integers: from the call, else from the configuration; null where they are in neither.</summary>
    public long[]? Integers(string name, int place = int.MaxValue)
    {
        if (Element(name, place) is not { } e)
        {
            return _context.List(name);
        }

        e = Unwrapped(e);
        if (e.ValueKind == JsonValueKind.Number)
        {
            return [Integer(e, name)];
        }

        return e.ValueKind == JsonValueKind.Array ? [.. e.EnumerateArray().Select(i => Integer(i, name))] : throw new LoweringException($"'{name}' is computed, or holds no whole numbers");
    }

    /// <summary>Integers of nested lists, laid flat: from the call, else from the configuration; null where they are in neither.</summary>
    public long[]? Flat(string name, int place = int.MaxValue)
    {
        if (Element(name, place) is not { } e)
        {
            return _context.Numbers(name) is { } numbers ? Array.ConvertAll(numbers, n => (long)n) : null;
        }

        List<float> flat = [];
        Flatten(Unwrapped(e), flat, [], 0);
        return [.. flat.Select(n => (long)n)];
    }

    /// <summary>A number: from the call, else from the configuration.</summary>
    public double? Real(string name, int place = int.MaxValue) => Element(name, place) is not { } e ? _context.Number(name)
        : Unwrapped(e) is { ValueKind: JsonValueKind.Number } n ? n.GetDouble() : throw new LoweringException($"'{name}' is no number");

    /// <summary>A truth value: from the call, else from the configuration.</summary>
    public bool Flag(string name, bool absent, int place = int.MaxValue) => Element(name, place) is not { } e ? _context.Flag(name, absent) : e.ValueKind == JsonValueKind.True;

    /// <summary>A text: from the call, else from the configuration.</summary>
    public string Text(string name, string absent, int place = int.MaxValue) => Element(name, place) is { ValueKind: JsonValueKind.String } e ? e.GetString()! : _context.Text(name, absent);

    private static long Integer(JsonElement e, string name) => e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out long value) ? value : throw new LoweringException($"'{name}' is computed, or holds no whole numbers");

    // Keras 3 wraps tuples and arrays: {"class_name": "__tuple__", "config": {"value": [...]}}.
    private static JsonElement Unwrapped(JsonElement e) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("config", out JsonElement c) && c.ValueKind == JsonValueKind.Object && c.TryGetProperty("value", out JsonElement v) ? v : e;

    private Value? Tensor(JsonElement e) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("$input", out JsonElement i) && i.TryGetInt32(out int index) && index >= 0 ? _context.Raw(index) : null;

    private Value? Number(JsonElement e, Value? like)
    {
        e = Unwrapped(e);
        if (e.ValueKind == JsonValueKind.Array)
        {
            List<float> flat = [];
            List<long> shape = [];
            Flatten(e, flat, shape, 0);
            return _context.TensorFlow.Floats(flat.ToArray(), shape.ToArray());
        }

        return e.ValueKind != JsonValueKind.Number ? null : like is { Type: DataType.Int32 } && e.TryGetInt32(out int whole) ? _context.TensorFlow.Int32(whole) : _context.TensorFlow.Float(e.GetDouble());
    }

    private static void Flatten(JsonElement e, List<float> flat, List<long> shape, int depth)
    {
        e = Unwrapped(e);
        if (e.ValueKind == JsonValueKind.Number)
        {
            flat.Add((float)e.GetDouble());
            return;
        }

        if (e.ValueKind != JsonValueKind.Array || depth > 16)
        {
            throw new LoweringException("an array of numbers was expected");
        }

        if (shape.Count == depth)
        {
            shape.Add(e.GetArrayLength());
        }

        foreach (JsonElement inner in e.EnumerateArray())
        {
            Flatten(inner, flat, shape, depth + 1);
        }
    }
}
