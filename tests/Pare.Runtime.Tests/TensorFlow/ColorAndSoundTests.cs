using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Colours, features of sound, special functions, losses, and operators that TensorFlow's optimiser fuses.</summary>
public class ColorAndSoundTests
{
    [Fact]
    public void RgbAndHsv_ThereAndBack_AreKnownColours()
    {
        TensorData rgb = F([5, 3], 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0.25f, 0.5f, 0.25f);
        TensorData hsv = F([5, 3], 0, 1, 1, 1 / 3f, 1, 1, 2 / 3f, 1, 1, 1 / 6f, 1, 1, 1 / 3f, 0.5f, 0.5f);
        TensorAssert.Close(hsv, TensorFlowGraph.Run("RGBToHSV", rgb, []), "hsv");
        TensorAssert.Close(rgb, TensorFlowGraph.Run("HSVToRGB", hsv, []), "rgb");
        TensorAssert.Close(F([1, 3], 0, 0, 0), TensorFlowGraph.Run("RGBToHSV", F([1, 3], 0, 0, 0), []), "black");
    }

    [Fact]
    public void Adjustments_Pictures_MoveAsSaid()
    {
        TensorAssert.Close(F([1, 2, 1, 1], -1, 7), TensorFlowGraph.Run("AdjustContrastv2", F([1, 2, 1, 1], 1, 5), [F(2).Scalar()]), "contrast");
        TensorAssert.Close(F([1, 1, 1, 3], 0.75f, 1, 0.75f), TensorFlowGraph.Run("AdjustSaturation", F([1, 1, 1, 3], 0.5f, 1, 0.5f), [F(0.5f).Scalar()]), "saturation");
        TensorAssert.Close(F([1, 1, 1, 3], 0, 1, 0), TensorFlowGraph.Run("AdjustHue", F([1, 1, 1, 3], 1, 0, 0), [F(1 / 3f).Scalar()]), "hue");
    }

    [Fact]
    public void AudioSpectrogram_OfATone_AgreesWithTheTransform()
    {
        const int Window = 12, Stride = 5, Samples = 30;
        float[] tone = [.. Enumerable.Range(0, Samples).Select(i => MathF.Cos(0.9f * i) + (0.25f * i % 1))];
        List<float> expected = [];
        for (int start = 0; start + Window <= Samples; start += Stride)
        {
            for (int k = 0; k <= 8; k++)
            {
                double re = 0, im = 0;
                for (int i = 0; i < Window; i++)
                {
                    double w = tone[start + i] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Window)));
                    re += w * Math.Cos(2 * Math.PI * i * k / 16);
                    im -= w * Math.Sin(2 * Math.PI * i * k / 16);
                }

