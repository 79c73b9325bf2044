using System.Globalization;
using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>
/// Builds the graph of a network: a node a call of a layer, its weights as initializers behind the data inputs, shared by all calls. Models within are laid out
/// in place, their layers' names behind a path, and closed by a node of their class that passes their outputs on under the model's name.
/// </summary>
internal sealed class KerasGraphBuilder
{
    /// <summary>The attribute that holds a call's arguments where they are more than tensors: see <see cref="KerasCall"/>.</summary>
    public const string CallAttribute = "call";

    private readonly Graph _graph;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<KerasWeight>> _weights;
    private readonly Dictionary<string, Value[]> _made = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private KerasGraphBuilder(Graph graph, IReadOnlyDictionary<string, IReadOnlyList<KerasWeight>> weights)
    {
        _graph = graph;
        _weights = weights;
    }

    /// <summary>Lays out a network.</summary>
    public static Graph Build(KerasNetwork network, IReadOnlyDictionary<string, IReadOnlyList<KerasWeight>> weights)
    {
        Graph graph = new(network.Name);
        KerasGraphBuilder builder = new(graph, weights);
        foreach (Value v in builder.LayOut(network, "", "", null))
        {
            graph.Outputs.Add(v);
        }

        return graph;
    }

    // Arguments: null for the outermost network, whose inputs are the graph's.
    private List<Value> LayOut(KerasNetwork network, string namePrefix, string weightPrefix, IReadOnlyList<Value>? arguments) => network.IsSequential
        ? Chain(network, namePrefix, weightPrefix, arguments)
        : Wire(network, namePrefix, weightPrefix, arguments);

    private List<Value> Chain(KerasNetwork network, string namePrefix, string weightPrefix, IReadOnlyList<Value>? arguments)
    {
        List<Value>? current = arguments is null ? null : [.. arguments];
        foreach (KerasLayer layer in network.Layers)
        {
            if (layer.ClassName == "InputLayer")
            {
                current ??= [AddInput(layer.Name, layer.Config, default)];
                continue;
            }

            // A nested first model may bring the input layer.
            current ??= [FirstInput(network, layer)];
            current = Call(layer, namePrefix, weightPrefix, current, null, 0);
        }

        return current ?? throw new ModelFormatException("Keras", "a Sequential has no layers", node: network.Name);
    }

    private Value FirstInput(KerasNetwork network, KerasLayer first)
    {
        JsonElement config = first.Config;
        KerasLayer inner = first;
        while (inner.Network is { Layers: [{ } next, ..] })
        {
            inner = next;
            config = next.Config;
        }

        return AddInput(first.Name + "_input", config, network.InputShape);
    }

    private List<Value> Wire(KerasNetwork network, string namePrefix, string weightPrefix, IReadOnlyList<Value>? arguments)
    {
        HashSet<string> names = [.. network.Layers.Select(l => l.Name)];
        Dictionary<string, KerasLayer> layers = network.Layers.ToDictionary(l => l.Name, StringComparer.Ordinal);
        Dictionary<KerasReference, Value> values = [];
        for (int i = 0; i < network.Inputs.Count; i++)
        {
            KerasReference input = network.Inputs[i];
            KerasLayer layer = layers.GetValueOrDefault(input.Layer) ?? throw Missing(input);
            if (arguments is not null && i >= arguments.Count)
            {
                throw new ModelFormatException("Keras", $"a model with {network.Inputs.Count} inputs is called on {arguments.Count}", node: network.Name);
            }

            values[input with { Call = 0 }] = arguments is null ? AddInput(layer.Name, layer.Config, default) : arguments[i];
        }

        CallSchedule schedule = new(network, names);
        while (schedule.Next() is { } next)
        {
            Value[] inputs = [.. next.Inputs.Select(r => values[r])];
            List<Value> results = Call(next.Layer, namePrefix, weightPrefix, inputs, next.Arguments, next.Index);
            if (next.Layer.Network is null)
            {
                // Further outputs exist as soon as somebody takes them.
                Node node = results[0].Producer!;
                AddOutputs(node, schedule.OutputsOf(next.Layer.Name));
                results = [.. node.Outputs];
            }

            for (int i = 0; i < results.Count; i++)
            {
                values[new KerasReference(next.Layer.Name, next.Index, i)] = results[i];
            }

            schedule.Done(next, results.Count);
        }

        return [.. network.Outputs.Select(r => values.TryGetValue(schedule.Renumber(r), out Value? v) ? v : throw Missing(r))];
    }

