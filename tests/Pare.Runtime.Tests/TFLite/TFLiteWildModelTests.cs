using Pare.Evaluation;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Trained TFLite models from elsewhere against recorded outputs, sample by sample; those that keep a state step by step.</summary>
public class TFLiteWildModelTests
{
    [Theory]
    [InlineData("face_detection_short_range", 90)]
    [InlineData("hand_landmark_lite", 90)]
    [InlineData("selfie_segmentation", 90)]
    [InlineData("iris_landmark", 90)]
    [InlineData("pose_detection", 90)]
    [InlineData("basic_pitch", 75)]
    public void Run_FloatModel_AsNearAsAnotherRuntime(string name, double decibels)
    {
        (IModelSession session, NpzFile golden) = Open(name);
        using (session)
        using (golden)
        {
            TensorData images = golden.Read("in_0");
            for (int o = 0; o < session.Outputs.Count; o++)
            {
                double signal = 0;
                double noise = 0;
                TensorData expected = golden.Read($"out_{o}");
                for (int i = 0; i < images.Shape[0]; i++)
                {
                    float[] want = Row(expected, i).ToFloats();
                    float[] have = session.Run([Row(images, i)])[o].ToFloats();
                    Assert.Equal(want.Length, have.Length);
                    for (int k = 0; k < want.Length; k++)
                    {
                        signal += (double)want[k] * want[k];
                        noise += Math.Pow(want[k] - have[k], 2);
                    }
                }

                double ratio = 10 * Math.Log10(signal / Math.Max(noise, 1e-300));
                TestContext.Current.TestOutputHelper?.WriteLine($"{name} output {o}: {ratio:F1} dB");
                Assert.True(ratio >= decibels, $"output {o}: {ratio:F1} dB");
            }
        }
    }

    [Theory]
    [InlineData("hey_jarvis")]
    [InlineData("okay_nabu")]
    public void Step_StreamingModel_WithinOneStep(string name)
    {
        (IModelSession session, NpzFile golden) = Open(name);
        using (session)
        using (golden)
        {
            IModelSequence sequence = Assert.IsType<IStatefulSession>(session, exactMatch: false).Begin();
            TensorData steps = golden.Read("in_0");
            TensorData expected = golden.Read("out_0");
            for (int i = 0; i < steps.Shape[0]; i++)
            {
                TFLiteAssert.Close(Row(expected, i), sequence.Step([Row(steps, i)])[0], $"step {i}", 1);
            }
        }
    }

    [Theory]
    [InlineData("hey_jarvis")]
    [InlineData("okay_nabu")]
    public void Step_BeforeTheLastFunction_FollowsTheIntegerKernels(string name)
    {
        string file = SharedFiles.InShared("models", "wild", name + ".tflite");
        Model model = Formats.ModelFile.Open(file).Model;
        using NpzFile golden = NpzFile.Open(file + ".golden.npz");
        string logit = model.Graph.Nodes.Last(n => n.Operator == "LOGISTIC").Inputs[0]!.Name;
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Fetches = [logit] });
        IModelSequence sequence = ((IStatefulSession)session).Begin();
        TensorData steps = golden.Read("in_0");
        float[] expected = golden.Read("logit_int8").ToFloats();
        int off = 0;
        double worst = 0;
        for (int i = 0; i < steps.Shape[0]; i++)
        {
            double d = Math.Abs(sequence.Step([Row(steps, i)])[0].ToFloats()[0] - expected[i]);
            off += d > 0 ? 1 : 0;
            worst = Math.Max(worst, d);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {off} of {expected.Length} logits differ, by {worst} steps at most");
        Assert.True(worst <= 3, $"{off} of {expected.Length} logits differ, by {worst} steps at most");
    }

    private static (IModelSession Session, NpzFile Golden) Open(string name)
    {
        string file = SharedFiles.InShared("models", "wild", name + ".tflite");
        return (new OnnxRuntimeRunner().Load(Formats.ModelFile.Open(file).Model), NpzFile.Open(file + ".golden.npz"));
    }

    private static DenseTensorData Row(TensorData tensor, long index)
    {
        TensorShape shape = new(tensor.Shape.Dimensions[1..]);
        byte[] bytes = new byte[tensor.Type.ByteLength(shape.Count)];
        tensor.ReadBytes(index * bytes.Length, bytes);
        return new DenseTensorData(tensor.Type, shape, bytes);
    }
}
