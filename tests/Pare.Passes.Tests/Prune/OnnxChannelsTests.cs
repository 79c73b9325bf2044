using Pare.Passes.Prune;
using Pare.Passes.Tests.Differentiate;
using Pare.Passes.Tests.Optimize;
using Xunit;

namespace Pare.Passes.Tests.Prune;

/// <summary>Channels removed from ONNX graphs, a network for each way that channels are coupled.</summary>
public sealed class OnnxChannelsTests
{
    private static readonly (string, AttributeValue) s_pads = ("pads", AttributeValue.Of(1, 1, 1, 1));

    [Fact]
    public void Run_ConvolutionsInARow_FiltersGoWithTheirReaders()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Conv(g, 6, 8, 1);
        Assert.Equal("4x3x3x3 4 6x4x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_BatchNormalizationAndPRelu_VectorsGoAlong()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("BatchNormalization", [g.Constant(7, 8), g.Constant(8, 8), g.Constant(9, 8), Positive(g, 10, 8)]);
        g.Then("PRelu", [g.Constant(11, 8, 1, 1)]);
        Conv(g, 6, 8, 1);
        Assert.Equal("4x3x3x3 4 4 4 4 4 4x1x1 6x4x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Theory]
    [InlineData(1, "4x3x3x3 4 4x1x3x3 4 6x4x1x1 6")]
    [InlineData(2, "4x3x3x3 4 8x1x3x3 8 6x8x1x1 6")]
    public void Run_Depthwise_FiltersOfAChannelGoWithIt(int multiplier, string shapes)
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Conv(g, 8 * multiplier, 1, 3, ("group", AttributeValue.Of(8)));
        Conv(g, 6, 8 * multiplier, 1);
        Model model = Pooled(g);
        Assert.Equal(shapes, SilentChannels.Prune(model));
        Assert.Contains(model.Graph.Nodes, n => n.Attributes.GetInteger("group", 1) == 4);
    }

    [Fact]
    public void Run_GroupedConvolution_GroupsStayOfOneSize()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Conv(g, 8, 4, 3, ("group", AttributeValue.Of(2)));
        g.Then("Relu");
        Conv(g, 6, 8, 1);
        Model model = Pooled(g);
        Assert.Equal("4x3x3x3 4 4x2x3x3 4 6x4x1x1 6", SilentChannels.Prune(model));
        Assert.Contains(model.Graph.Nodes, n => n.Attributes.GetInteger("group", 1) == 2);
    }

