using Pare.Passes.Optimize;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

/// <summary>The transform quantize_nodes, beside what the real tool made of small networks.</summary>
public sealed class QuantizeNodesPassTests
{
    private const string Transform = "strip_unused_nodes fold_constants(ignore_errors=true) quantize_weights(minimum_size=16) quantize_nodes";

    // The tool's own drift is 0.0017, 0.0031 and 0.055; what its operators on codes cannot do better is allowed here too.
    [Theory]
    [InlineData("fusedbn", 0.003)]
    [InlineData("inception", 0.005)]
    [InlineData("mobile", 0.06)]
    public void Run_OnToolsNetworks_DriftsNoMoreThanTheTool(string net, double bound)
    {
        string folder = SharedFiles.InShared("golden", "tensorflow-tools");
        string npz = Path.Combine(folder, net + ".npz");
        Model golden = Running.Open(Path.Combine(folder, net + ".gtt.quantize_nodes.pb"));
        Model model = Running.Open(Path.Combine(folder, net + ".pb"));
        Transforms.Parse(Transform, new OptimizeOptions { Inputs = ["input"], Outputs = ["final_result"] }).Run(model, Running.Context);
        float[] exact = Running.Npz(npz, "final_result:0").ToFloats();
        float[] tool = Running.Npz(npz, "gtt.quantize_nodes").ToFloats();
        float[] actual = Running.Run(model, Feed(npz), "final_result:0");
        Assert.True(Worst(exact, actual) <= bound, $"drift {Worst(exact, actual)}");
        Assert.True(Worst(tool, actual) <= bound, $"from the tool {Worst(tool, actual)}");
        Assert.True(Worst(tool, Running.Run(golden, Feed(npz), "final_result:0")) <= bound);

        foreach (string @operator in golden.Graph.Nodes.Select(n => n.Operator).Distinct().Where(o => o.StartsWith("Quantized", StringComparison.Ordinal) || o.StartsWith("Requant", StringComparison.Ordinal)))
        {
            Assert.Equal(Running.Count(golden, @operator), Running.Count(model, @operator));
        }

        Assert.True(model.Graph.Nodes.Count < golden.Graph.Nodes.Count / 1.5, Running.Summary(model));
        GraphVerifier.Verify(model);
    }

    [Fact]
    public void Run_FakeQuantBehindRelu_RangeGoesToTheConvolution()
    {
        (Model model, TinyGraph g) = Convolution();
        Value relu = g.Add("Relu", model.Graph.Outputs[0]);
        Value fake = g.Add("FakeQuantWithMinMaxVars", relu, g.Scalar(0), g.Scalar(2));
        fake.Producer!.Attributes.Remove("T");
        model.Graph.Outputs[0] = fake;
        float[] before = Running.Run(model, s_feed, fake.Name);
        new QuantizeNodesPass().Run(model, Running.Context);
        Assert.Equal(0, Running.Count(model, "RequantizationRange"));
        Assert.Equal(0, Running.Count(model, "FakeQuantWithMinMaxVars"));
        Assert.Equal(2f, model.Graph.Nodes.Single(n => n.Operator == "Requantize").Inputs[4]!.Constant!.ToFloats()[0], 1e-6f);
        Assert.True(Worst(before, Running.Run(model, s_feed, model.Graph.Outputs[0].Name)) < 0.04);
    }

    [Fact]
    public void Run_WithRanges_NothingIsMeasured()
    {
        (Model model, _) = Convolution();
        float[] before = Running.Run(model, s_feed, model.Graph.Outputs[0].Name);
        Pass pass = Transforms.Create("quantize_nodes", [new("fallback_min", "-8"), new("fallback_max", "8"), new("input_min", "-1"), new("input_max", "1")]);
        pass.Run(model, Running.Context);
        Assert.Equal(0, Running.Count(model, "Min"));
        Assert.Equal(DataType.QUInt8, model.Graph.Nodes.First(n => n.Operator == "Placeholder").Attributes.GetDataType("dtype"));
        byte[] codes = Array.ConvertAll(s_feed.Values.First().ToFloats(), v => (byte)Math.Min(255, Math.Round(v * 127.5, MidpointRounding.AwayFromZero) + 128));
        Dictionary<string, TensorData> feed = new() { ["x"] = new DenseTensorData(DataType.QUInt8, new TensorShape(1, 6, 6, 2), codes) };
        Assert.True(Worst(before, Running.Run(model, feed, model.Graph.Outputs[0].Name)) < 0.1);
    }

    [Fact]
    public void Run_WhatKernelsRefuse_Stays()
    {
        foreach (string attribute in new[] { "strides", "dilations" })
        {
            (Model model, _) = Convolution();
            Node conv = model.Graph.Nodes.First(n => n.Operator == "Conv2D");
            conv.Attributes[attribute] = AttributeValue.Of(1, 1, 2, 1);
            Assert.Empty(new QuantizeNodesPass().Run(model, Running.Context));
        }

        (Model ignored, _) = Convolution();
        Assert.Empty(new QuantizeNodesPass { IgnoredOperators = ["Conv2D"] }.Run(ignored, Running.Context));
    }

    private static readonly Dictionary<string, TensorData> s_feed = new() { ["x"] = Running.Random(5, 1, 6, 6, 2) };

    private static (Model Model, TinyGraph Graph) Convolution()
    {
        TinyGraph g = new("net", 1, 6, 6, 2);
        g.End(g.Conv(g.X, Running.Random(7, 3, 3, 2, 4), "SAME"));
        return (g.Model, g);
    }

    private static Dictionary<string, TensorData> Feed(string npz) => new() { ["input:0"] = Running.Npz(npz, "input:0") };

    private static double Worst(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();
}
