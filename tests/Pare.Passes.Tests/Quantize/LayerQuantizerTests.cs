using Pare.Passes.Quantize;
using Xunit;

namespace Pare.Passes.Tests.Quantize;

public sealed class LayerQuantizerTests
{
    private static LinearLayer Product(int rows, int columns, float[] weights, bool bias)
    {
        Model model = new(Vocabularies.TensorFlow);
        Value x = model.Graph.CreateNode("in", "Placeholder").Output;
        Value w = Const(model, "w", weights, new TensorShape(rows, columns));
        Node product = model.Graph.CreateNode("p", "MatMul", [x, w]);
        Value result = product.Output;
        if (bias)
        {
            result = model.Graph.CreateNode("sum", "BiasAdd", [result, Const(model, "b", new float[columns], new TensorShape(columns))]).Output;
        }

        model.Graph.Inputs.Add(x);
        model.Graph.Outputs.Add(result);
        return Assert.Single(LinearLayers.Find(model));
    }

    private static Value Const(Model model, string name, float[] values, TensorShape shape)
    {
        Value v = model.Graph.CreateNode(name, "Const").Output;
        v.Constant = DenseTensorData.Create(values, shape);
        return v;
    }

    // Inputs that go together, as activations do: few directions carry most of the power.
    private static float[] Correlated(Random random, int rows, int size, float mean)
    {
        float[] basis = [.. Enumerable.Range(0, size * 4).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] values = new float[rows * size];
        for (int r = 0; r < rows; r++)
        {
            float[] z = [.. Enumerable.Range(0, 4).Select(_ => (float)(random.NextDouble() - 0.5) * 4)];
            for (int j = 0; j < size; j++)
            {
                values[(r * size) + j] = mean + (0.1f * (float)(random.NextDouble() - 0.5)) + Enumerable.Range(0, 4).Sum(k => z[k] * basis[(j * 4) + k]);
            }
        }

        return values;
    }

    private static double OutputError(float[] x, int size, float[] before, float[] after, float[]? bias, int columns)
    {
        double sum = 0;
        for (int r = 0; r < x.Length / size; r++)
        {
            for (int o = 0; o < columns; o++)
            {
                double e = -(bias?[o] ?? 0);
                for (int j = 0; j < size; j++)
                {
                    e += x[(r * size) + j] * ((double)before[(j * columns) + o] - after[(j * columns) + o]);
                }

                sum += e * e;
            }
        }

        return sum / (x.Length / size);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Quantize_WithFeedback_KeepsTheOutputCloserThanRounding(bool bias)
    {
        Random random = new(1);
        float[] weights = [.. Enumerable.Range(0, 48 * 16).Select(_ => (float)(random.NextDouble() - 0.5))];
        LinearLayer layer = Product(48, 16, weights, bias);
        float[] x = Correlated(random, 400, 48, mean: 0.5f);
        LayerStatistics statistics = new(layer);
        statistics.Add(DenseTensorData.Create(x, new TensorShape(400, 48)), maxPlaces: 400);
        LayerQuantizer quantizer = new(layer, statistics);
        double step = quantizer.StepForNoise(-25);
        LayerCodes plain = quantizer.Quantize(step, feedback: false);
        LayerCodes spread = quantizer.Quantize(step, feedback: true);

        double rounded = OutputError(x, 48, weights, plain.Weights, plain.Bias, 16);
        double fed = OutputError(x, 48, weights, spread.Weights, spread.Bias, 16);
        Assert.True(fed < rounded * 0.7, $"with feedback {fed}, without {rounded}");
    }

    [Fact]
    public void Quantize_Codes_TimesScalesAreTheWeights()
    {
        Random random = new(2);
        float[] weights = [.. Enumerable.Range(0, 20 * 6).Select(_ => (float)(random.NextDouble() - 0.5))];
        LinearLayer layer = Product(20, 6, weights, bias: true);
        LayerStatistics statistics = new(layer);
        statistics.Add(DenseTensorData.Create(Correlated(random, 100, 20, 0), new TensorShape(100, 20)), 100);
        LayerCodes codes = new LayerQuantizer(layer, statistics).Quantize(0.05);
        for (int j = 0; j < 20; j++)
        {
            for (int o = 0; o < 6; o++)
            {
                float value = codes.Codes[(j * 6) + o] * codes.ColumnScales[o] * (codes.RowScales?[j] ?? 1);
                Assert.Equal(value, codes.Weights[(j * 6) + o]);
            }
        }
    }

    [Fact]
    public void Quantize_DeadInput_CostsNothing()
    {
        Random random = new(3);
        float[] weights = [.. Enumerable.Range(0, 8 * 4).Select(_ => (float)(random.NextDouble() - 0.5))];
        LinearLayer layer = Product(8, 4, weights, bias: true);
        float[] x = new float[100 * 8];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i % 8 == 3 ? 0 : (float)random.NextDouble();
        }

        LayerStatistics statistics = new(layer);
        statistics.Add(DenseTensorData.Create(x, new TensorShape(100, 8)), 100);
        LayerCodes codes = new LayerQuantizer(layer, statistics).Quantize(0.02);
        Assert.All(codes.Weights, w => Assert.True(float.IsFinite(w)));
    }

    [Theory]
    [InlineData("SAME", 1, 7, 6)]
    [InlineData("SAME", 2, 8, 8)]
    [InlineData("VALID", 2, 9, 7)]
    public void Add_Convolution_GathersWhatTheOperatorReads(string padding, int stride, int height, int width)
    {
        Model model = new(Vocabularies.TensorFlow);
        Value x = model.Graph.CreateNode("in", "Placeholder").Output;
        Value w = Const(model, "w", new float[3 * 3 * 2 * 4], new TensorShape(3, 3, 2, 4));
        Node conv = model.Graph.CreateNode("c", "Conv2D", [x, w]);
        conv.Attributes["padding"] = AttributeValue.Of(padding);
        conv.Attributes["strides"] = AttributeValue.Of([1L, stride, stride, 1]);
        model.Graph.Outputs.Add(conv.Output);
        LinearLayer layer = Assert.Single(LinearLayers.Find(model));
        Random random = new(4);
        float[] values = [.. Enumerable.Range(0, height * width * 2).Select(_ => (float)random.NextDouble())];
        LayerStatistics statistics = new(layer);
        statistics.Add(DenseTensorData.Create(values, new TensorShape(1, height, width, 2)), maxPlaces: 10_000);

        bool same = padding == "SAME";
        int rows = same ? (height + stride - 1) / stride : ((height - 3) / stride) + 1;
        int columns = same ? (width + stride - 1) / stride : ((width - 3) / stride) + 1;
        int top = same ? Math.Max(0, ((rows - 1) * stride) + 3 - height) / 2 : 0;
        int left = same ? Math.Max(0, ((columns - 1) * stride) + 3 - width) / 2 : 0;
        double[] mean = new double[18];
        for (int oy = 0; oy < rows; oy++)
        {
            for (int ox = 0; ox < columns; ox++)
            {
                for (int j = 0; j < 18; j++)
                {
                    int y = (oy * stride) - top + (j / 6);
                    int xx = (ox * stride) - left + (j / 2 % 3);
                    if (y >= 0 && y < height && xx >= 0 && xx < width)
                    {
                        mean[j] += values[(((y * width) + xx) * 2) + (j % 2)];
                    }
                }
            }
        }

        Assert.Equal(rows * columns, statistics.Rows);
        for (int j = 0; j < 18; j++)
        {
            Assert.Equal(mean[j] / (rows * columns), statistics.Mean(0)[j], 6);
        }
    }
}
