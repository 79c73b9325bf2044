using Pare.Formats;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Quantizing;

/// <summary>Integer inference in Pare against LiteRT: at least 99.9% of the output bytes equal and none more than one step off.</summary>
public class IntegerInferenceTests
{
    [Theory]
    [InlineData("mlperf-tiny/pretrainedResnet_quant.tflite", 40)]
    [InlineData("mlperf-tiny/vww_96_int8.tflite", 10)]
    [InlineData("mlperf-tiny/kws_ref_model.tflite", 40)]
    [InlineData("keras/fashion_res_int8.tflite", 40)]
    public void Run_RecordedIntegerModel_GivesLiteRtsBytes(string file, int samples) =>
        Compare(ModelFile.Open(SharedFiles.InShared(["models", .. file.Split('/')])).Model, samples);

    [Fact]
    public void Run_PetalsInIntegers_GivesLiteRtsBytes()
    {
        Model petals = ModelFile.Open(SharedFiles.Sample("petals", "petals.h5")).Model;
        QuantizeStep step = new()
        {
            Scheme = "int8",
            Io = "int8",
            Calibration = new CalibrationSource { Data = SharedFiles.Sample("petals", "calibration"), DataOptions = new Pare.Evaluation.DatasetOptions { Limit = 20, Shuffle = true } },
        };
        Compare(step.Apply(petals, new PassContext { Runner = new OnnxRuntimeRunner(), Threads = 1 }).Model, 20);
    }

    // Noise over the whole range reaches what pictures do not.
    private static void Compare(Model model, int samples)
    {
        using LiteRtModel other = LiteRtModel.Load(TFLiteBytes.Of(model));
        using IModelSession own = new OnnxRuntimeRunner().Load(model);
        Random random = new(11);
        int different = 0;
        int bytes = 0;
        for (int s = 0; s < samples; s++)
        {
            TensorShape shape = other.Inputs[0].Shape;
            byte[] noise = new byte[shape.Count];
            random.NextBytes(noise);
            DenseTensorData input = new(other.Inputs[0].Type, shape, noise);
            long[] expected = other.Run(input)[0].ToInt64s();
            long[] actual = own.Run([input])[0].ToInt64s();
            Assert.Equal(expected.Length, actual.Length);
            bytes += expected.Length;
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.InRange(actual[i] - expected[i], -1, 1);
                different += actual[i] == expected[i] ? 0 : 1;
            }
        }

        Assert.True(different <= bytes / 1000.0, $"{different} of {bytes} output bytes differ");
    }
}
