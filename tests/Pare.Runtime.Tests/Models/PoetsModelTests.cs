using System.Text.Json;
using Pare.Evaluation;
using Pare.Passes.Conversion;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.Models;

/// <summary>The tutorial's graphs, against what TensorFlow gave.</summary>
public class PoetsModelTests
{
    [Fact]
    public void Run_DequantizedMobileNet_AgreesWithTensorFlow()
    {
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "poets", "mobilenet_quantized.npz"));
        foreach ((string kind, string file) in new[] { ("quantized", "mobilenet_v1_0.25_128_quantized.pb"), ("float", "mobilenet_v1_0.25_128_frozen.pb") })
        {
            string[] fetches = ["MobilenetV1/Predictions/Reshape_1:0", "MobilenetV1/Predictions/Reshape:0"];
            using IModelSession session = new OnnxRuntimeRunner().Load(ModelFile.Read(SharedFiles.InShared("models", "poets", file)), new SessionOptions { Fetches = fetches });
            for (int photo = 0; photo < 5; photo++)
            {
                IReadOnlyList<TensorData> results = session.Run([golden.Read($"photo{photo}/input:0")]);
                Assert.True(ModelFile.MaxDifference(golden.Read($"photo{photo}/{kind}/{fetches[0]}"), results[0]) < 1e-4);
                Assert.True(ModelFile.MaxDifference(golden.Read($"photo{photo}/{kind}/{fetches[1]}"), results[1]) < 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("retrained", "models/poets-flowers/retrained_graph.pb")]
    [InlineData("optimized", "models/poets-flowers/optimized_graph.pb")]
    [InlineData("rounded", "models/poets-flowers/rounded_graph.pb")]
    [InlineData("rounded_optimized", "models/poets-flowers/rounded_optimized_graph.pb")]
    [InlineData("weights_optimized", "models/poets-flowers/weights_optimized_graph.pb")]
    [InlineData("optimized_tf2", "golden/poets/optimized_graph_tf2.pb")]
    public void Run_RecordedInputs_GiveTheRecordedScores(string graph, string file)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.InShared("golden", "poets", $"label_{graph}.json")));
        string[] labels = [.. File.ReadAllLines(SharedFiles.InShared("models", "poets-flowers", "retrained_labels.txt")).Where(l => l.Length > 0)];
        using IModelSession session = new OnnxRuntimeRunner().Load(
            ModelFile.Read(SharedFiles.InShared(file.Split('/'))),
            new SessionOptions { Feeds = ["input"], Fetches = ["final_result", "final_training_ops/Wx_plus_b/add"] });
        int compared = 0;
        foreach (JsonElement photo in golden.RootElement.GetProperty("photos").EnumerateArray())
        {
            string path = SharedFiles.InShared("golden", "poets", "preprocessed", photo.GetProperty("file").GetString()!.Replace('/', '_').Replace(".jpg", ".npy", StringComparison.Ordinal));
            if (!File.Exists(path))
            {
                continue;
            }

            compared++;
            IReadOnlyList<TensorData> results = session.Run([ModelFile.Array(path)]);
            float[] scores = results[0].ToFloats();
            float[] logits = results[1].ToFloats();
            for (int i = 0; i < labels.Length; i++)
            {
                Assert.InRange(Math.Abs(scores[i] - photo.GetProperty("scores").GetProperty(labels[i]).GetDouble()), 0, 5e-5);
                Assert.InRange(Math.Abs(logits[i] - photo.GetProperty("logits")[i].GetDouble()), 0, 1e-4);
            }
        }

        Assert.Equal(10, compared);
    }

    [Theory]
    [InlineData("models/poets/mobilenet_v1_0.25_128_frozen.pb")]
    [InlineData("models/poets/mobilenet_v1_0.25_128_quantized.pb")]
    [InlineData("models/poets-flowers/retrained_graph.pb")]
    [InlineData("golden/poets/optimized_graph_tf2.pb")]
    public void Convert_MobileNet_KeepsAtMostTwoTransposes(string file)
    {
        Model converted = TensorFlowToOnnx.Convert(ModelFile.Read(SharedFiles.InShared(file.Split('/'))));
        GraphVerifier.Verify(converted);
        Assert.InRange(converted.Graph.Nodes.Count(n => n.Operator == "Transpose"), 0, 2);
    }

    [Fact]
    public void Run_EightBitGraph_Runs()
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(
            ModelFile.Read(SharedFiles.InShared("models", "poets-flowers", "eightbit_optimized_graph.pb")),
            new SessionOptions { QuickStart = true });
        string[] labels = [.. File.ReadAllLines(SharedFiles.InShared("models", "poets-flowers", "retrained_labels.txt")).Where(l => l.Length > 0)];
        int right = 0;
        foreach (string path in SharedFiles.Find("golden/poets/preprocessed", "*.npy"))
        {
            float[] scores = session.Run([ModelFile.Array(path)])[0].ToFloats();
            right += Path.GetFileName(path).StartsWith(labels[Array.IndexOf(scores, scores.Max())], StringComparison.Ordinal) ? 1 : 0;
        }

        // Its ranges are taken at run time and its errors amplify: only that it classifies is comparable.
        Assert.InRange(right, 6, 10);
    }
}
