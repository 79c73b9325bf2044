using Pare.Passes.Tests.Optimize;

namespace Pare.Passes.Tests.Prune;

/// <summary>Builds small TFLite models node by node, every extent known.</summary>
internal sealed class LiteChain
{
    private int _count;

    public LiteChain(params long[] input)
    {
        Model = new Model(Vocabularies.TFLite);
        X = new Value("x", DataType.Float32, new SymbolicShape(new TensorShape(input)));
        Model.Graph.Inputs.Add(X);
    }

    public Model Model { get; }

    public Value X { get; }

    public Value Constant(int seed, params long[] shape) => Model.Graph.AddInitializer($"c{_count++}", Running.Random(seed, shape));

    public Value Integers(params int[] values) => Model.Graph.AddInitializer($"c{_count++}", DenseTensorData.Create(values, new TensorShape(values.Length)));

    public Value Add(string @operator, Value?[] inputs, long[] shape, params (string Name, AttributeValue Value)[] attributes)
    {
        Node node = Model.Graph.CreateNode("", @operator, inputs, outputs: 0);
        Value y = node.AddOutput($"v{_count++}");
        y.Type = DataType.Float32;
        y.Shape = new SymbolicShape(new TensorShape(shape));
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes[name] = value;
        }

        return y;
    }

    public Value Conv(int seed, Value x, int filters, int kernel)
    {
        long[] s = [.. x.Shape!.Dimensions.Select(d => d.Value!.Value)];
        return Add("CONV_2D", [x, Constant(seed, filters, kernel, kernel, s[3]), Constant(seed + 100, filters)], [s[0], s[1], s[2], filters],
            ("padding", AttributeValue.Of("SAME")), ("stride_w", AttributeValue.Of(1)), ("stride_h", AttributeValue.Of(1)), ("fused_activation_function", AttributeValue.Of("RELU")));
    }

    public Value Depthwise(int seed, Value x, int multiplier)
    {
        long[] s = [.. x.Shape!.Dimensions.Select(d => d.Value!.Value)];
        return Add("DEPTHWISE_CONV_2D", [x, Constant(seed, 1, 3, 3, s[3] * multiplier), Constant(seed + 100, s[3] * multiplier)], [s[0], s[1], s[2], s[3] * multiplier],
            ("padding", AttributeValue.Of("SAME")), ("stride_w", AttributeValue.Of(1)), ("stride_h", AttributeValue.Of(1)), ("depth_multiplier", AttributeValue.Of(multiplier)));
    }

    public Model End(Value y)
    {
        Model.Graph.Outputs.Add(y);
        return Model;
    }
}
