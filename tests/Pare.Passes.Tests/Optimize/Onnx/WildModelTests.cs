using Pare.Evaluation;
using Pare.Formats;
using Pare.Formats.Onnx;
using Pare.Runtime;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Optimize.Onnx.Tests;

/// <summary>Trained models that others made, optimised and run: fewer nodes, no larger file, the recorded outputs.</summary>
public sealed class WildModelTests
{
    private const double Tolerance = 1e-5;

    /// <summary>Files, the most nodes they may keep, how many inputs follow the samples, and which output feeds which input back.</summary>
    public static TheoryData<string, int> Models() => new()
    {
        { "ch_PP-OCRv4_rec_infer.onnx", 240 },
        { "ch_ppocr_mobile_v2.0_cls_infer.onnx", 150 },
        { "magika_v3_3.onnx", 80 },
        { "name_romanizer_encoder.onnx", 22 },
        { "silero_vad.onnx", 160 },
        { "swift_f0.onnx", 260 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Optimize_RealModel_FewerNodesSameOutputsNoLarger(string file, int mostNodes)
    {
        string path = SharedFiles.InShared("models", "wild", file);
        byte[] before = File.ReadAllBytes(path);
        OnnxRuntimeRunner runner = new();
        Model model = Read(before);
        string[] inputs = [.. model.Graph.Inputs.Select(v => v.ToString())];
        string[] outputs = [.. model.Graph.Outputs.Select(v => v.ToString())];
        OptimizePipeline.Create(model, new OptimizeOptions()).Run(model, new PassContext { Runner = runner });

        Assert.Equal(inputs, model.Graph.Inputs.Select(v => v.ToString()));
        Assert.Equal(outputs, model.Graph.Outputs.Select(v => v.ToString()));
        int nodes = model.Graph.SelfAndSubgraphs().Sum(g => g.Nodes.Count(n => n.Operator != "Constant"));
        Assert.True(nodes <= mostNodes, $"{nodes} nodes");
        byte[] after = Write(model);
        Assert.True(after.Length <= before.Length, $"{after.Length} bytes after {before.Length}");

        Model again = Read(after);
        Assert.Empty(OptimizePipeline.Create(again, new OptimizeOptions()).Run(again, new PassContext { Runner = runner }));
        Assert.Equal(after, Write(again));
        Compare(path, runner, Read(after));
    }

    private static void Compare(string path, OnnxRuntimeRunner runner, Model model)
    {
        using NpzFile golden = NpzFile.Open(path + ".golden.npz");
        using IModelSession session = runner.Load(model);
        TensorData[] inputs = [.. session.Inputs.Select((_, i) => golden.Read($"in_{i}"))];
        TensorData[] outputs = [.. session.Outputs.Select((_, i) => golden.Read($"out_{i}"))];
        bool hasState = inputs.Length > 1 && inputs[1].Shape[0] == 1 && inputs[0].Shape[0] > 1 && session.Inputs[1].Name == "state";
        TensorData? state = null;
        for (int s = 0; s < Math.Min(8, inputs[0].Shape[0]); s++)
        {
            TensorData[] feeds = [.. inputs.Select(t => Sample(t, Math.Min(s, (int)t.Shape[0] - 1)))];
            feeds[hasState ? 1 : 0] = hasState ? state ?? feeds[1] : feeds[0];
            IReadOnlyList<TensorData> results = session.Run(feeds);
            state = hasState ? results[1] : null;
            for (int o = 0; o < outputs.Length; o++)
            {
                if (s >= outputs[o].Shape[0])
                {
                    continue;
                }

                float[] expected = Sample(outputs[o], s).ToFloats();
                float[] found = results[o].ToFloats();
                Assert.Equal(expected.Length, found.Length);
                double largest = Math.Max(1, expected.Max(v => Math.Abs((double)v)));
                for (int i = 0; i < found.Length; i++)
                {
                    Assert.True(Math.Abs(expected[i] - (double)found[i]) <= Tolerance * largest, $"sample {s}, output {o}, element {i}: {found[i]} against {expected[i]}");
                }
            }
        }
    }

    private static DenseTensorData Sample(TensorData all, int index)
    {
        TensorShape shape = new(all.Shape.ToArray().AsSpan(1));
        byte[] bytes = new byte[all.Type.ByteLength(shape.Count)];
        all.ReadBytes((long)bytes.Length * index, bytes);
        return new DenseTensorData(all.Type, shape, bytes);
    }

    private static Model Read(byte[] bytes) => new OnnxFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(bytes) });

    private static byte[] Write(Model model)
    {
        using MemoryStream stream = new();
        new OnnxFormat().Write(model, new StreamTarget(stream, ".onnx"));
        return stream.ToArray();
    }
}
