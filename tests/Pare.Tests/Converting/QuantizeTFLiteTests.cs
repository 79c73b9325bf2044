using Pare.Formats;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Converting;

/// <summary>Schemes without calibration, from Keras files, run in LiteRT: no larger than the smaller of TFLiteConverter's and ai-edge-quantizer's files, and answers as near.</summary>
public class QuantizeTFLiteTests
{
    [Theory]
    [InlineData("lenet300", "float16", 536344)]
    [InlineData("lenet300", "dynamic", 275136)]
    [InlineData("lenet300", "weights-int8", 275456)]
    [InlineData("lenet5", "float16", 866576)]
    [InlineData("lenet5", "dynamic", 443152)]
    [InlineData("lenet5", "weights-int8", 443584)]
    [InlineData("fashion_cnn", "float16", 44716)]
    [InlineData("fashion_cnn", "dynamic", 23920)]
    [InlineData("fashion_cnn", "weights-int8", 24168)]
    [InlineData("fashion_res", "float16", 118732)]
    [InlineData("fashion_res", "dynamic", 76136)]
    [InlineData("fashion_res", "weights-int8", 77704)]
    public void Quantize_KerasModel_NoLargerAndAsGoodInLiteRt(string name, string scheme, int most)
    {
        Model source = ModelFile.Open(SharedFiles.InShared("models", "keras", name + ".h5")).Model;
        byte[] plain = TFLiteBytes.Of(new ConvertStep { To = "tflite" }.Apply(source.Clone(), Context).Model);
        byte[] small = TFLiteBytes.Of(new QuantizeStep { Scheme = scheme }.Apply(source, Context).Model);
        Assert.True(small.Length <= most, $"{small.Length} bytes, the peer gives {most}");
        using LiteRtModel before = LiteRtModel.Load(plain);
        using LiteRtModel after = LiteRtModel.Load(small);
        Random random = new(3);
        for (int i = 0; i < 4; i++)
        {
            TensorShape shape = before.Inputs[0].Shape;
            TensorData input = DenseTensorData.Create([.. Enumerable.Range(0, (int)shape.Count).Select(_ => (float)random.NextDouble())], shape);
            float[] a = Assert.Single(before.Run(input)).ToFloats();
            float[] b = Assert.Single(after.Run(input)).ToFloats();
            double noise = a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum();
            double signal = a.Sum(x => Math.Pow(x, 2));
            Assert.InRange(noise, 0, signal * (scheme == "float16" ? 1e-5 : 1e-2));
        }
    }

    [Fact]
    public void Quantize_ExcludedConstant_StaysFloat()
    {
        Model source = ModelFile.Open(SharedFiles.Sample("petals", "petals.tflite")).Model;
        Model quantized = new QuantizeStep { Scheme = "dynamic", Exclude = ["*"] }.Apply(source, Context).Model;
        Assert.DoesNotContain(quantized.Graph.Initializers, v => v.Type == DataType.Int8);
    }

    private static PassContext Context => new() { Runner = new OnnxRuntimeRunner(), Threads = 1 };
}