                expected.Add((float)((re * re) + (im * im)));
            }
        }

        (string, AttributeValue)[] attributes = [A("window_size", Window), A("stride", Stride), A("magnitude_squared", true)];
        TensorAssert.Close(F([1, 4, 9], [.. expected]), TensorFlowGraph.Run("AudioSpectrogram", F([Samples, 1], tone), [], attributes), "power", 1e-4, 1e-4);
        TensorAssert.Close(F([1, 4, 9], [.. expected.Select(MathF.Sqrt)]), TensorFlowGraph.Run("AudioSpectrogram", F([Samples, 1], tone), [], attributes[..2]), "magnitude", 1e-4, 1e-4);
    }

    // The vector of TensorFlow's own test (kernels/mfcc_test.cc): bins 1, 2, …, 513 at 22,050 Hz.
    [Fact]
    public void Mfcc_RampOfBins_GivesTensorFlowsCoefficients()
    {
        float[] ramp = [.. Enumerable.Range(1, 513).Select(i => (float)i)];
        TensorData y = TensorFlowGraph.Run("Mfcc", F([1, 1, 513], ramp), [I0(22050)]);
        TensorData expected = F([1, 1, 13], 29.13970072f, -6.41568601f, -0.61903012f, -0.96778652f, -0.26819878f, -0.40907028f, -0.15614748f, -0.23203119f, -0.10481487f, -0.1543029f, -0.0769791f, -0.10806114f, -0.06047613f);
        TensorAssert.Close(expected, y, "y", 1e-4, 1e-4);
    }

    [Fact]
    public void SpecialFunctions_KnownPoints_AreMet()
    {
        TensorAssert.Close(F(0, 0, 0.6931472f, 0.5723649f, 1.2655121f, 359.13422f), TensorFlowGraph.Run("Lgamma", F(1, 2, 3, 0.5f, -0.5f, 100), []), "lgamma", 1e-6);
        TensorAssert.Close(F(-0.5772157f, 0.4227843f, -1.9635100f, 0.03648998f), TensorFlowGraph.Run("Digamma", F(1, 2, 0.5f, -0.5f), []), "digamma", 1e-5);
        TensorAssert.Close(F(0, 0.4769363f, -0.4769363f, 1.1630872f, float.PositiveInfinity), TensorFlowGraph.Run("Erfinv", F(0, 0.5f, -0.5f, 0.9f, 1), []), "erfinv", 2e-6);
        TensorAssert.Close(F(0, 1.959964f, -1.2815516f), TensorFlowGraph.Run("Ndtri", F(0.5f, 0.975f, 0.1f), []), "ndtri", 1e-5);
    }

    [Fact]
    public void CrossEntropies_Scores_GiveLossAndGradient()
    {
        TensorFlowGraph g = new();
        Value x = g.Feed("x", F([1, 2], 0, MathF.Log(3)));
        Node dense = g.Node("d", "SoftmaxCrossEntropyWithLogits", [x, g.Constant(F([1, 2], 0.5f, 0.5f))]);
        Node sparse = g.Node("s", "SparseSoftmaxCrossEntropyWithLogits", [x, g.Constant(I(1))]);
        IReadOnlyList<TensorData> r = g.Run(dense.Output, dense.GetOrAddOutput(1), sparse.Output, sparse.GetOrAddOutput(1));
        TensorAssert.Close(F((MathF.Log(4) - (MathF.Log(3) / 2))), r[0], "loss");
        TensorAssert.Close(F([1, 2], -0.25f, 0.25f), r[1], "gradient");
        TensorAssert.Close(F(MathF.Log(4 / 3f)), r[2], "sparse loss");
        TensorAssert.Close(F([1, 2], 0.25f, -0.25f), r[3], "sparse gradient");
    }

    [Fact]
    public void FusedOperators_StepsInOrder_AreApplied()
    {
        AttributeValue Steps(params string[] names) => AttributeValue.Of([.. names.Select(n => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(n))]);
        TensorAssert.Close(
            F([1, 2], 0, 6),
            TensorFlowGraph.Run("_FusedMatMul", F([1, 2], 1, 2), [F([2, 2], 1, 2, -3, 4), F(1, 1)], ("fused_ops", Steps("BiasAdd", "Relu6"))), "product");
        TensorAssert.Close(
            F([1, 1, 1, 2], 3, -3.875f),
            TensorFlowGraph.Run("_FusedConv2D", F([1, 1, 1, 1], 2), [F([1, 1, 1, 2], 1, -4), F(1, 2), F(1, 0.5f), F(0, 0), F(1, 1)], ("fused_ops", Steps("FusedBatchNorm", "LeakyRelu")), ("strides", AttributeValue.Of(1L, 1, 1, 1)), A("padding", "VALID"), A("epsilon", 0f), A("leakyrelu_alpha", 0.25f)),
            "convolution");
    }

    [Fact]
    public void UniqueV2_AlongAnAxis_KeepsFirstOccurrences()
    {
        TensorFlowGraph g = new();
        Node u = g.Node("u", "UniqueWithCountsV2", [g.Feed("x", I([3, 2], 1, 2, 0, 5, 1, 2)), g.Constant(I(0))]);
        IReadOnlyList<TensorData> r = g.Run(u.Output, u.GetOrAddOutput(1), u.GetOrAddOutput(2));
        TensorAssert.Close(I([2, 2], 1, 2, 0, 5), r[0], "rows");
        TensorAssert.Close(I(0, 1, 0), r[1], "places");
        TensorAssert.Close(I(2, 1), r[2], "counts");
    }

    [Fact]
    public void SparseTensorDenseMatMul_Adjoint_TurnsTheSparseOne()
    {
        TensorFlowGraph g = new();
        TensorData places = DenseTensorData.Create([0L, 1, 1, 0], new TensorShape(2, 2));
        Node y = g.Node("y", "SparseTensorDenseMatMul", [g.Constant(places), g.Feed("v", F(2, 3)), g.Constant(L(2, 3)), g.Constant(F([2, 1], 5, 7))], A("adjoint_a", true), A("T", DataType.Float32));
        TensorAssert.Close(F([3, 1], 21, 10, 0), g.Run(y.Output)[0], "y");
    }
}
