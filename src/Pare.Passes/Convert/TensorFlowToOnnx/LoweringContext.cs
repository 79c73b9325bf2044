using System.Diagnostics.CodeAnalysis;

namespace Pare.Passes.Conversion;

/// <summary>One TensorFlow node being carried over: its inputs as ONNX values, what is known of them, and where its outputs go.</summary>
internal sealed class LoweringContext
{
    private readonly ILoweringHost _host;

    public LoweringContext(ILoweringHost host, Node node)
    {
        _host = host;
        Node = node;
    }

    /// <summary>The TensorFlow node.</summary>
    public Node Node { get; }

    /// <summary>Its attributes.</summary>
    public AttributeMap Attributes => Node.Attributes;

    /// <summary>Emits ONNX nodes and constants.</summary>
    public OnnxBuilder Onnx => _host.Builder;

    /// <summary>The whole conversion of a TensorFlow graph.</summary>
    public TensorFlowConverter Converter => _host as TensorFlowConverter ?? throw new LoweringException("the node needs the TensorFlow graph around it");

    /// <summary>Number of inputs.</summary>
    public int InputCount => Node.Inputs.Count;

    /// <summary>The ONNX value of input <paramref name="index"/>; its Type and Shape are set as far as known.</summary>
    public Value Input(int index) => Node.InputOrDefault(index) is { } v && _host.Find(v) is { } lowered
        ? lowered
        : throw new LoweringException($"input {index} is missing; {Node.Operator} has {Node.Inputs.Count} inputs here");

    /// <summary>All inputs as ONNX values.</summary>
    public Value[] Inputs() => [.. Enumerable.Range(0, InputCount).Select(Input)];

    /// <summary>Content of input <paramref name="index"/> where it is constant (identities between do not matter), else null.</summary>
    public TensorData? Constant(int index) => Input(index).Constant;

    /// <summary>The integers of an input that must be known at conversion.</summary>
    public long[] RequiredIntegers(int index, string what) => Onnx.AllElements(Input(index))
        ?? throw new LoweringException($"{what} (input {index}) is computed at run time; it must be constant");

    /// <summary>The integers of an input where all are known, else null.</summary>
    public long[]? Integers(int index) => Onnx.AllElements(Input(index));

    /// <summary>The single integer of an input that must be known at conversion.</summary>
    public long RequiredInteger(int index, string what) => RequiredIntegers(index, what) is [var single, ..] ? single : throw new LoweringException($"{what} (input {index}) is empty; one number was expected");

    /// <summary>Rank of an ONNX value, which must be known.</summary>
    public int RankOf(Value value) => value.Shape?.Rank ?? throw new LoweringException($"the rank of '{value.Name}' is not known; give the inputs' shapes");

    /// <summary>Element type of output <paramref name="index"/> as an ONNX type.</summary>
    public DataType OutputType(int index = 0) => TensorFlowTypes.ToOnnx(TensorFlowTypes.TypeOf(Node, index));

    /// <summary>Type attribute as an ONNX type.</summary>
    public DataType TypeAttribute(string name, DataType defaultValue) => TensorFlowTypes.ToOnnx(Attributes.GetDataType(name, defaultValue));

    /// <summary>Makes an ONNX value stand for output <paramref name="index"/>.</summary>
    public void SetOutput(int index, Value value)
    {
        if (index < Node.Outputs.Count)
        {
            _host.Bind(Node.Outputs[index], value);
        }
    }

    /// <summary>Makes an ONNX value stand for the only output.</summary>
    public void SetOutput(Value value) => SetOutput(0, value);

    /// <summary>Whether output <paramref name="index"/> is consumed or an output of the model.</summary>
    public bool IsNeeded(int index) => index < Node.Outputs.Count && (Node.Outputs[index].Uses.Count > 0 || _host.IsOutput(Node.Outputs[index]));

    /// <summary>Says that the node cannot be carried over.</summary>
    [DoesNotReturn]
    public static void Unsupported(string why) => throw new LoweringException(why);
}
