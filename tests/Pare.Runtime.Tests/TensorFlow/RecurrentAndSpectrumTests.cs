using System.Numerics;
using Pare.Passes.Conversion;
using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>LSTMs over all steps, Fourier transforms and complex numbers, boxes thinned out by class; against plain loops.</summary>
public class RecurrentAndSpectrumTests
{
    [Theory]
    [InlineData("BlockLSTM", false, 3)]
    [InlineData("BlockLSTM", true, 2)]
    [InlineData("BlockLSTMV2", true, 3)]
    public void BlockLstm_Steps_AgreeWithTheEquations(string @operator, bool peephole, int steps)
    {
        const int T = 3, B = 2, I = 2, C = 2;
        float Next(int i) => MathF.Sin(i * 1.7f);
        float[] x = [.. Enumerable.Range(0, T * B * I).Select(i => Next(i))], w = [.. Enumerable.Range(0, (I + C) * 4 * C).Select(i => Next(i + 50))];
        float[] wci = [0.1f, -0.2f], wcf = [0.3f, 0.2f], wco = [-0.1f, 0.4f], bias = [.. Enumerable.Range(0, 4 * C).Select(i => Next(i + 99))];
        float[] cs = [0.1f, 0.2f, 0.3f, 0.4f], h = [0.5f, -0.5f, 0.25f, 0], hs = new float[T * B * C], all = new float[T * B * C];
        bool second = @operator.EndsWith("V2", StringComparison.Ordinal);
        for (int t = 0; t < steps; t++)
        {
            float[] before = [.. h];
            for (int n = 0; n < B; n++)
            {
                for (int k = 0; k < C; k++)
                {
                    double Gate(int g)
                    {
                        double sum = bias[(g * C) + k];
                        for (int j = 0; j < I + C; j++)
                        {
                            sum += (j < I ? x[(((t * B) + n) * I) + j] : before[(n * C) + j - I]) * w[(j * 4 * C) + (g * C) + k];
                        }

                        return sum;
                    }

                    double S(double v) => 1 / (1 + Math.Exp(-v));
                    double c = cs[(n * C) + k];
                    double i = S(Gate(0) + (peephole ? c * wci[k] : 0)), f = S(Gate(second ? 1 : 2) + (second ? 0 : 1) + (peephole ? c * wcf[k] : 0));
                    c = (i * Math.Tanh(Gate(second ? 2 : 1))) + (f * c);
                    c = second ? c : Math.Clamp(c, -0.5, 0.5);
                    cs[(n * C) + k] = (float)c;
                    h[(n * C) + k] = (float)(Math.Tanh(c) * S(Gate(3) + (peephole ? c * wco[k] : 0)));
                    hs[(((t * B) + n) * C) + k] = h[(n * C) + k];
                    all[(((t * B) + n) * C) + k] = cs[(n * C) + k];
                }
            }
        }

        TensorFlowGraph g = new();
        Value[] inputs =
        [
            g.Constant(L0(steps)), g.Feed("x", F([T, B, I], x)), g.Constant(F([B, C], 0.1f, 0.2f, 0.3f, 0.4f)), g.Constant(F([B, C], 0.5f, -0.5f, 0.25f, 0)), g.Constant(F([I + C, 4 * C], w)),
            g.Constant(F(wci)), g.Constant(F(wcf)), g.Constant(F(wco)), g.Constant(F(bias)),
        ];
        Node node = g.Node("l", @operator, inputs, A("use_peephole", peephole), A("T", DataType.Float32));
        if (!second)
        {
            node.Attributes["cell_clip"] = AttributeValue.Of(0.5f);
        }

        IReadOnlyList<TensorData> r = g.Run(node.GetOrAddOutput(6), node.GetOrAddOutput(1));
        TensorAssert.Close(F([T, B, C], hs), r[0], "h");
        TensorAssert.Close(F([T, B, C], all), r[1], "cs");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(5)]
    [InlineData(12)]
    public void Rfft_AnyLength_AgreesWithTheSumAndGoesBack(int length)
    {
        float[] x = [.. Enumerable.Range(0, 16).Select(i => MathF.Cos(i * i))];
        TensorFlowGraph g = new();
        Node spectrum = g.Node("s", "RFFT", [g.Feed("x", F([2, 8], x)), g.Constant(I(length))], A("T", DataType.Complex64));
        Node[] parts = [.. new[] { "Real", "Imag", "ComplexAbs", "Angle" }.Select(o => g.Node(o, o, [spectrum.Output], A("Tout", DataType.Float32)))];
        Node back = g.Node("b", "IRFFT", [spectrum.Output, g.Constant(I(length))], A("T", DataType.Float32));
        IReadOnlyList<TensorData> r = g.Run([.. parts.Select(p => p.Output), back.Output]);
        int bins = (length / 2) + 1;
        Complex[] expected = new Complex[2 * bins];
        float[] again = new float[2 * length];
        for (int n = 0; n < 2; n++)
        {
            for (int i = 0; i < Math.Min(length, 8); i++)
            {
                again[(n * length) + i] = x[(n * 8) + i];
                for (int k = 0; k < bins; k++)
                {
                    expected[(n * bins) + k] += x[(n * 8) + i] * Complex.FromPolarCoordinates(1, -2 * Math.PI * i * k / length);
                }
            }
        }

        TensorAssert.Close(F([2, bins], [.. expected.Select(c => (float)c.Real)]), r[0], "real", 1e-5, 1e-5);
        TensorAssert.Close(F([2, bins], [.. expected.Select(c => (float)c.Imaginary)]), r[1], "imaginary", 1e-5, 1e-5);
        TensorAssert.Close(F([2, bins], [.. expected.Select(c => (float)c.Magnitude)]), r[2], "magnitude", 1e-5, 1e-5);
        TensorAssert.Close(F([2, length], again), r[4], "back", 1e-5, 1e-5);
    }

