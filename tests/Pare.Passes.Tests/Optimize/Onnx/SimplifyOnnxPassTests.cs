using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Optimize.Onnx.Tests;

/// <summary>Rules one by one, on small graphs whose outputs are compared before and after.</summary>
public sealed class SimplifyOnnxPassTests
{
    [Theory]
    [InlineData("")]
    [InlineData("other/")]
    public void HardSwishBetweenConvolutions_TwoNodesOfFour(string prefix)
    {
        Model model = Start(prefix, out Value x, new SymbolicShape(1, 3, 8, 8));
        Value y = Conv(model, prefix + "a", x, 4, 3, 3, 1);
        y = Binary(model, "Mul", y, [2f], []);
        y = Binary(model, "Add", y, [0.5f], [1]);
        Value six = Binary(model, "Add", y, [3f], []);
        Value clip = model.Graph.CreateNode("", "Clip", [six, Constant(model, [0f], []), Constant(model, [6f], [])]).Output;
        clip.Name = prefix + "clip";
        Value product = Node(model, "Mul", y, clip);
        y = Binary(model, "Div", product, [6f], []);
        y = Binary(model, "Mul", y, [0.25f], [1]);
        y = Binary(model, "Add", y, [-0.125f], [1]);
        y = Conv(model, prefix + "b", y, 2, 4, 3, 1);
        Finish(model, y);
        Check(model, ["Conv", "HardSigmoid", "Mul", "Add", "Conv"]);
    }