    private List<Value> Call(KerasLayer layer, string namePrefix, string weightPrefix, IReadOnlyList<Value> inputs, byte[]? arguments, int index)
    {
        string path = weightPrefix + layer.Name;
        string name = MakeName(namePrefix + layer.Name + (index == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"_{index}")));
        if (layer.Network is { } network)
        {
            // Time steps become samples before a network that runs on each, and steps again behind it.
            IReadOnlyList<Value> taken = layer.IsPerStep ? [.. inputs.Select(v => MergeSteps(v, name))] : inputs;
            List<Value> inner = LayOut(network, name + "/", path + "/", taken);
            Node pass = layer.IsPerStep ? _graph.CreateNode(name, KerasStepOperators.Split, [.. inner, inputs[0]], outputs: 0, domain: KerasStepOperators.Domain)
                : _graph.CreateNode(name, layer.ClassName, inner, outputs: 0);
            AddOutputs(pass, inner.Count);
            return [.. pass.Outputs];
        }

        Node node = _graph.CreateNode(name, layer.ClassName, inputs, outputs: 0, domain: layer.IsOperation ? "keras.ops" : "");
        KerasConfiguration.Add(node.Attributes, layer.Config);
        if (arguments is not null)
        {
            node.Attributes[CallAttribute] = AttributeValue.Raw(arguments);
        }

        foreach (Value w in WeightsOf(path))
        {
            node.AddInput(w);
        }

        AddOutputs(node, 1);
        return [.. node.Outputs];
    }

    private Value MergeSteps(Value value, string name)
    {
        Node merge = _graph.CreateNode(MakeName(name + "/steps"), KerasStepOperators.Merge, [value], outputs: 0, domain: KerasStepOperators.Domain);
        AddOutputs(merge, 1);
        return merge.Output;
    }

    private Value[] WeightsOf(string path)
    {
        if (!_made.TryGetValue(path, out Value[]? values))
        {
            values = [.. (_weights.GetValueOrDefault(path) ?? []).Select(w => _graph.AddInitializer(new Value(MakeName(w.Name), constant: w.Original) { Extension = w }))];
            _made[path] = values;
        }

        return values;
    }

    private Value AddInput(string name, JsonElement config, JsonElement shape)
    {
        Node node = _graph.CreateNode(MakeName(name), "InputLayer", outputs: 0);
        node.Attributes["dtype"] = AttributeValue.Of(KerasTypes.NameOf(config.Get("dtype")));
        AddOutputs(node, 1);
        JsonElement stated = config.Get("batch_input_shape") is { ValueKind: JsonValueKind.Array } first ? first : config.Get("batch_shape");
        Value value = node.Output;
        value.Type = KerasTypes.Parse(config.Get("dtype"));
        value.Shape = KerasConfiguration.TryShape(stated.ValueKind == JsonValueKind.Array ? stated : shape) ?? FromWidth(config);
        _graph.Inputs.Add(value);
        return value;
    }

    // Keras 1 and early Keras 2: the first layer states its input's width.
    private static SymbolicShape? FromWidth(JsonElement config) => config.Get("input_shape") is { ValueKind: JsonValueKind.Array } inner && KerasConfiguration.TryShape(inner) is { } shape
        ? new SymbolicShape([Dimension.Unknown, .. shape.Dimensions])
        : config.Get("input_dim") is { ValueKind: JsonValueKind.Number } width && width.TryGetInt32(out int n) && n > 0 && config.Get("output_dim").IsNothing() ? new SymbolicShape(Dimension.Unknown, n) : null;

    private void AddOutputs(Node node, int count)
    {
        for (int i = node.Outputs.Count; i < count; i++)
        {
            node.AddOutput(i == 0 ? node.Name : string.Create(CultureInfo.InvariantCulture, $"{node.Name}:{i}"));
        }
    }

    private string MakeName(string wanted)
    {
        string name = wanted;
        for (int i = 1; !_names.Add(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_{i}");
        }

        return name;
    }

    private static ModelFormatException Missing(KerasReference r) => new("Keras", $"the configuration names output {r.Tensor} of call {r.Call} of this layer, which does not exist", node: r.Layer);
}
