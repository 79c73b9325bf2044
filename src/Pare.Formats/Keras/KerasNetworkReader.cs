using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>Reads the configuration of a model (<c>model_config</c>, <c>config.json</c>, <c>to_json()</c>) of Keras 1 to 3.</summary>
internal static class KerasNetworkReader
{
    private const int MaxNesting = 32;

    /// <summary>Reads a model's description: an object with <c>class_name</c> and <c>config</c>.</summary>
    /// <exception cref="ModelFormatException">It describes no network.</exception>
    /// <exception cref="UnsupportedModelException">It is a subclassed model, of which files keep no architecture.</exception>
    public static KerasNetwork Read(JsonElement model) => Read(model, 0);

    /// <summary>Whether a class name or configuration is that of a model rather than a layer.</summary>
    private static bool IsNetwork(string className, JsonElement config) =>
        className is "Sequential" or "Functional" or "Model" || config.Get("layers") is { ValueKind: JsonValueKind.Array } && !config.Get("output_layers").IsNothing();

    private static KerasNetwork Read(JsonElement model, int nesting)
    {
        string className = model.Text("class_name") ?? throw Damaged("the configuration has no class_name; a model's was expected");
        JsonElement config = model.Get("config");
        if (nesting > MaxNesting)
        {
            throw Damaged($"models are nested more than {MaxNesting} deep");
        }

        bool chain = config.ValueKind == JsonValueKind.Array;
        JsonElement layers = chain ? config : config.Get("layers");
        if (layers.ValueKind != JsonValueKind.Array)
        {
            throw IsNetwork(className, config) || config.ValueKind != JsonValueKind.Object
                ? Damaged($"the configuration of the {className} has no list of layers")
                : new UnsupportedModelException(
                    $"the model is of the class {className}, whose layers the file does not list (a subclassed model); save it as a Functional model", [new UnsupportedNode(config.Text("name") ?? className, className, "a subclassed model")]);
        }

        bool sequential = chain || (config.Get("input_layers").IsNothing() && config.Get("output_layers").IsNothing());
        HashSet<string> names = new(StringComparer.Ordinal);
        List<KerasLayer> list = [];
        foreach (JsonElement e in layers.EnumerateArray())
        {
            KerasLayer layer = ReadLayer(e, nesting);
            if (!names.Add(layer.Name))
            {
                throw new ModelFormatException("Keras", "two layers bear the same name", node: layer.Name);
            }

            list.Add(layer);
        }

        return new KerasNetwork
        {
            ClassName = className,
            Name = config.Text("name") ?? "",
            IsSequential = sequential,
            Layers = list,
            Inputs = References(config.Get("input_layers"), names),
            Outputs = References(config.Get("output_layers"), names),
            InputShape = config.Get("build_input_shape") is { ValueKind: JsonValueKind.Array } shape ? shape : model.Get("build_config").Get("input_shape"),
        };
    }

    private static KerasLayer ReadLayer(JsonElement element, int nesting)
    {
        string className = element.Text("class_name") ?? throw Damaged("a layer of the configuration has no class_name");
        JsonElement config = element.Get("config");
        bool network = IsNetwork(className, config);
        JsonElement wrapped = config.Get("layer");
        bool perStep = className == "TimeDistributed" && wrapped.Text("class_name") is { } inner && IsNetwork(inner, wrapped.Get("config"));
        string name = element.Text("name") ?? config.Text("name") ?? throw Damaged($"a layer of the class {className} has no name");
        return new KerasLayer
        {
            ClassName = className,
            Name = name,
            Config = config,
            InboundNodes = element.Get("inbound_nodes"),
            Network = network || perStep ? Read(perStep ? wrapped : element, nesting + 1) with { Name = name } : null,
            IsPerStep = perStep,
            IsOperation = element.Text("module")?.Contains(".ops.", StringComparison.Ordinal) == true || element.Text("module")?.EndsWith(".ops", StringComparison.Ordinal) == true,
        };
    }

    /// <summary>Tensors named by a structure of <c>[layer, call, tensor]</c>, in order.</summary>
    private static List<KerasReference> References(JsonElement structure, HashSet<string> names)
    {
        List<KerasReference> found = [];
        Visit(structure);
        return found;

        void Visit(JsonElement e)
        {
            if (TryReference(e, names) is { } reference)
            {
                found.Add(reference);
                return;
            }

            foreach (JsonElement inner in e.ValueKind == JsonValueKind.Object ? e.EnumerateObject().Select(p => p.Value) : e.Items())
            {
                Visit(inner);
            }
        }
    }

    /// <summary>The tensor that an element names, or null where it names none of the layers given.</summary>
    public static KerasReference? TryReference(JsonElement element, IReadOnlySet<string> names)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() is < 3 or > 4 || element[0].ValueKind != JsonValueKind.String)
        {
            return null;
        }

        return names.Contains(element[0].GetString()!) && Index(element[1]) is { } call && Index(element[2]) is { } tensor ? new KerasReference(element[0].GetString()!, call, tensor) : null;
    }

    private static int? Index(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int index) && index is >= 0 and < 65536 ? index : null;

    private static ModelFormatException Damaged(string message) => new("Keras", message);
}