    [Fact]
    public void Fft2D_ThereAndBack_IsTheSame()
    {
        TensorFlowGraph g = new();
        Node x = g.Node("c", "Complex", [g.Feed("re", F([2, 2], 1, 2, 3, 4)), g.Feed("im", F([2, 2], 0, 1, 0, -1))], A("Tout", DataType.Complex64));
        Node there = g.Node("f", "FFT2D", [x.Output], A("Tcomplex", DataType.Complex64));
        Node sum = g.Node("sum", "Real", [there.Output]);
        Node back = g.Node("i", "IFFT2D", [there.Output], A("Tcomplex", DataType.Complex64));
        Node conjugate = g.Node("j", "Conj", [back.Output]);
        IReadOnlyList<TensorData> r = g.Run(sum.Output, g.Node("a", "Real", [conjugate.Output]).Output, g.Node("b", "Imag", [conjugate.Output]).Output);
        TensorAssert.Close(F([2, 2], 10, -2, -4, 0), r[0], "sums");
        TensorAssert.Close(F([2, 2], 1, 2, 3, 4), r[1], "real");
        TensorAssert.Close(F([2, 2], 0, -1, 0, 1), r[2], "imaginary");
    }

    [Fact]
    public void Complex_OperatorThatDoesNotKnowIt_IsRefusedByName()
    {
        TensorFlowGraph g = new();
        Node x = g.Node("c", "Complex", [g.Feed("re", F(1)), g.Feed("im", F(2))]);
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => g.Run(g.Node("y", "Cosh", [x.Output]).Output));
        Assert.Equal("Cosh", e.Nodes[0].Operator);
        Assert.Contains("complex", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CombinedNonMaxSuppression_TwoClasses_SortsAndFillsUp(bool boxesPerClass)
    {
        // Boxes 0 and 1 overlap by 0.8; the better of each class stays.
        float[] boxes = [0, 0, 1, 1, 0, 0, 1, 0.8f, 0, 0.9f, 1, 2];
        TensorData all = boxesPerClass
            ? F([1, 3, 2, 4], [.. Enumerable.Range(0, 3).SelectMany(i => boxes[(i * 4)..((i * 4) + 4)].Concat(boxes[(i * 4)..((i * 4) + 4)]))])
            : F([1, 3, 1, 4], boxes);
        TensorFlowGraph g = new();
        Node n = g.Node("n", "CombinedNonMaxSuppression", [g.Feed("b", all), g.Feed("s", F([1, 3, 2], 0.9f, 0.2f, 0.8f, 0.7f, 0.1f, 0.6f)), g.Constant(I0(2)), g.Constant(I0(5)), g.Constant(F(0.5f).Scalar()), g.Constant(F(0.15f).Scalar())]);
        IReadOnlyList<TensorData> r = g.Run([.. Enumerable.Range(0, 4).Select(n.GetOrAddOutput)]);
        TensorAssert.Close(F([1, 5, 4], [0, 0, 1, 1, 0, 0, 1, 0.8f, 0, 0.9f, 1, 1, .. new float[8]]), r[0], "boxes");
        TensorAssert.Close(F([1, 5], 0.9f, 0.7f, 0.6f, 0, 0), r[1], "scores");
        TensorAssert.Close(F([1, 5], 0, 1, 1, 0, 0), r[2], "classes");
        TensorAssert.Close(I(3), r[3], "count");
    }
}
