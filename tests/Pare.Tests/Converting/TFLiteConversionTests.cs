using System.IO.Compression;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Converting;

/// <summary>
/// Real models carried over into <c>.tflite</c>: LiteRT accepts each, gives within 1e-5 what the source was recorded or run to give, and the file is no larger than TFLiteConverter's, where its
/// size is known.
/// </summary>
public class TFLiteConversionTests
{
    private const double Tolerance = 1e-5;

    /// <summary>Models with the bytes that TFLiteConverter made of them (0 where nobody measured).</summary>
    public static TheoryData<string, int> Models { get; } = new()
    {
        { "models/keras/lenet300.h5", 1068736 },
        { "models/keras/lenet300.keras", 1068736 },
        { "models/keras/lenet300.pb", 1068736 },
        { "models/keras/lenet300.onnx", 1068736 },
        { "models/keras/lenet5.h5", 1727600 },
        { "models/keras/lenet5.keras", 1727600 },
        { "models/keras/lenet5.pb", 1727600 },
        { "models/keras/lenet5.onnx", 1727600 },
        { "models/keras/fashion_cnn.h5", 84856 },
        { "models/keras/fashion_cnn.keras", 84856 },
        { "models/keras/fashion_cnn.pb", 84856 },
        { "models/keras/fashion_cnn.onnx", 84856 },
        { "models/keras/fashion_res.h5", 221632 },
        { "models/keras/fashion_res.keras", 221632 },
        { "models/keras/fashion_res.pb", 221632 },
        { "models/keras/fashion_res.onnx", 221632 },
        { "models/keras/zoo2d.h5", 0 },
        { "models/keras/zoo2d.keras", 0 },
        { "models/mlperf-tiny/pretrainedResnet.h5", 318292 },
        { "models/mlperf-tiny/vww_96.h5", 864724 },
        { "models/mlperf-tiny/ad01.h5", 1069756 },
        { "models/mlperf-tiny/str_ww_ref_model.h5", 0 },
        { "models/poets-flowers/retrained_graph.pb", 0 },
        { "models/poets-flowers/optimized_graph.pb", 0 },
        { "models/poets-flowers/rounded_graph.pb", 0 },
        { "models/poets-flowers/rounded_optimized_graph.pb", 0 },
        { "models/poets-flowers/weights_optimized_graph.pb", 0 },
        { "models/poets/mobilenet_v1_0.25_128_frozen.pb", 0 },
        { "models/wild/basic_pitch_frozen.pb", 0 },
        { "models/wild/basic_pitch_saved_model", 0 },
        { "models/wild/ch_PP-OCRv4_rec_infer.onnx", 0 },
        { "models/wild/ch_ppocr_mobile_v2.0_cls_infer.onnx", 0 },
        { "models/wild/magika_v3_3.onnx", 0 },
        { "models/wild/swift_f0.onnx", 0 },
        { "models/wild/name_romanizer_encoder.onnx", 0 },
        { "models/wild/fer_emotion.hdf5", 0 },
        { "models/wild/mtcnn_onet.keras", 0 },
        { "samples/petals/petals.h5", 425176 },
        { "samples/petals/petals.keras", 425176 },
        { "samples/petals/petals.onnx", 425176 },
        { "samples/petals/petals.pb", 425176 },
        { "samples/chars/chars.onnx", 0 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Convert_Model_LiteRtAgreesWithSource(string path, int converter)
    {
        string file = path.StartsWith("samples", StringComparison.Ordinal) ? Path.Combine(SharedFiles.Repository, path) : SharedFiles.InShared(path.Split('/'));
        Model source = ModelFile.Open(file).Model;
        Fix(path, source);
        Model converted = ConvertedModel(source.Clone());
        byte[] bytes = TFLiteBytes.Of(converted);
        TestContext.Current.TestOutputHelper?.WriteLine($"{path}: {bytes.Length} bytes, {converted.Graph.Nodes.Count} nodes, {string.Join(", ", converted.Graph.Outputs)}");
        using LiteRtModel lite = LiteRtModel.Load(bytes);
        Dictionary<string, TensorData> inputs = [];
        foreach (LiteRtTensor i in lite.Inputs)
        {
            inputs[i.Name] = RandomInput(i);
        }

        using IModelSession session = new OnnxRuntimeRunner().Load(source);
        IReadOnlyList<TensorData> expected = session.Run([.. session.Inputs.Select(i => inputs.Count == 1 ? inputs.Values.First() : inputs[i.Name])]);
        IReadOnlyDictionary<string, TensorData> actual = lite.Run(inputs);
        for (int i = 0; i < expected.Count; i++)
        {
            AssertClose(expected[i].ToFloats(), actual[converted.Graph.Outputs[i].Name].ToFloats(), session.Outputs[i].Name, path.Contains("basic_pitch", StringComparison.Ordinal) ? 1e-4 : Tolerance);
        }

        Assert.True(converter == 0 || bytes.Length <= converter, $"{bytes.Length} bytes, TFLiteConverter gives {converter}");
    }

    [Theory]
    [InlineData("lenet300", ".h5", "mnist")]
    [InlineData("lenet5", ".keras", "mnist")]
    [InlineData("fashion_cnn", ".pb", "fashion-mnist")]
    [InlineData("fashion_res", ".onnx", "fashion-mnist")]
    public void Convert_KerasModel_LiteRtAgreesWithRecord(string name, string suffix, string data)
    {
        using GZipStream images = new(File.OpenRead(SharedFiles.InShared("data", data, "t10k-images-idx3-ubyte.gz")), CompressionMode.Decompress);
        byte[] pixels = new byte[16 + (32 * 784)];
        images.ReadExactly(pixels);
        TensorData input = DenseTensorData.Create([.. pixels.Skip(16).Select(p => p / 255f)], new TensorShape(32, 28, 28));
        using LiteRtModel lite = LiteRtModel.Load(Converted(ModelFile.Open(SharedFiles.InShared("models", "keras", name + suffix)).Model));
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "keras", name + ".npz"));
        TensorData actual = Assert.Single(lite.Run(new Dictionary<string, TensorData> { [lite.Inputs[0].Name] = input })).Value;
        AssertClose(golden.Read("keras").ToFloats(), actual.ToFloats(), name);
    }

