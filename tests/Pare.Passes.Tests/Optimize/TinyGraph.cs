using Pare.Passes.Optimize;

namespace Pare.Passes.Tests.Optimize;

/// <summary>A TensorFlow graph made by hand. Names are of no use to any rule: they begin with a word and go on with numbers.</summary>
internal sealed class TinyGraph
{
    private readonly string _prefix;
    private int _next;

    public TinyGraph(string prefix, params long[] shape)
    {
        _prefix = prefix;
        Model = new Model(Vocabularies.TensorFlow);
        Node x = Model.Graph.CreateNode("x", "Placeholder");
        x.Attributes["dtype"] = AttributeValue.Of(DataType.Float32);
        x.Attributes["shape"] = AttributeValue.OfShape(new SymbolicShape(new TensorShape(shape)));
        x.Output.Type = DataType.Float32;
        x.Output.Shape = new SymbolicShape(new TensorShape(shape));
        Model.Graph.Inputs.Add(x.Output);
        X = x.Output;
    }

    public Model Model { get; }

    public Value X { get; }

    public Value Const(TensorData content)
    {
        Node n = Model.Graph.CreateNode($"{_prefix}/n{_next++}", "Const");
        n.Attributes["dtype"] = AttributeValue.Of(content.Type);
        GraphEditing.SetConstant(n.Output, content);
        return n.Output;
    }

    public Value Scalar(float value) => Const(DenseTensorData.Create([value], TensorShape.Scalar));

    public Value Vector(int seed, int count) => Const(Running.Random(seed, count));

    public Value Add(string @operator, params Value[] inputs)
    {
        Node n = Model.Graph.CreateNode($"{_prefix}/n{_next++}", @operator, inputs, TensorFlowOutputs.Count(new Model(Vocabularies.TensorFlow).Graph.CreateNode("q", @operator)));
        n.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        if (@operator == "Transpose")
        {
            n.Attributes["Tperm"] = AttributeValue.Of(DataType.Int32);
        }

        return n.Output;
    }

    public Value Conv(Value x, TensorData weight, string padding) => Conv(x, Const(weight), padding);

    public Value Conv(Value x, Value weight, string padding)
    {
        Value v = Add("Conv2D", x, weight);
        v.Producer!.Attributes["strides"] = AttributeValue.Of(1, 1, 1, 1);
        v.Producer.Attributes["padding"] = AttributeValue.Of(padding);
        return v;
    }

    public Value ElementaryBatchNorm(Value x, int channels, bool gamma, bool commuted)
    {
        Value variance = Add("Square", Vector(11, channels));
        Value factor = Add("Rsqrt", commuted ? Add("Add", Scalar(0.001f), variance) : Add("AddV2", variance, Scalar(0.001f)));
        if (gamma)
        {
            factor = Add("Mul", Add("Identity", factor), Vector(12, channels));
        }

        Value product = commuted ? Add("Mul", factor, x) : Add("Mul", x, factor);
        Value shift = Add("Sub", Vector(13, channels), Add("Mul", Vector(14, channels), factor));
        return commuted ? Add("AddV2", shift, product) : Add("Add", product, shift);
    }

    public Value FusedBatchNorm(string @operator, Value x, int channels)
    {
        Value v = Add(@operator, x, Vector(21, channels), Vector(22, channels), Vector(23, channels), Const(Positive(24, channels)));
        v.Producer!.Attributes["is_training"] = AttributeValue.Of(false);
        v.Producer.Attributes["epsilon"] = AttributeValue.Of(0.001f);
        v.Producer.Attributes["U"] = AttributeValue.Of(DataType.Float32);
        if (@operator == "FusedBatchNorm")
        {
            v.Producer.Attributes.Remove("U");
        }

        return v;
    }

    public void End(Value output) => Model.Graph.Outputs.Add(output);

    private static DenseTensorData Positive(int seed, int count) => DenseTensorData.Create(Array.ConvertAll(Running.Random(seed, count).ToFloats(), v => (v * v) + 0.1f), new TensorShape(count));
}
