using Pare.Formats.TFLite;
using Pare.Runtime.Tests.Keras;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>A TFLite model of one operator, put together in the test and run in process.</summary>
internal sealed class TFLiteNet
{
    private readonly Graph _graph = new("net");
    private int _next;

    public TFLiteNet() => Model = new Model(Vocabularies.TFLite, _graph);

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>An input.</summary>
    public Value Input(DataType type, params ReadOnlySpan<int> shape)
    {
        Value value = new($"in_{++_next}", type, Shape(shape));
        _graph.Inputs.Add(value);
        return value;
    }

    /// <summary>A constant.</summary>
    public Value Constant(TensorData content) => _graph.AddInitializer($"constant_{++_next}", content);

    /// <summary>A state, zeros before the first run.</summary>
    public Value State(params ReadOnlySpan<int> shape) => _graph.AddVariable(new Value($"state_{++_next}", DataType.Float32, Shape(shape)));

    /// <summary>An operator; of a custom one the options as bytes.</summary>
    public IReadOnlyList<Value> Node(string @operator, Value?[] inputs, (DataType Type, int[] Shape)[] outputs, byte[]? options = null, params (string Name, AttributeValue Value)[] attributes)
    {
        Node node = _graph.CreateNode($"node_{++_next}", @operator, inputs, outputs.Length, options is null ? "" : TFLiteFormat.CustomDomain);
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes[name] = value;
        }

        if (options is not null)
        {
            node.Attributes["custom_options"] = AttributeValue.Of((ReadOnlyMemory<byte>)options);
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            node.Outputs[i].Name = $"out_{++_next}";
            node.Outputs[i].Type = outputs[i].Type;
            node.Outputs[i].Shape = Shape(outputs[i].Shape);
            _graph.Outputs.Add(node.Outputs[i]);
        }

        return node.Outputs;
    }

    /// <summary>Runs the model on tensors.</summary>
    public IReadOnlyList<TensorData> Run(params TensorData[] inputs)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(Model);
        return session.Run(inputs);
    }

    /// <summary>One operator on constants and inputs of binary32, compared with what a reference gave.</summary>
    public static void Check(Nd expected, string @operator, Nd[] inputs, params (string Name, AttributeValue Value)[] attributes)
    {
        TFLiteNet net = new();
        net.Node(@operator, [.. inputs.Select(i => net.Input(DataType.Float32, i.Shape))], [(DataType.Float32, expected.Shape)], null, attributes);
        KerasNet.Close(expected, net.Run([.. inputs.Select(i => i.ToTensor())])[0]);
    }

    private static SymbolicShape Shape(ReadOnlySpan<int> extents)
    {
        List<Dimension> dimensions = [];
        foreach (int e in extents)
        {
            dimensions.Add(e);
        }

        return new SymbolicShape([.. dimensions]);
    }
}
