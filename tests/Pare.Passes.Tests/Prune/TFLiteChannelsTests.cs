using Pare.Passes.Tests.Optimize;
using Xunit;

namespace Pare.Passes.Tests.Prune;

/// <summary>Channels removed from TFLite graphs.</summary>
public sealed class TFLiteChannelsTests
{
    [Theory]
    [InlineData(1, "4x3x3x3 4 1x3x3x4 4 5x1x1x4 5")]
    [InlineData(2, "4x3x3x3 4 1x3x3x8 8 5x1x1x8 5")]
    public void Run_Depthwise_FiltersOfAChannelGoWithIt(int multiplier, string shapes)
    {
        LiteChain g = new(1, 8, 8, 3);
        Value y = g.Conv(3, g.Depthwise(2, g.Conv(1, g.X, 8, 3), multiplier), 5, 1);
        Assert.Equal(shapes, SilentChannels.Prune(g.End(y)));
    }

    [Fact]
    public void Run_ResidualConcatAndPad_Follow()
    {
        LiteChain g = new(1, 8, 8, 3);
        Value a = g.Conv(1, g.X, 8, 3);
        Value sum = g.Add("ADD", [a, g.Conv(2, a, 8, 3)], [1, 8, 8, 8], ("fused_activation_function", AttributeValue.Of("RELU6")));
        Value other = g.Conv(3, g.X, 4, 1);
        Value joined = g.Add("CONCATENATION", [sum, other], [1, 8, 8, 12], ("axis", AttributeValue.Of(-1)), ("fused_activation_function", AttributeValue.Of("NONE")));
        Value padded = g.Add("PAD", [joined, g.Integers(0, 0, 1, 1, 1, 1, 0, 0)], [1, 10, 10, 12]);
        Assert.Equal("4x3x3x3 4 4x3x3x4 4 2x1x1x3 2 5x1x1x6 5", SilentChannels.Prune(g.End(g.Conv(4, padded, 5, 1))));
    }

    [Fact]
    public void Run_ShortcutPaddedWithChannels_ThePaddingStays()
    {
        LiteChain g = new(1, 8, 8, 3);
        Value a = g.Conv(1, g.X, 8, 3);
        Value wide = g.Conv(2, a, 12, 3);
        Value shortcut = g.Add("PAD", [a, g.Integers(0, 0, 0, 0, 0, 0, 0, 4)], [1, 8, 8, 12]);
        Value sum = g.Add("ADD", [wide, shortcut], [1, 8, 8, 12], ("fused_activation_function", AttributeValue.Of("RELU")));
        Assert.Equal("4x3x3x3 4 8x3x3x4 8 5x1x1x8 5", SilentChannels.Prune(g.End(g.Conv(4, sum, 5, 1))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_DenseLayerOverAPicture_ColumnsOfAllPlacesGo(bool reshaped)
    {
        LiteChain g = new(1, 4, 4, 3);
        Value a = g.Conv(1, g.X, 8, 3);
        if (reshaped)
        {
            a = g.Add("RESHAPE", [a, g.Integers(-1, 128)], [1, 128], ("new_shape", AttributeValue.Of(-1, 128)));
        }

        Value y = g.Add("FULLY_CONNECTED", [a, g.Constant(5, 10, 128), g.Constant(6, 10)], [1, 10], ("fused_activation_function", AttributeValue.Of("NONE")));
        Assert.Equal("4x3x3x3 4 10x64 10", SilentChannels.Prune(g.End(y)));
    }

    [Fact]
    public void Run_MeanPReluAndPool_Follow()
    {
        LiteChain g = new(1, 8, 8, 3);
        Value a = g.Add("PRELU", [g.Conv(1, g.X, 8, 3), g.Constant(9, 1, 1, 8)], [1, 8, 8, 8]);
        Value pooled = g.Add("MAX_POOL_2D", [a], [1, 4, 4, 8], ("padding", AttributeValue.Of("VALID")), ("stride_w", AttributeValue.Of(2)), ("stride_h", AttributeValue.Of(2)),
            ("filter_width", AttributeValue.Of(2)), ("filter_height", AttributeValue.Of(2)), ("fused_activation_function", AttributeValue.Of("NONE")));
        Value mean = g.Add("MEAN", [pooled, g.Integers(1, 2)], [1, 8], ("keep_dims", AttributeValue.Of(false)));
        Value y = g.Add("FULLY_CONNECTED", [mean, g.Constant(5, 10, 8), null], [1, 10], ("fused_activation_function", AttributeValue.Of("NONE")));
        Assert.Equal("4x3x3x3 4 1x1x4 10x4", SilentChannels.Prune(g.End(y)));
    }

    [Fact]
    public void Run_TransposedConvolution_ItsOutputShapeIsMended()
    {
        LiteChain g = new(1, 4, 4, 3);
        Value a = g.Conv(1, g.X, 8, 3);
        Value up = g.Add("TRANSPOSE_CONV", [g.Integers(1, 8, 8, 6), g.Constant(5, 6, 2, 2, 8), a], [1, 8, 8, 6], ("padding", AttributeValue.Of("SAME")), ("stride_w", AttributeValue.Of(2)), ("stride_h", AttributeValue.Of(2)));
        Assert.Equal("4x3x3x3 4 3x2x2x4 5x1x1x3 5", SilentChannels.Prune(g.End(g.Conv(3, up, 5, 1))));
    }

    [Fact]
    public void Run_HalfPrecisionWeightsBehindDequantize_Follow()
    {
        LiteChain g = new(1, 8, 8, 3);
        Value whole = g.Conv(1, g.X, 8, 3);
        Value filter = whole.Producer!.Inputs[1]!;
        float[] values = filter.Constant!.ToFloats();
        Value half = g.Model.Graph.AddInitializer("half", DenseTensorData.Create<Half>(DataType.Float16, Array.ConvertAll(values, v => (Half)v), filter.Constant.Shape));
        Node dequantize = g.Model.Graph.CreateNodeBefore(whole.Producer, "", "DEQUANTIZE", [half], 0);
        Value restored = dequantize.AddOutput("restored");
        (restored.Type, restored.Shape) = (DataType.Float32, new SymbolicShape(filter.Constant.Shape));
        whole.Producer.SetInput(1, restored);
        g.Model.Graph.RemoveInitializer(filter);
        Model model = g.End(g.Conv(3, whole, 5, 1));
        new Pare.Passes.Prune.PruneChannelsPass().Run(model, Running.Context);
        Assert.Equal("[4,3,3,3]", half.Constant!.Shape.ToString());
        Assert.Equal("[4,3,3,3]", restored.Shape!.ToString());
    }
}
