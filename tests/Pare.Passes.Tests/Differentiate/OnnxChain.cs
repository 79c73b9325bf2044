namespace Pare.Passes.Tests.Differentiate;

/// <summary>Builds small ONNX models node by node.</summary>
internal sealed class OnnxChain
{
    private int _count;

    public OnnxChain(long opset, params long[] input)
    {
        Model = new Model(Vocabularies.Onnx);
        Model.OperatorSets[""] = opset;
        Last = new Value("x", DataType.Float32, new SymbolicShape(new TensorShape(input)));
        Model.Graph.Inputs.Add(Last);
    }

    public Model Model { get; }

    /// <summary>The value made last.</summary>
    public Value Last { get; private set; }

    public Value Constant(int seed, params long[] shape) => Model.Graph.AddInitializer($"c{_count++}", Optimize.Running.Random(seed, shape));

    public Value Integers(params long[] values) => Model.Graph.AddInitializer($"c{_count++}", DenseTensorData.Create(values, new TensorShape(values.Length)));

    public OnnxChain Add(string @operator, Value?[] inputs, params (string Name, AttributeValue Value)[] attributes)
    {
        Node node = Model.Graph.CreateNode($"n{_count}", @operator, inputs, outputs: 0);
        Last = node.AddOutput($"v{_count++}");
        Last.Type = DataType.Float32;
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes[name] = value;
        }

        return this;
    }

    /// <summary>Appends an operator to the last value.</summary>
    public OnnxChain Then(string @operator, Value?[]? more = null, params (string Name, AttributeValue Value)[] attributes) => Add(@operator, [Last, .. more ?? []], attributes);

    public Model End()
    {
        Model.Graph.Outputs.Clear();
        Model.Graph.Outputs.Add(Last);
        return Model;
    }
}
