namespace Pare.Passes.Optimize.Onnx;

/// <summary>About how many bytes parts of a model take in its file.</summary>
internal static class OnnxSize
{
    private const int NodeOverhead = 12;
    private const int AttributeOverhead = 8;
    private const int TensorOverhead = 16;

    public static long Estimate(Model model) => model.Graph.SelfAndSubgraphs().Sum(g => g.Initializers.Sum(Initializer) + g.Nodes.Sum(Node));

    public static long Initializer(Value value) => Tensor(value.Constant!) + value.Name.Length + TensorOverhead;

    public static long Node(Node node) => NodeOverhead + node.Name.Length + node.Operator.Length + node.Inputs.Sum(v => (v?.Name.Length ?? 0) + 2L)
        + node.Outputs.Sum(v => v.Name.Length + 2L + (v.Constant is { } c ? Tensor(c) + TensorOverhead : 0)) + node.Attributes.Sum(a => a.Key.Length + AttributeOverhead + Value(a.Value));

    private static long Value(AttributeValue value) => value.Kind switch
    {
        AttributeKind.Integers => value.AsIntegers.Length * 2,
        AttributeKind.Floats => value.AsFloats.Length * 5,
        AttributeKind.String => value.AsBytes.Length,
        AttributeKind.Tensor => Tensor(value.AsTensor),
        _ => 4,
    };

    private static long Tensor(TensorData tensor) => (tensor.Type == DataType.String ? tensor.GetStrings().Sum(s => s.Length + 2L) : tensor is SparseTensorData s ? s.Values.ByteLength + (s.Positions.Length * 8L) : tensor.ByteLength) + (tensor.Shape.Rank * 2);
}