    [Fact]
    public void HardSwishFromSet14On_OneNode()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 3, 8, 8));
        model.OperatorSets[""] = 14;
        Value clip = model.Graph.CreateNode("", "Clip", [Binary(model, "Add", x, [3f], []), Constant(model, [0f], []), Constant(model, [6f], [])], 0).AddOutput("clip");
        Finish(model, Binary(model, "Div", Node(model, "Mul", x, clip), [6f], []));
        Check(model, ["HardSwish"]);
    }

    [Fact]
    public void QuantizedWeight_StaysQuantized()
    {
        Model model = Start("", out Value x, new SymbolicShape(2, 3));
        Value q = model.Graph.AddInitializer("q", new DenseTensorData(DataType.Int8, new TensorShape(3, 2), new byte[] { 1, 2, 3, 4, 5, 6 }));
        Value w = Node(model, "DequantizeLinear", q, Constant(model, [0.5f], []));
        Finish(model, Node(model, "MatMul", x, w));
        Check(model, ["DequantizeLinear", "MatMul"]);
    }

    [Fact]
    public void ScaleAndShiftBeforeUnpaddedConvolution_FoldedWithoutRest()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 4, 6, 6));
        Value y = Binary(model, "Mul", x, [1f, 2, -3, 0.5f], [1, 4, 1, 1]);
        y = Binary(model, "Sub", y, [0.5f, 1, 1.5f, 2], [1, 4, 1, 1]);
        y = Conv(model, "c", y, 4, 2, 3, 0, group: 2);
        Finish(model, y);
        Check(model, ["Conv"]);
    }

    [Fact]
    public void ConstantThatMakesChannels_NotFolded()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 1, 4, 4));
        Value y = Binary(model, "Mul", x, [1f, 2], [1, 2, 1, 1]);
        y = Conv(model, "c", y, 3, 2, 1, 0);
        Finish(model, y);
        Check(model, ["Mul", "Conv"]);
    }

    [Fact]
    public void OutputBesideAnotherUse_KeepsNameAndValue()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 3, 4, 4));
        Value y = Conv(model, "c", x, 2, 3, 1, 0);
        Finish(model, y);
        Value second = Binary(model, "Mul", y, [3f], []);
        Value named = Node(model, "Identity", second);
        Finish(model, named);
        Check(model, ["Conv", "Mul"]);
    }

    [Fact]
    public void DecidedIf_BranchTaken()
    {
        Model model = Start("", out Value x, new SymbolicShape(2, 3));
        Value rows = Node(model, "Gather", Node(model, "Shape", x), Integers(model, [0], [1]));
        Value condition = Node(model, "Equal", rows, Integers(model, [2], [1]));
        Graph yes = new("yes");
        Value a = yes.CreateNode("", "Relu", [x]).Output;
        a.Name = "a";
        yes.Outputs.Add(a);
        Graph no = new("no");
        Value b = no.CreateNode("", "Neg", [x]).Output;
        b.Name = "b";
        no.Outputs.Add(b);
        Node choice = model.Graph.CreateNode("", "If", [condition], 0);
        choice.Attributes["then_branch"] = AttributeValue.Of(yes);
        choice.Attributes["else_branch"] = AttributeValue.Of(no);
        Finish(model, choice.AddOutput("chosen"));
        Check(model, ["Relu"]);
    }

    [Fact]
    public void LargeTable_StaysComputed()
    {
        Model model = Start("", out Value x, new SymbolicShape(128, 128));
        Value table = Node(model, "Mul", Constant(model, [.. Enumerable.Range(0, 128).Select(i => i * 0.5f)], [128, 1]), Constant(model, [.. Enumerable.Range(0, 128).Select(i => (float)i)], [1, 128]));
        Finish(model, Node(model, "Add", x, Node(model, "Cos", table)));
        Check(model, ["Mul", "Cos", "Add"]);
    }

    [Fact]
    public void ShapeOfKnownAndComputedReshape_LeftToReshape()
    {
        Model model = Start("", out Value x, new SymbolicShape(new Dimension(null, "n"), 4, 6));
        Value extent = Node(model, "Cast", Node(model, "Gather", Node(model, "Shape", x), Integers(model, [0], [1])));
        extent.Producer!.Attributes["to"] = AttributeValue.Of(7L);
        Value shape = Node(model, "Concat", extent, Integers(model, [24], [1]));
        shape.Producer!.Attributes["axis"] = AttributeValue.Of(0L);
        Finish(model, Node(model, "Reshape", x, shape));
        Check(model, ["Reshape"]);
    }

    [Fact]
    public void PaddingBeforeConvolution_Taken()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 2, 5, 5));
        Value y = Node(model, "Pad", x, Integers(model, [0, 0, 1, 0, 0, 0, 1, 2], [8]));
        Finish(model, Conv(model, "c", y, 2, 2, 3, 0));
        Check(model, ["Conv"]);
    }

    [Fact]
    public void AdjacentProducts_OneWhereItShrinks()
    {
        Model model = Start("", out Value x, new SymbolicShape(2, 6));
        Value y = Binary(model, "MatMul", x, [.. Enumerable.Range(0, 60).Select(i => (i % 7) - 3f)], [6, 10]);
        y = Binary(model, "Add", y, [.. Enumerable.Range(0, 10).Select(i => i * 0.1f)], [10]);
        y = Binary(model, "MatMul", y, [.. Enumerable.Range(0, 30).Select(i => (i % 5) - 2f)], [10, 3]);
        Finish(model, y);
        Check(model, ["Gemm"]);
    }

    [Fact]
    public void AdjacentProducts_LeftWhereTheJoinedOneIsLarger()
    {
        Model model = Start("", out Value x, new SymbolicShape(2, 20));
        Value y = Binary(model, "MatMul", x, [.. Enumerable.Range(0, 40).Select(i => (i % 7) - 3f)], [20, 2]);
        y = Binary(model, "MatMul", y, [.. Enumerable.Range(0, 40).Select(i => (i % 5) - 2f)], [2, 20]);
        Finish(model, y);
        Check(model, ["MatMul", "MatMul"]);
    }

    [Fact]
    public void PointwiseConvolutionBeforeAPaddedOne_MergedWithoutBiasOnly()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 2, 5, 5));
        Value y = Conv(model, "a", x, 8, 2, 1, 0);
        y = Conv(model, "b", y, 3, 8, 3, 1);
        Finish(model, y);
        Check(model, ["Conv"]);
    }

    [Fact]
    public void TransposesAroundElementwise_Cancelled()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 2, 3, 4));
        Value y = Transpose(model, x, 0, 2, 3, 1);
        y = Node(model, "Relu", y);
        y = Binary(model, "Pow", y, [2f], []);
        y = Transpose(model, y, 0, 3, 1, 2);
        Finish(model, Node(model, "Exp", y));
        Check(model, ["Relu", "Pow", "Exp"]);
    }

    [Fact]
    public void TransposesBeforeASum_OneBehindIt()
    {
        Model model = Start("", out Value x, new SymbolicShape(1, 2, 3, 4));
        Value y = Node(model, "Add", Transpose(model, Node(model, "Relu", x), 0, 2, 3, 1), Transpose(model, Node(model, "Exp", x), 0, 2, 3, 1));
        Finish(model, Node(model, "Tanh", y));
        Check(model, ["Relu", "Exp", "Add", "Transpose", "Tanh"]);
    }

    [Fact]
    public void IntegersKeptIn64Bits_DeclaredTypesFollow()
    {
        Model model = Start("", out Value x, new SymbolicShape(new Dimension(null, "n"), new Dimension(null, "m")));
        Value narrow = Node(model, "Cast", Node(model, "Shape", x));
        narrow.Producer!.Attributes["to"] = AttributeValue.Of(6L);
        Value joined = Node(model, "Concat", narrow, model.Graph.AddInitializer("one", DenseTensorData.Create([1], new TensorShape(1))));
        joined.Producer!.Attributes["axis"] = AttributeValue.Of(0L);
        (narrow.Type, joined.Type) = (DataType.Int32, DataType.Int32);
        Value wide = Node(model, "Cast", joined);
        wide.Producer!.Attributes["to"] = AttributeValue.Of(7L);
        Finish(model, Node(model, "Reshape", x, wide));
        Check(model, ["Shape", "Concat", "Reshape"]);
    }

    private static Value Transpose(Model model, Value x, params long[] permutation)
    {
        Value y = Node(model, "Transpose", x);
        y.Producer!.Attributes["perm"] = AttributeValue.Of([.. permutation]);
        return y;
    }

    private static Model Start(string prefix, out Value x, SymbolicShape shape)
    {
        Model model = new(Vocabularies.Onnx);
        model.OperatorSets[""] = 13;
        x = new Value(prefix + "x", DataType.Float32, shape);
        model.Graph.Inputs.Add(x);
        return model;
    }

    private static Value Node(Model model, string @operator, params Value[] inputs)
    {
        Value v = model.Graph.CreateNode("", @operator, inputs, 0).AddOutput($"{@operator}_{model.Graph.Nodes.Count}");
        return v;
    }

    private static Value Constant(Model model, float[] values, long[] shape) => model.Graph.AddInitializer($"c{model.Graph.Initializers.Count}", DenseTensorData.Create(values.AsSpan(), new TensorShape(shape)));

    private static Value Integers(Model model, long[] values, long[] shape) => model.Graph.AddInitializer($"i{model.Graph.Initializers.Count}", DenseTensorData.Create(values.AsSpan(), new TensorShape(shape)));

    private static Value Binary(Model model, string @operator, Value x, float[] values, long[] shape) => Node(model, @operator, x, Constant(model, values, shape));

    private static Value Conv(Model model, string name, Value x, long outputs, long inputs, long kernel, long pad, long group = 1)
    {
        Random random = new(7);
        Value w = Constant(model, [.. Enumerable.Range(0, (int)(outputs * inputs * kernel * kernel)).Select(_ => (float)(random.NextDouble() - 0.5))], [outputs, inputs, kernel, kernel]);
        Value y = Node(model, "Conv", x, w);
        y.Name = name + "_y";
        y.Producer!.Attributes["pads"] = AttributeValue.Of([pad, pad, pad, pad]);
        y.Producer.Attributes["group"] = AttributeValue.Of(group);
        return y;
    }

    private static void Finish(Model model, Value y)
    {
        y.Type = DataType.Float32;
        model.Graph.Outputs.Add(y);
    }

    // Optimises a copy: the operators expected remain, outputs keep their names and values, and a second run finds nothing.
    private static void Check(Model model, string[] expected)
    {
        OnnxRuntimeRunner runner = new();
        PassContext context = new() { Runner = runner };
        Model optimized = model.Clone();
        new PassPipeline(new SimplifyOnnxPass()).Run(optimized, context);
        Assert.Equal(expected, optimized.Graph.Nodes.Select(n => n.Operator));
        Assert.Equal(model.Graph.Outputs.Select(v => v.Name), optimized.Graph.Outputs.Select(v => v.Name));
        Assert.Empty(new PassPipeline(new SimplifyOnnxPass()).Run(optimized, context));
        using IModelSession before = runner.Load(model);
        using IModelSession after = runner.Load(optimized);
        Random random = new(3);
        TensorShape shape = new([.. model.Graph.Inputs[0].Shape!.Dimensions.Select(d => d.Value ?? 2)]);
        float[] x = [.. Enumerable.Range(0, (int)shape.Count).Select(_ => (float)((random.NextDouble() * 8) - 4))];
        IReadOnlyList<TensorData> a = before.Run([DenseTensorData.Create(x.AsSpan(), shape)]);
        IReadOnlyList<TensorData> b = after.Run([DenseTensorData.Create(x.AsSpan(), shape)]);
        for (int o = 0; o < a.Count; o++)
        {
            Assert.Equal(a[o].Shape, b[o].Shape);
            Assert.All(a[o].ToFloats().Zip(b[o].ToFloats()), p => Assert.Equal(p.First, p.Second, 2e-5 * Math.Max(1, Math.Abs(p.First))));
        }
    }
}
