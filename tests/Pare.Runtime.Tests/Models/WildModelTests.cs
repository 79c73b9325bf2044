using System.IO.Compression;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.Models;

/// <summary>Trained models from elsewhere, TensorFlow and ONNX, against recorded outputs.</summary>
public class WildModelTests
{
    [Fact]
    public void Run_FaceNet_GivesTheRecordedEmbedding()
    {
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("models", "scale", "facenet_like.npz"));
        using MemoryStream bytes = new();
        using (GZipStream packed = new(File.OpenRead(SharedFiles.InShared("models", "scale", "facenet_like.pb.gz")), CompressionMode.Decompress))
        {
            packed.CopyTo(bytes);
        }

        Model model = ModelFile.Read(ByteSource.FromMemory(bytes.ToArray()), "facenet_like.pb");
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Feeds = ["input:0", "phase_train:0"], Fetches = ["embeddings:0"] });
        TensorData phase = new DenseTensorData(DataType.Boolean, TensorShape.Scalar, new byte[] { 0 });
        TensorData result = session.Run([golden.Read("input:0"), phase])[0];
        Assert.InRange(ModelFile.MaxDifference(golden.Read("embeddings:0"), result), 0, 1e-5);
    }

    [Fact]
    public void Run_BasicPitch_GivesTheRecordedNotes()
    {
        string file = SharedFiles.InShared("models", "wild", "basic_pitch_frozen.pb");
        using NpzFile golden = NpzFile.Open(file + ".golden.npz");
        using IModelSession session = new OnnxRuntimeRunner().Load(ModelFile.Read(file));
        IReadOnlyList<TensorData> results = session.Run([golden.Read("in_0")]);
        for (int i = 0; i < 3; i++)
        {
            // Its logarithms of near-silence magnify rounding: two correct runtimes are 75 dB apart.
            Assert.InRange(ModelFile.MaxDifference(golden.Read($"out_{i}"), results[i]), 0, 1e-3);
        }
    }

    [Fact]
    public void Run_BasicPitchSavedModel_GivesTheRecordedNotes()
    {
        string folder = SharedFiles.InShared("models", "wild", "basic_pitch_saved_model");
        using NpzFile golden = NpzFile.Open(folder + ".golden.npz");
        using IModelSession session = new OnnxRuntimeRunner().Load(Formats.ModelFile.Open(folder).Model, new SessionOptions { Feeds = ["input_2"], Fetches = ["onset", "contour", "note"] });
        IReadOnlyList<TensorData> results = session.Run([golden.Read("in_0")]);
        for (int i = 0; i < 3; i++)
        {
            Assert.InRange(ModelFile.MaxDifference(golden.Read($"out_{i}"), results[i]), 0, 1e-3);
        }
    }

    [Theory]
    [InlineData("lenet300")]
    [InlineData("lenet5")]
    [InlineData("fashion_cnn")]
    [InlineData("fashion_res")]
    public void Run_KerasExports_AgreeWithKeras(string name)
    {
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "keras", name + ".npz"));
        string data = name.StartsWith("lenet", StringComparison.Ordinal) ? "mnist" : "fashion-mnist";
        string images = SharedFiles.Find($"data/{data}", "t10k-images*")[0];
        foreach (string suffix in new[] { ".pb", ".onnx" })
        {
            using IModelSession session = new OnnxRuntimeRunner().Load(ModelFile.Read(SharedFiles.InShared("models", "keras", name + suffix)));
            int rank = session.Inputs[0].Shape!.Rank;
            float[] pixels = [.. Idx(images, 32).Select(p => p / 255f)];
            TensorData input = DenseTensorData.Create(pixels, rank == 4 ? new TensorShape(32, 28, 28, 1) : new TensorShape(32, 28, 28));
            Assert.InRange(ModelFile.MaxDifference(golden.Read("keras"), session.Run([input])[0]), 0, 5e-5);
        }
    }

    [Theory]
    [InlineData("ch_PP-OCRv4_rec_infer.onnx")]
    [InlineData("ch_ppocr_mobile_v2.0_cls_infer.onnx")]
    [InlineData("magika_v3_3.onnx")]
    [InlineData("swift_f0.onnx")]
    [InlineData("name_romanizer_encoder.onnx")]
    public void Run_OnnxModel_GivesTheRecordedOutputs(string name)
    {
        string file = SharedFiles.InShared("models", "wild", name);
        using NpzFile golden = NpzFile.Open(file + ".golden.npz");
        using IModelSession session = new OnnxRuntimeRunner().Load(ModelFile.Read(file));
        TensorData[] inputs = [.. session.Inputs.Select((_, i) => First(golden.Read($"in_{i}")))];
        IReadOnlyList<TensorData> results = session.Run(inputs);
        for (int i = 0; i < results.Count; i++)
        {
            float scale = golden.Read($"out_{i}").ToFloats().Max(Math.Abs);
            Assert.InRange(ModelFile.MaxDifference(First(golden.Read($"out_{i}")), results[i]), 0, 1e-4 * Math.Max(1, scale));
        }
    }

    private static TensorData First(TensorData samples)
    {
        long[] shape = samples.Shape.ToArray()[1..];
        byte[] bytes = new byte[samples.ByteLength / samples.Shape[0]];
        samples.ReadBytes(0, bytes);
        return new DenseTensorData(samples.Type, new TensorShape(shape), bytes);
    }

    private static byte[] Idx(string path, int count)
    {
        using Stream file = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
        byte[] bytes = new byte[16 + (count * 784)];
        file.ReadExactly(bytes);
        return bytes[16..];
    }
}
