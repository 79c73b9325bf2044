using System.Text;
using System.Text.Json;
using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>A Keras model put together layer by layer from configurations, run in process.</summary>
internal sealed class KerasNet
{
    private readonly Model _model = new(Vocabularies.Keras, new Graph("net"));
    private int _next;

    public KerasNet(string version = "2.15.0") => _model.Metadata["keras_version"] = version;

    /// <summary>The model so far; its outputs are those asked for last.</summary>
    public Model Model => _model;

    /// <summary>An input; the batch is left open.</summary>
    public Value Input(params ReadOnlySpan<int> inner) => Input(DataType.Float32, inner);

    /// <summary>An input of an element type; the batch is left open.</summary>
    public Value Input(DataType type, params ReadOnlySpan<int> inner)
    {
        Node node = _model.Graph.CreateNode($"input_{++_next}", "InputLayer");
        node.Output.Name = node.Name;
        node.Output.Type = type;
        List<Dimension> dimensions = [Dimension.Unknown];
        foreach (int e in inner)
        {
            dimensions.Add(e);
        }

        node.Output.Shape = new SymbolicShape([.. dimensions]);
        _model.Graph.Inputs.Add(node.Output);
        return node.Output;
    }

    /// <summary>A call of a layer on tensors.</summary>
    /// <param name="className">The layer's class; operations of Keras 3 behind <c>keras.ops::</c>.</param>
    /// <param name="config">Its configuration in JSON.</param>
    /// <param name="inputs">What it is called on.</param>
    /// <param name="weights">Its weights.</param>
    public Value Layer(string className, string config, Value[] inputs, params Nd[] weights) => Layers(className, config, inputs, 1, weights)[0];

    /// <summary>A call that gives several tensors.</summary>
    public IReadOnlyList<Value> Layers(string className, string config, Value[] inputs, int outputs, params Nd[] weights)
    {
        string[] parts = className.Split("::");
        Node node = _model.Graph.CreateNode($"layer_{++_next}", parts[^1], inputs, outputs, parts.Length > 1 ? parts[0] : "");
        using JsonDocument json = JsonDocument.Parse(config);
        KerasConfiguration.Add(node.Attributes, json.RootElement);
        if (json.RootElement.TryGetProperty("call", out JsonElement call))
        {
            node.Attributes["call"] = AttributeValue.Raw(Encoding.UTF8.GetBytes(call.GetRawText()));
        }

        for (int i = 0; i < outputs; i++)
        {
            node.Outputs[i].Name = i == 0 ? node.Name : $"{node.Name}:{i}";
        }

        for (int i = 0; i < weights.Length; i++)
        {
            node.AddInput(_model.Graph.AddInitializer(new Value($"{node.Name}/weight_{i}", constant: weights[i].ToTensor())));
        }

        return node.Outputs;
    }

    /// <summary>Runs the model for some tensors.</summary>
    public IReadOnlyList<TensorData> Run(Value[] outputs, params TensorData[] inputs)
    {
        _model.Graph.Outputs.Clear();
        foreach (Value v in outputs)
        {
            _model.Graph.Outputs.Add(v);
        }

        using IModelSession session = new OnnxRuntimeRunner().Load(_model);
        return session.Run(inputs);
    }

    /// <summary>One layer on one input, compared with what a reference gave.</summary>
    public static void Check(Nd expected, string className, string config, Nd input, params Nd[] weights) => Check(expected, className, config, [input], weights);

    /// <summary>One layer on several inputs, compared with what a reference gave.</summary>
    public static void Check(Nd expected, string className, string config, Nd[] inputs, params Nd[] weights)
    {
        KerasNet net = new();
        Value y = net.Layer(className, config, [.. inputs.Select(i => net.Input(i.Shape.AsSpan(1)))], weights);
        net.Check(expected, y, inputs);
    }

    /// <summary>A tensor of the model, compared with what a reference gave.</summary>
    public void Check(Nd expected, Value output, params Nd[] inputs) => Close(expected, Run([output], [.. inputs.Select(i => i.ToTensor())])[0]);

    /// <summary>The shape is the same, and every number within 1e-5 of the largest.</summary>
    public static void Close(Nd expected, TensorData actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Shape.Select(e => (long)e), actual.Shape.ToArray());
        float[] values = actual.ToFloats();
        double bound = tolerance * Math.Max(1, expected.Data.Length == 0 ? 0 : expected.Data.Max(Math.Abs));
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(values[i] - expected.Data[i]) <= bound, $"element {i}: {expected.Data[i]} was expected, {values[i]} was given");
        }
    }
}
