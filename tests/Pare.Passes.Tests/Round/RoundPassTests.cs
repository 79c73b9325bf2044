using System.Security.Cryptography;
using Pare.Codecs;
using Pare.Formats;
using Pare.Formats.TensorFlow;
using Pare.Passes.Round;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Round;

public sealed class RoundPassTests
{
    [Theory]
    [InlineData("poets/retrained_graph_6class.pb", "c0c73008dca1e72ce02816f7123116ed6ea7ec1a35042365720fe6cb5ca805ae", 657291)]
    [InlineData("poets-flowers/retrained_graph.pb", "3eb3c1e2c04959a8f16fcdffb57b7523c90808c18060f39c2aac4ebe8ec1dfbf", 656138)]
    public void Run_WeightsRounded_GivesTheToolsValues(string file, string sha256, long gzip)
    {
        Model model = Read(SharedFiles.InShared("models", file));
        Change change = Assert.Single(new RoundPass(new RoundOptions { Rule = RoundRule.WeightsRounded }).Run(model, new PassContext()));
        Assert.Equal(139, change.Count);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(FloatPayload(model))));
        using GzipSizer sizer = new();
        new GraphDefFormat().Write(model, new StreamTarget(sizer, ".pb"));
        Assert.InRange(sizer.Finish(), gzip * 0.999, gzip * 1.001);
    }

    [Fact]
    public void Run_WeightsRounded_GivesTheToolsGraph()
    {
        Model ours = Read(SharedFiles.InShared("models/poets-flowers/retrained_graph.pb"));
        Model theirs = Read(SharedFiles.InShared("models/poets-flowers/rounded_graph.pb"));
        new RoundPass(new RoundOptions { Rule = RoundRule.WeightsRounded }).Run(ours, new PassContext());
        Assert.Equal(theirs.Graph.Nodes.Select(n => n.Name), ours.Graph.Nodes.Select(n => n.Name));
        foreach ((Node a, Node b) in ours.Graph.Nodes.Zip(theirs.Graph.Nodes))
        {
            Assert.Equal(b.Operator, a.Operator);
            Assert.Equal(b.Inputs.Select(i => i!.Name), a.Inputs.Select(i => i!.Name));
            if (a.Operator == "Const")
            {
                Assert.Equal(b.Output.Constant!.Shape, a.Output.Constant!.Shape);
                Assert.Equal(b.Output.Constant.GetBytes().ToArray(), a.Output.Constant.GetBytes().ToArray());
            }
        }
    }

    [Fact]
    public void Run_ZeroPreserving_KeepsZerosVectorsAndSmallTensors()
    {
        Model model = new(Vocabularies.TensorFlow);
        Value weight = Constant(model, "a", [64, 64], i => i % 5 == 0 ? 0 : MathF.Sin(i));
        Value vector = Constant(model, "b", [4096], i => MathF.Cos(i));
        Value small = Constant(model, "c", [10, 10], i => MathF.Cos(i));
        Value column = Constant(model, "d", [4096, 1], i => MathF.Cos(i));
        Value data = model.Graph.CreateNode("x", "Placeholder").Output;
        model.Graph.CreateNode("e", "MatMul", [data, weight]);
        model.Graph.CreateNode("f", "MatMul", [data, column]);
        model.Graph.CreateNode("g", "Mul", [data, vector]);
        model.Graph.CreateNode("h", "Mul", [data, small]);
        float[] before = weight.Constant!.ToFloats();
        Change change = Assert.Single(new RoundPass(new RoundOptions { Levels = 16 }).Run(model, new PassContext()));
        Assert.Equal(2, change.Count);
        float[] after = weight.Constant!.ToFloats();
        Assert.True(after.Distinct().Count() <= 16);
        Assert.All(before.Zip(after), p => Assert.True(p.First != 0 || p.Second == 0));
        Assert.All(before.Zip(after), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 0.3f));
        Assert.IsType<DenseTensorData>(vector.Constant);
        Assert.IsType<DenseTensorData>(small.Constant);
        Assert.IsNotType<DenseTensorData>(column.Constant);
        byte[] odd = new byte[1001];
        weight.Constant.ReadBytes(33, odd);
        Assert.Equal(weight.Constant.GetBytes().Slice(33, 1001).ToArray(), odd);
    }

    [Theory]
    [InlineData(RoundRule.WeightsRounded)]
    [InlineData(RoundRule.ZeroPreserving)]
    public void Run_OddTensors_LeavesThemAndSaysSo(RoundRule rule)
    {
        Model model = new(Vocabularies.TensorFlow);
        Value bad = Constant(model, "bad", [2, 2], i => i == 1 ? float.NaN : i);
        Value empty = Constant(model, "empty", [0, 2], _ => 0);
        Value same = Constant(model, "same", [3, 3], _ => 7);
        PassContext context = new();
        Assert.Empty(new RoundPass(new RoundOptions { Rule = rule, MinSize = 0 }).Run(model, context));
        Assert.Equal("bad:0", Assert.Single(context.Diagnostics).Where);
        Assert.Equal(7, same.Constant!.ToFloats()[8]);
        Assert.Equal(0, empty.Constant!.Count);
        Assert.True(float.IsNaN(bad.Constant!.ToFloats()[1]));
        Assert.Throws<UsageException>(() => new RoundPass(new RoundOptions { Levels = 1 }));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public void Run_ZeroPreservingOnTheFlowers_IsSmallerAtNoMoreErrorThanWeightsRounded(int levels)
    {
        string path = SharedFiles.InShared("models/poets-flowers/retrained_graph.pb");
        string[] large = [.. Read(path).Graph.Constants.Where(v => v.Constant!.Count >= 1024).Select(v => v.Name)];
        (long toolBytes, double toolNoise) = Measure(path, new RoundOptions { Rule = RoundRule.WeightsRounded, Levels = levels, Include = large });
        (long ourBytes, double ourNoise) = Measure(path, new RoundOptions { Levels = levels });
        Assert.True(ourNoise <= toolNoise * 1.1 && ourBytes <= toolBytes, $"error {ourNoise} against {toolNoise}, bytes {ourBytes} against {toolBytes}");
    }

    [Fact]
    public void Run_ZeroPreservingTwice_ChangesNothingMore()
    {
        Model model = Read(SharedFiles.InShared("models/poets-flowers/retrained_graph.pb"));
        Assert.NotEmpty(new RoundPass().Run(model, new PassContext()));
        Assert.Empty(new RoundPass().Run(model, new PassContext()));
    }

    private static (long Bytes, double Noise) Measure(string path, RoundOptions options)
    {
        Model model = Read(path);
        Model original = Read(path);
        new RoundPass(options).Run(model, new PassContext());
        double noise = 0;
        foreach ((Value a, Value b) in original.Graph.Constants.Zip(model.Graph.Constants))
        {
            if (a.Constant!.Type == DataType.Float32 && a.Constant.Count >= 1024)
            {
                noise += a.Constant.ToFloats().Zip(b.Constant!.ToFloats()).Sum(p => Math.Pow(p.First - p.Second, 2));
            }
        }

        using GzipSizer sizer = new();
        new GraphDefFormat().Write(model, new StreamTarget(sizer, ".pb"));
        return (sizer.Finish(), noise);
    }

    private static Value Constant(Model model, string name, long[] shape, Func<int, float> value)
    {
        TensorShape s = new(shape);
        Value v = model.Graph.CreateNode(name, "Const").Output;
        v.Constant = DenseTensorData.Create([.. Enumerable.Range(0, (int)s.Count).Select(value)], s);
        return v;
    }

    private static Model Read(string path) => new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromFile(path) });

    private static byte[] FloatPayload(Model model) =>
        [.. model.Graph.Nodes.Where(n => n.Operator == "Const" && n.Output.Constant!.Type == DataType.Float32).SelectMany(n => n.Output.Constant!.GetBytes().ToArray())];
}
