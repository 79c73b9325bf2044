using Pare.Runtime.Tests.Keras;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Layers of real data with integer weights against loops over the definition: each row is quantized by its own range, sums are whole numbers.</summary>
public class HybridLayerTests
{
    // As large as to be computed in ONNX's integer operators.
    private const int Channels = 128;

    [Theory]
    [InlineData("SAME", 1, 1)]
    [InlineData("SAME", 2, 1)]
    [InlineData("VALID", 1, 2)]
    public void Convolution_Batch_IsQuantizedRowByRow(string padding, int stride, int dilation)
    {
        const int Batch = 2;
        const int Extent = 6;
        Nd x = Nd.Random(1, Batch, Extent, Extent, Channels).Map(v => (v * 3) + 0.5f);
        sbyte[] weights = Codes(2, Channels * 9 * Channels);
        float[] scales = [.. Enumerable.Range(0, Channels).Select(c => 0.001f * (c + 1))];
        int span = (2 * dilation) + 1;
        int outputs = padding == "SAME" ? (Extent + stride - 1) / stride : (Extent - span + stride) / stride;
        int before = padding == "SAME" ? Math.Max(((outputs - 1) * stride) + span - Extent, 0) / 2 : 0;
        Nd expected = new(Batch, outputs, outputs, Channels);
        for (int n = 0; n < Batch; n++)
        {
            (int[] codes, float scale) = Row(x.Data.AsSpan(n * Extent * Extent * Channels, Extent * Extent * Channels));
            foreach (int[] at in new Nd(outputs, outputs, Channels).Indices())
            {
                int sum = 0;
                for (int k = 0; k < 9 * Channels; k++)
                {
                    int y = (at[0] * stride) - before + (k / Channels / 3 * dilation);
                    int z = (at[1] * stride) - before + (k / Channels % 3 * dilation);
                    if (y is >= 0 and < Extent && z is >= 0 and < Extent)
                    {
                        sum += codes[(((y * Extent) + z) * Channels) + (k % Channels)] * weights[(at[2] * 9 * Channels) + k];
                    }
                }

                expected[n, at[0], at[1], at[2]] = sum * scale * scales[at[2]];
            }
        }

        TFLiteNet net = new();
        Value filter = net.Constant(DenseTensorData.Create<sbyte>(DataType.Int8, weights, new TensorShape(Channels, 3, 3, Channels)));
        filter.Quantization = new QuantizationParameters { Scales = [.. scales], ZeroPoints = [.. new long[Channels]], Axis = 0 };
        net.Node(
            "CONV_2D",
            [net.Input(DataType.Float32, x.Shape), filter, null],
            [(DataType.Float32, expected.Shape)],
            null,
            ("padding", AttributeValue.Of(padding)),
            ("stride_h", AttributeValue.Of((long)stride)),
            ("stride_w", AttributeValue.Of((long)stride)),
            ("dilation_h_factor", AttributeValue.Of((long)dilation)),
            ("dilation_w_factor", AttributeValue.Of((long)dilation)));
        Close(expected, net.Run(x.ToTensor())[0]);
    }

    [Fact]
    public void FullyConnected_Rows_AreQuantizedOneByOne()
    {
        const int Rows = 3;
        const int Inputs = 700;
        const int Outputs = 5;
        Nd x = Nd.Random(3, Rows, Inputs).Map(v => v + 0.25f);
        sbyte[] weights = Codes(4, Outputs * Inputs);
        Nd expected = new(Rows, Outputs);
        for (int n = 0; n < Rows; n++)
        {
            (int[] codes, float scale) = Row(x.Data.AsSpan(n * Inputs, Inputs));
            for (int o = 0; o < Outputs; o++)
            {
                expected[n, o] = codes.Select((c, i) => c * weights[(o * Inputs) + i]).Sum() * scale * 0.01f;
            }
        }

        TFLiteNet net = new();
        Value matrix = net.Constant(DenseTensorData.Create<sbyte>(DataType.Int8, weights, new TensorShape(Outputs, Inputs)));
        matrix.Quantization = new QuantizationParameters { Scales = [0.01f], ZeroPoints = [0] };
        net.Node("FULLY_CONNECTED", [net.Input(DataType.Float32, x.Shape), matrix, null], [(DataType.Float32, expected.Shape)]);
        Close(expected, net.Run(x.ToTensor())[0]);
    }

    private static sbyte[] Codes(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-127, 128))];
    }

    private static (int[] Codes, float Scale) Row(ReadOnlySpan<float> row)
    {
        float low = 0;
        float high = 0;
        foreach (float v in row)
        {
            (low, high) = (Math.Min(low, v), Math.Max(high, v));
        }

        float scale = (high - low) / 255;
        float zero = MathF.Round(-128 - (low / scale));
        float inverse = 1 / scale;
        int[] codes = new int[row.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (int)(Math.Clamp(MathF.Round(row[i] * inverse) + zero, -128, 127) - zero);
        }

        return (codes, scale);
    }

    private static void Close(Nd expected, TensorData actual)
    {
        float largest = expected.Data.Max(Math.Abs);
        Assert.All(expected.Data.Zip(actual.ToFloats()), p => Assert.Equal(p.First, p.Second, largest * 1e-6));
    }
}
