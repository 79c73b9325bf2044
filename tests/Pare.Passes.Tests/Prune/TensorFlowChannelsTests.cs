using Pare.Passes.Tests.Optimize;
using Xunit;

namespace Pare.Passes.Tests.Prune;

/// <summary>Channels removed from TensorFlow graphs.</summary>
public sealed class TensorFlowChannelsTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("zz/other")]
    public void Run_NormsBiasesDepthwiseAndResidual_AllGoTogether(string prefix)
    {
        TinyGraph g = new(prefix, 1, 8, 8, 3);
        Value x = g.Add("Relu", g.FusedBatchNorm("FusedBatchNormV3", g.Conv(g.X, Running.Random(1, 3, 3, 3, 8), "SAME"), 8));
        Value depthwise = g.Add("DepthwiseConv2dNative", x, g.Const(Running.Random(2, 3, 3, 8, 1)));
        depthwise.Producer!.Attributes["strides"] = AttributeValue.Of(1, 1, 1, 1);
        depthwise.Producer.Attributes["padding"] = AttributeValue.Of("SAME");
        Value y = g.Add("BiasAdd", g.Conv(depthwise, Running.Random(3, 1, 1, 8, 8), "SAME"), g.Vector(4, 8));
        Value z = g.Add("Relu", g.Add("AddV2", x, y));
        g.End(g.Conv(z, Running.Random(5, 1, 1, 8, 5), "SAME"));
        Assert.Equal("3x3x3x4 4 4 4 4 3x3x4x1 1x1x4x4 4 1x1x4x5", SilentChannels.Prune(g.Model));
    }

    [Fact]
    public void Run_DepthMultiplier_BothOutputsOfAChannelGo()
    {
        TinyGraph g = new("m", 1, 8, 8, 3);
        Value x = g.Add("Relu", g.Conv(g.X, Running.Random(1, 3, 3, 3, 8), "SAME"));
        Value depthwise = g.Add("DepthwiseConv2dNative", x, g.Const(Running.Random(2, 3, 3, 8, 2)));
        depthwise.Producer!.Attributes["strides"] = AttributeValue.Of(1, 1, 1, 1);
        depthwise.Producer.Attributes["padding"] = AttributeValue.Of("SAME");
        g.End(g.Conv(depthwise, Running.Random(5, 1, 1, 16, 5), "SAME"));
        Assert.Equal("3x3x3x4 3x3x4x2 1x1x8x5", SilentChannels.Prune(g.Model));
    }

    [Fact]
    public void Run_ConcatPadMeanAndReshape_Follow()
    {
        TinyGraph g = new("c", 1, 8, 8, 3);
        Value a = g.Add("Relu", g.Conv(g.X, Running.Random(1, 3, 3, 3, 8), "SAME"));
        Value b = g.Add("Relu6", g.Conv(g.X, Running.Random(2, 1, 1, 3, 4), "SAME"));
        Value joined = g.Add("ConcatV2", a, b, g.Const(DenseTensorData.Create([3], TensorShape.Scalar)));
        joined.Producer!.Attributes["N"] = AttributeValue.Of(2);
        Value padded = g.Add("Pad", joined, g.Const(DenseTensorData.Create([0, 0, 1, 1, 2, 2, 0, 0], new TensorShape(4, 2))));
        Value mean = g.Add("Mean", padded, g.Const(DenseTensorData.Create([1, 2], new TensorShape(2))));
        Value flat = g.Add("Reshape", mean, g.Const(DenseTensorData.Create([-1, 12], new TensorShape(2))));
        g.End(g.Add("MatMul", flat, g.Const(Running.Random(3, 12, 7))));
        Assert.Equal("3x3x3x4 1x1x3x2 6x7", SilentChannels.Prune(g.Model));
    }

    [Fact]
    public void Run_FlattenWithASharedShape_OtherReadersKeepTheirs()
    {
        TinyGraph g = new("f", 1, 4, 4, 2);
        Value shape = g.Const(DenseTensorData.Create([1, 128], new TensorShape(2)));
        Value a = g.Add("Relu", g.Conv(g.X, Running.Random(1, 3, 3, 2, 8), "SAME"));
        Value product = g.Add("MatMul", g.Add("Reshape", a, shape), g.Const(Running.Random(2, 128, 128)));
        Value again = g.Add("Reshape", g.Add("Softmax", product), shape);
        g.End(g.Add("MatMul", again, g.Const(Running.Random(3, 128, 3))));
        Assert.Contains("3x3x2x4 64x128 128x3", Normal(() => PruneShapes(g.Model)), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SliceAndTransposedConvolution_SpelledExtentsAreMended()
    {
        TinyGraph g = new("t", 1, 4, 4, 2);
        Value a = g.Add("Relu", g.Conv(g.X, Running.Random(1, 3, 3, 2, 8), "SAME"));
        Value part = g.Add("Slice", a, g.Const(DenseTensorData.Create([0, 1, 0, 0], new TensorShape(4))), g.Const(DenseTensorData.Create([1, 2, 4, 8], new TensorShape(4))));
        part.Producer!.Attributes["Index"] = AttributeValue.Of(DataType.Int32);
        Value larger = g.Add("Conv2DBackpropInput", g.Const(DenseTensorData.Create([1, 4, 8, 6], new TensorShape(4))), g.Const(Running.Random(2, 2, 2, 6, 8)), part);
        larger.Producer!.Attributes["strides"] = AttributeValue.Of(1, 2, 2, 1);
        larger.Producer.Attributes["padding"] = AttributeValue.Of("SAME");
        g.End(g.Conv(g.Add("Relu", larger), Running.Random(3, 1, 1, 6, 3), "SAME"));
        Assert.Equal("3x3x2x4 2x2x3x4 1x1x3x3", SilentChannels.Prune(g.Model));
    }

    // The new constant of a mended shape stands between the old ones: only the extents are compared.
    private static string PruneShapes(Model model)
    {
        new Pare.Passes.Prune.PruneChannelsPass().Run(model, Running.Context);
        return string.Join(' ', model.Graph.Constants.Where(v => v.Constant!.Type == DataType.Float32).Select(v => string.Join('x', v.Constant!.Shape.ToArray())));
    }

    private static string Normal(Func<string> shapes) => shapes();
}
