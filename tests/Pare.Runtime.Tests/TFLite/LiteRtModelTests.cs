using Pare.Evaluation;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>The oracle itself: what the runtime under Node gives on files whose outputs were recorded elsewhere.</summary>
public class LiteRtModelTests
{
    [Theory]
    [InlineData(LiteRtEngine.LiteRt, "conv2d_same_s2_even_f32")]
    [InlineData(LiteRtEngine.LiteRt, "conv2d_same_s2_even_i8")]
    [InlineData(LiteRtEngine.TFLite, "conv2d_same_s2_even_f32")]
    public void Run_RecordedModel_AgreesWithRecord(LiteRtEngine engine, string name)
    {
        using LiteRtModel model = LiteRtModel.Load(File.ReadAllBytes(SharedFiles.InShared("golden", "tflite-ops", name + ".tflite")), engine);
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "tflite-ops", name + ".npz"));
        TensorData input = golden.Read("in_0");
        TensorData expected = golden.Read("out_0");
        Assert.Equal(input.Type, Assert.Single(model.Inputs).Type);
        TensorData actual = Assert.Single(model.Run([input]));
        Assert.Equal(expected.Shape, actual.Shape);
        float[] want = expected.ToFloats();
        float step = expected.Type == DataType.Float32 ? 1e-5f : 1;
        Assert.All(actual.ToFloats(), (v, i) => Assert.Equal(want[i], v, step));
    }

    [Fact]
    public void Run_Batch_RunsRowByRow()
    {
        using LiteRtModel model = LiteRtModel.Load(File.ReadAllBytes(SharedFiles.Sample("petals", "petals.tflite")));
        LiteRtTensor input = Assert.Single(model.Inputs);
        long row = input.Shape.Count;
        float[] values = [.. Enumerable.Range(0, (int)row * 2).Select(i => i % 255 / 255f)];
        TensorData batch = DenseTensorData.Create(values, new TensorShape(2, input.Shape[1], input.Shape[2], input.Shape[3]));
        TensorData result = Assert.Single(model.Run(new Dictionary<string, TensorData> { [input.Name] = batch })).Value;
        Assert.Equal(2, result.Shape[0]);
        Assert.NotEqual(result.ToFloats()[..5], result.ToFloats()[5..]);
        Assert.Equal(1, result.ToFloats()[..5].Sum(), 1e-5f);
    }

    [Fact]
    public void Load_DamagedModel_TellsTheRuntimesReason()
    {
        byte[] bytes = File.ReadAllBytes(SharedFiles.Sample("petals", "petals.tflite"));
        Assert.ThrowsAny<LiteRtException>(() => LiteRtModel.Load("no model at all"u8.ToArray()));
        Assert.ThrowsAny<LiteRtException>(() => LiteRtModel.Load(bytes.AsMemory(0, bytes.Length / 2)));
    }
}