    [Theory]
    [InlineData("zoo2d.h5")]
    [InlineData("zoo2d.keras")]
    [InlineData("zooseq.h5")]
    [InlineData("zooseq.keras")]
    public void Convert_KerasZoo_LiteRtAgreesWithRecord(string name)
    {
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "keras", name + ".npz"));
        Model converted = ConvertedModel(ModelFile.Open(SharedFiles.InShared("models", "keras", name)).Model);
        using LiteRtModel lite = LiteRtModel.Load(TFLiteBytes.Of(converted));
        IReadOnlyDictionary<string, TensorData> actual = lite.Run(new Dictionary<string, TensorData> { [lite.Inputs[0].Name] = golden.Read("input") });
        for (int i = 0; i < converted.Graph.Outputs.Count; i++)
        {
            AssertClose(golden.Read($"output_{i}").ToFloats(), actual[converted.Graph.Outputs[i].Name].ToFloats(), $"output {i}");
        }
    }

    // What the file leaves open and the runtime under test would take for 1.
    private static void Fix(string path, Model model)
    {
        long[]? shape = Path.GetFileName(path) switch
        {
            "ch_PP-OCRv4_rec_infer.onnx" => [1, 3, 48, 320],
            "ch_ppocr_mobile_v2.0_cls_infer.onnx" => [1, 3, 48, 192],
            "swift_f0.onnx" => [1, 16000],
            "name_romanizer_encoder.onnx" => [1, 12],
            _ => null,
        };
        if (shape is not null)
        {
            foreach (Value v in model.Graph.Inputs.Where(v => v.Shape?.Rank == shape.Length))
            {
                v.Shape = new SymbolicShape(new TensorShape(shape));
            }
        }
    }

    private static Model ConvertedModel(Model model) => new ConvertStep { To = "tflite" }.Apply(model, new PassContext { Runner = new OnnxRuntimeRunner() }).Model;

    private static byte[] Converted(Model model) => TFLiteBytes.Of(ConvertedModel(model));

    private static DenseTensorData RandomInput(LiteRtTensor input)
    {
        Random random = new(7);
        return input.Type switch
        {
            DataType.Float32 when input.Shape.Rank == 0 => DenseTensorData.Create(input.Name == "fmin" ? [50f] : [1000f], input.Shape),
            DataType.Float32 => DenseTensorData.Create([.. Enumerable.Range(0, (int)input.Shape.Count).Select(_ => (float)random.NextDouble())], input.Shape),
            DataType.Int32 => DenseTensorData.Create(((int[])[.. Enumerable.Range(0, (int)input.Shape.Count).Select(_ => random.Next(0, 20))]).AsSpan(), input.Shape),
            DataType.Int64 => DenseTensorData.Create(((long[])[.. Enumerable.Range(0, (int)input.Shape.Count).Select(_ => (long)random.Next(0, 20))]).AsSpan(), input.Shape),
            DataType.Boolean => new DenseTensorData(DataType.Boolean, input.Shape, new byte[input.Shape.Count]),
            _ => throw new NotSupportedException($"no random {input.Type}"),
        };
    }

    private static void AssertClose(float[] expected, float[] actual, string name, double tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(v => Math.Abs((double)v));
        double difference = expected.Zip(actual, (a, b) => a.Equals(b) ? 0 : Math.Abs((double)a - b)).Max();
        Assert.True(difference <= tolerance * Math.Max(1, largest), $"{name}: {difference:G3} apart, the largest is {largest:G4}");
    }
}