    [Fact]
    public void Run_Residual_AllThatIsAddedLosesTheSameChannels()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Value shortcut = g.Last;
        Conv(g, 10, 8, 3);
        g.Then("Relu");
        Conv(g, 8, 10, 3);
        g.Add("Add", [g.Last, shortcut]);
        g.Then("Relu");
        Conv(g, 6, 8, 1);
        Assert.Equal("4x3x3x3 4 5x4x3x3 5 4x5x3x3 4 6x4x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_AddedToAnInput_ChannelsStay()
    {
        OnnxChain g = Begin();
        Conv(g, 3, 3, 3);
        g.Add("Add", [g.Last, g.Model.Graph.Inputs[0]]);
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Conv(g, 6, 8, 1);
        Assert.Equal("3x3x3x3 3 4x3x3x3 4 6x4x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_Concat_PartsLoseTheirOwn()
    {
        OnnxChain g = Begin();
        Value x = g.Last;
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Value first = g.Last;
        g.Then("Relu");
        Conv(g, 4, 8, 1);
        g.Then("Relu");
        g.Add("Concat", [first, x, g.Last], ("axis", AttributeValue.Of(1)));
        Conv(g, 6, 15, 1);
        Assert.Equal("4x3x3x3 4 2x4x1x1 2 6x9x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_SplitIntoEqualParts_PartsStayEqual()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Node split = g.Model.Graph.CreateNode("s", "Split", [g.Last], 0);
        Value a = split.AddOutput("sa");
        Value b = split.AddOutput("sb");
        split.Attributes["axis"] = AttributeValue.Of(1);
        split.Attributes["num_outputs"] = AttributeValue.Of(2);
        g.Add("Mul", [a, b]);
        Conv(g, 6, 4, 1);
        Assert.Equal("4x3x3x3 4 6x2x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_ChannelShuffle_FollowsTheReshapes()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        g.Then("Reshape", [g.Integers(1, 2, 4, 8, 8)]);
        g.Then("Transpose", null, ("perm", AttributeValue.Of(0, 2, 1, 3, 4)));
        g.Then("Reshape", [g.Integers(1, 8, 8, 8)]);
        Conv(g, 6, 8, 1);

        // Channels of the two groups are one axis of a reshape: a channel goes from both, or a group as a whole.
        Assert.Equal("4x3x3x3 4 6x4x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_FlattenBeforeADenseLayer_RowsOfAllPlacesGo()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        g.Then("MaxPool", null, ("kernel_shape", AttributeValue.Of(2, 2)), ("strides", AttributeValue.Of(2, 2)));
        g.Then("Flatten");
        g.Then("Gemm", [g.Constant(5, 10, 128), g.Constant(6, 10)], ("transB", AttributeValue.Of(1)));
        Assert.Equal("4x3x3x3 4 10x64 10", SilentChannels.Prune(g.End()));
    }

    [Fact]
    public void Run_ComputedReshape_FollowsOrStays()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Value features = g.Last;
        Value shape = g.Then("Shape").Last;
        shape.Type = DataType.Int64;
        Value batch = g.Add("Gather", [shape, g.Model.Graph.AddInitializer("zero", DenseTensorData.Create([0L], new TensorShape(1)))]).Last;
        batch.Type = DataType.Int64;
        Value target = g.Add("Concat", [batch, g.Integers(-1)], ("axis", AttributeValue.Of(0L))).Last;
        target.Type = DataType.Int64;
        g.Add("Reshape", [features, target]);
        g.Then("MatMul", [g.Constant(5, 512, 10)]);
        Assert.Equal("4x3x3x3 4 256x10", SilentChannels.Prune(g.End()));
    }

    [Fact]
    public void Run_ReshapeWhoseShapeIsComputedFromNumbers_ChannelsStayAndOthersGo()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Conv(g, 8, 8, 3);
        g.Then("Relu");
        Value features = g.Last;

        // 1 and 512 come from a computation that no channel reaches: a smaller tensor would not fit.
        Value target = g.Add("Add", [g.Integers(1, 256), g.Integers(0, 256)]).Last;
        target.Type = DataType.Int64;
        g.Add("Reshape", [features, target]);
        g.Then("MatMul", [g.Constant(5, 512, 10)]);
        PassContext context = Running.Context;
        Assert.Equal("4x3x3x3 4 8x4x3x3 8 512x10", SilentChannels.Prune(g.End()));
    }

    [Fact]
    public void Run_DenseLayersWithAddedBias_UnitsGo()
    {
        OnnxChain g = new(17, 1, 20);
        g.Then("MatMul", [g.Constant(1, 20, 12)]);
        g.Then("Add", [g.Constant(2, 12)]);
        g.Then("Relu");
        g.Then("MatMul", [g.Constant(3, 12, 5)]);
        Assert.Equal("20x6 6 6x5", SilentChannels.Prune(g.End()));
    }

    [Fact]
    public void Run_Attention_WholeHeadsGo()
    {
        OnnxChain g = new(17, 1, 6, 8);
        Value x = g.Last;
        Value[] parts = new Value[3];
        for (int i = 0; i < 3; i++)
        {
            g.Add("MatMul", [x, g.Constant(20 + i, 8, 16)]);
            g.Then("Reshape", [g.Integers(0, 0, 4, 4)]);
            parts[i] = g.Then("Transpose", null, ("perm", i == 1 ? AttributeValue.Of(0, 2, 3, 1) : AttributeValue.Of(0, 2, 1, 3))).Last;
        }

        g.Add("MatMul", [parts[0], parts[1]]);
        g.Then("Softmax", null, ("axis", AttributeValue.Of(-1)));
        g.Add("MatMul", [g.Last, parts[2]]);
        g.Then("Transpose", null, ("perm", AttributeValue.Of(0, 2, 1, 3)));
        g.Then("Reshape", [g.Integers(0, 0, 16)]);
        g.Then("MatMul", [g.Constant(30, 16, 8)]);
        Assert.Equal("8x8 8x8 8x8 8x8", SilentChannels.Prune(g.End()));
    }

    [Fact]
    public void Run_TransposedConvolutionResizeAndPad_ChannelsGoThrough()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        g.Then("ConvTranspose", [g.Constant(3, 8, 6, 2, 2), g.Constant(4, 6)], ("strides", AttributeValue.Of(2, 2)));
        g.Then("Relu");
        g.Then("Resize", [null, null, g.Integers(1, 6, 8, 8)]);
        g.Then("Pad", [g.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);
        Conv(g, 4, 6, 3);
        Assert.Equal("4x3x3x3 4 4x3x2x2 3 4x3x3x3 4", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_SoftmaxOverChannels_TheyStay()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Softmax", null, ("axis", AttributeValue.Of(1)));
        Conv(g, 8, 8, 3);
        g.Then("Sigmoid");
        Conv(g, 6, 8, 1);
        Model model = Pooled(g);
        PassContext context = Running.Context;
        new PruneChannelsPass(new PruneOptions { Sparsity = 0.5 }).Run(model, context);
        Assert.Equal("8x3x3x3", string.Join('x', model.Graph.Initializers[0].Constant!.Shape.ToArray()));
        Assert.Equal("4x8x3x3", string.Join('x', model.Graph.Initializers[2].Constant!.Shape.ToArray()));
        Assert.Contains(context.Diagnostics, d => d.Where == model.Graph.Initializers[0].Name && d.Message.Contains("normalizes", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_Multiple_ChannelsThatStayFillBlocks()
    {
        OnnxChain g = Begin();
        Conv(g, 24, 3, 3);
        g.Then("Relu");
        Conv(g, 6, 24, 3);
        g.Then("Relu");
        Conv(g, 6, 6, 1);
        Model model = Pooled(g);
        new PruneChannelsPass(new PruneOptions { Sparsity = 0.25, Multiple = 8 }).Run(model, Running.Context);

        // A quarter of 24 would leave 18; of 6 channels no multiple of 8 can stay.
        Assert.Equal("16x3x3x3", string.Join('x', model.Graph.Initializers[0].Constant!.Shape.ToArray()));
        Assert.Equal("6x16x3x3", string.Join('x', model.Graph.Initializers[2].Constant!.Shape.ToArray()));
    }

    [Fact]
    public void Run_Excluded_ChannelsOfThatWeightStay()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Conv(g, 8, 8, 3);
        g.Then("Relu");
        Conv(g, 6, 8, 1);
        Model model = Pooled(g);
        Assert.Equal("8x3x3x3 8 4x8x3x3 4 6x4x1x1 6", SilentChannels.Prune(model, 0.5, model.Graph.Initializers[0].Name));
    }

    [Fact]
    public void Run_SameWeightTwice_BothUsesLoseTheSame()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Value shared = g.Constant(40, 8, 8, 3, 3);
        g.Then("Conv", [shared], s_pads);
        g.Then("Relu");
        g.Then("Conv", [shared], s_pads);
        g.Then("Relu");
        Conv(g, 6, 8, 1);
        Assert.Equal("4x3x3x3 4 4x4x3x3 6x4x1x1 6", SilentChannels.Prune(Pooled(g)));
    }

    [Fact]
    public void Run_AllExcluded_SaysSo()
    {
        OnnxChain g = Begin();
        Conv(g, 8, 3, 3);
        g.Then("Relu");
        Conv(g, 6, 8, 1);
        UsageException e = Assert.Throws<UsageException>(() => new PruneChannelsPass(new PruneOptions { Exclude = ["*"] }).Run(Pooled(g), Running.Context));
        Assert.Contains("excluded", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OpenExtents_NamesTheInput()
    {
        OnnxChain g = new(17, 1, 3, 8, 8);
        g.Model.Graph.Inputs[0].Shape = new SymbolicShape(1, 3, Dimension.Unknown, Dimension.Unknown);
        Conv(g, 8, 3, 3);
        Conv(g, 6, 8, 1);
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => new PruneChannelsPass().Run(Pooled(g), Running.Context));
        Assert.Contains("x", Assert.Single(e.Nodes).Node, StringComparison.Ordinal);
    }

    private static OnnxChain Begin() => new(18, 1, 3, 8, 8);

    private static Model Pooled(OnnxChain g)
    {
        g.Then("GlobalAveragePool");
        return g.End();
    }

    private static void Conv(OnnxChain g, int outputs, int inputs, int kernel, params (string, AttributeValue)[] attributes) =>
        g.Then("Conv", [g.Constant(outputs + (7 * inputs) + kernel, outputs, inputs, kernel, kernel), g.Constant(outputs + inputs, outputs)], [.. attributes, .. kernel == 3 ? new[] { s_pads } : []]);

    private static Value Positive(OnnxChain g, int seed, int count) =>
        g.Model.Graph.AddInitializer($"p{seed}", DenseTensorData.Create(Array.ConvertAll(Running.Random(seed, count).ToFloats(), v => (v * v) + 0.1f), new TensorShape(count)));
}
