using Pare.Formats;
using Pare.Formats.TensorFlow;
using Pare.Passes.Optimize;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

public sealed class RealModelTests
{
    [Fact]
    public void StripAndRemoveTrainingNodes_Retrained_GivesTheToolsGraph()
    {
        Model model = Running.Open(SharedFiles.InShared("models", "poets", "retrained_graph_6class.pb"));
        Model golden = Running.Open(SharedFiles.InShared("models", "poets", "optimized_graph_6class.pb"));
        Transforms.Parse("strip_unused,remove_training_nodes").Run(model, new PassContext());
        Assert.Equal(golden.Graph.Nodes.Select(n => n.Name), model.Graph.Nodes.Select(n => n.Name));
        foreach ((Node a, Node b) in golden.Graph.Nodes.Zip(model.Graph.Nodes))
        {
            Assert.Equal(a.Operator, b.Operator);
            Assert.Equal(a.Inputs.Select(v => v!.Name), b.Inputs.Select(v => v!.Name));
            Assert.Equal(AttributeText.Of(a), AttributeText.Of(b));
            Assert.Equal(a.Device, b.Device);
            Assert.True(a.Outputs.Count == 0 || a.Output.Constant is null || TensorContent.AreEqual(a.Output.Constant, b.Output.Constant!), a.Name);
        }
    }

    [Theory]
    [InlineData("models/poets/retrained_graph_6class.pb", "final_result", 128)]
    [InlineData("models/poets/optimized_graph_6class.pb", "final_result", 128)]
    [InlineData("models/poets/mobilenet_v1_0.25_128_frozen.pb", "MobilenetV1/Predictions/Reshape_1", 128)]
    [InlineData("models/poets-flowers/retrained_graph.pb", "final_result", 128)]
    public void Optimize_MobileNet_FoldsAllAndKeepsOutputs(string file, string output, int size)
    {
        string path = SharedFiles.InShared(file.Split('/'));
        Dictionary<string, TensorData> feeds = new() { ["input"] = Running.Random(1, 1, size, size, 3) };
        Model model = Running.Open(path);
        float[] expected = Running.Run(model, feeds, output);
        Running.Optimize(model);
        float[] actual = Running.Run(model, feeds, output);
        TestContext.Current.SendDiagnosticMessage("{0} {1} drift {2}", file, Running.Summary(model), Running.Drift(expected, actual));
        Assert.True(Running.Drift(expected, actual) < 1e-5);
        Assert.Equal(0, Running.Count(model, "Rsqrt") + Running.Count(model, "Mul") + Running.Count(model, "Sub") + Running.Count(model, "Add") + Running.Count(model, "Identity"));
        Assert.Empty(Running.Optimize(model));
    }

    [Fact]
    public void Optimize_RetrainedFlowers_MergesTheHead()
    {
        Model model = Running.Open(SharedFiles.InShared("models", "poets-flowers", "retrained_graph.pb"));
        Running.Optimize(model);
        Assert.Equal(208_880, model.Graph.Nodes.Where(n => n.Operator is "Conv2D" or "DepthwiseConv2dNative" or "MatMul").Sum(n => n.Inputs[1]!.Constant!.Count));
        Assert.Equal(1, Running.Count(model, "MatMul"));
    }

    [Fact]
    public void Optimize_FacenetFrozen_KeepsNoBranchAndNoBatchNorm()
    {
        Model model = Running.Open(SharedFiles.InShared("models", "scale", "facenet_like.pb.gz"));
        string npz = SharedFiles.InShared("models", "scale", "facenet_like.npz");
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        IReadOnlyList<Change> changes = Running.Optimize(model, new OptimizeOptions { Inputs = ["input:0"], Outputs = ["embeddings:0"], Freeze = new Dictionary<string, string> { ["phase_train"] = "false" } });
        double seconds = watch.Elapsed.TotalSeconds;
        TestContext.Current.SendDiagnosticMessage("facenet {0} in {1} s\n{2}", Running.Summary(model), seconds, string.Join("\n", changes));
        float[] actual = Running.Run(model, new Dictionary<string, TensorData> { ["input:0"] = Running.Npz(npz, "input:0") }, "embeddings:0");
        double drift = Running.Drift(Running.Npz(npz, "embeddings:0").ToFloats(), actual);
        Assert.True(drift < 1e-5, $"drift {drift}");
        Assert.DoesNotContain(model.Graph.Nodes, n => n.Operator is "Switch" or "Merge" or "Sub");
        Assert.True(seconds < 5, $"{seconds} s");
        Assert.Empty(Running.Optimize(model));
    }

    public static TheoryData<string> Files() => [.. new[] { "poets/retrained_graph_6class.pb", "poets-flowers/retrained_graph.pb", "poets/mobilenet_v1_0.25_128_frozen.pb", "poets/mobilenet_v1_0.25_128_quantized.pb", "keras/lenet5.pb" }];

    [Fact]
    public void Optimize_Petals_WrittenAndReadAgain_ChangesNothing() => WriteAndOptimizeAgain(SharedFiles.Sample("petals", "petals.pb"));

    [Theory]
    [MemberData(nameof(Files))]
    public void Optimize_WrittenAndReadAgain_ChangesNothing(string file)
    {
        string path = SharedFiles.InShared(["models", .. file.Split('/')]);
        Assert.SkipUnless(File.Exists(path), $"{file} is not there");
        WriteAndOptimizeAgain(path);
    }

    private static void WriteAndOptimizeAgain(string path)
    {
        Model model = Running.Open(path);
        Running.Optimize(model);
        Assert.DoesNotContain(model.Graph.Nodes, n => n.Operator is "Rsqrt" or "FusedBatchNorm" or "FusedBatchNormV2" or "FusedBatchNormV3" or "Identity");
        GraphDefFormat format = new();
        using MemoryStream first = new();
        format.Write(model, new StreamTarget(first, ".pb"));
        string temporary = Path.Combine(Path.GetTempPath(), $"pare-{Guid.NewGuid():N}.pb");
        try
        {
            File.WriteAllBytes(temporary, first.ToArray());
            Model again = Running.Open(temporary);
            Assert.Empty(Running.Optimize(again));
            using MemoryStream second = new();
            format.Write(again, new StreamTarget(second, ".pb"));
            Assert.Equal(first.ToArray(), second.ToArray());
            Assert.True(first.Length < new FileInfo(path).Length * 1.001);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
