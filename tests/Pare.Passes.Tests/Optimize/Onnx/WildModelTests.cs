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

    /// <summary>Files and the most nodes they may keep, those of inner graphs included and constants not.</summary>
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

    /// <summary>Models with shapes (and integers) that the recordings do not have: other batches, sizes, branches.</summary>
    public static TheoryData<string, string> OtherInputs() => new()
    {
        { "models/wild/ch_PP-OCRv4_rec_infer.onnx", "2x3x48x200" },
        { "models/wild/ch_ppocr_mobile_v2.0_cls_infer.onnx", "3x3x48x120" },
        { "models/wild/magika_v3_3.onnx", "3x2048" },
        { "models/wild/name_romanizer_encoder.onnx", "3x5 3x5" },
        { "models/wild/silero_vad.onnx", "2x288 2x2x128 =8000" },
        { "models/wild/silero_vad.onnx", "1x576 2x1x128 =16000" },
        { "models/wild/swift_f0.onnx", "1x5000 =60 =900" },
        { "models/keras/fashion_res.onnx", "" },
        { "models/keras/lenet5.onnx", "" },
        { "samples/petals/petals.onnx", "" },
        { "samples/chars/chars.onnx", "" },
    };

    [Theory]
    [MemberData(nameof(OtherInputs))]
    public void Optimize_OtherInputs_SameOutputsAsBefore(string file, string shapes)
    {
        string path = file.StartsWith("samples/", StringComparison.Ordinal) ? Path.Combine(SharedFiles.Repository, file) : SharedFiles.InShared(file);
        OnnxRuntimeRunner runner = new();
        Model model = Read(File.ReadAllBytes(path));
        Model optimized = model.Clone();
        OptimizePipeline.Create(optimized, new OptimizeOptions()).Run(optimized, new PassContext { Runner = runner });
        using IModelSession before = runner.Load(model);
        using IModelSession after = runner.Load(optimized);
        string[] given = shapes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        TensorData[] feeds = [.. before.Inputs.Select((v, i) => Feed(v, i < given.Length ? given[i] : null, i))];
        foreach ((TensorData a, TensorData b) in before.Run(feeds).Zip(after.Run(feeds)))
        {
            Assert.Equal(a.Shape, b.Shape);
            float[] expected = a.ToFloats();
            float[] found = b.ToFloats();
            double largest = Math.Max(1, expected.Max(v => Math.Abs((double)v)));
            Assert.All(expected.Zip(found), p => Assert.True(p.First.Equals(p.Second) || Math.Abs(p.First - (double)p.Second) <= Tolerance * largest, $"{p.Second} against {p.First}"));
        }
    }

    private static DenseTensorData Feed(ValueDescription value, string? given, int seed)
    {
        Random random = new(seed);
        if (given is ['=', .. var number])
        {
            float f = float.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
            return value.Type == DataType.Int64 ? DenseTensorData.Create([(long)f], TensorShape.Scalar) : DenseTensorData.Create([f], TensorShape.Scalar);
        }

        TensorShape shape = given is null
            ? new TensorShape([.. value.Shape!.Dimensions.Select(d => d.Value ?? 1)])
            : new TensorShape([.. given.Split('x').Select(d => long.Parse(d, System.Globalization.CultureInfo.InvariantCulture))]);
        int count = (int)shape.Count;
        return value.Type switch
        {
            DataType.Int64 => DenseTensorData.Create([.. Enumerable.Range(0, count).Select(_ => (long)random.Next(20))], shape),
            DataType.Int32 => DenseTensorData.Create([.. Enumerable.Range(0, count).Select(_ => random.Next(20))], shape),
            DataType.Boolean => new DenseTensorData(DataType.Boolean, shape, Enumerable.Range(0, count).Select(_ => (byte)random.Next(2)).ToArray()),
            _ => DenseTensorData.Create([.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))], shape),
        };
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
