using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Counting, searching, turning round, windows and crops, against values worked out by hand or by plain loops.</summary>
public class CountingAndPatchTests
{
    [Theory]
    [InlineData(DataType.Float32)]
    [InlineData(DataType.Float64)]
    [InlineData(DataType.Int32)]
    [InlineData(DataType.Int64)]
    public void Bucketize_Boundaries_CountsThoseAtOrBelow(DataType type)
        => TensorAssert.Close(I(0, 1, 1, 2, 3), TensorFlowGraph.Run("Bucketize", Of(type, -5, 0, 7, 10, 100), [], ("boundaries", AttributeValue.Of([0f, 10f, 100f]))), "y");

    [Fact]
    public void Bincount_WithAndWithoutWeights_Counts()
    {
        TensorAssert.Close(I(1, 2, 0, 1), TensorFlowGraph.Run("Bincount", I(1, 0, 3, 1, 9), [I0(4), I((long[])[0])], A("T", DataType.Int32)), "counts");
        TensorAssert.Close(F(2, 5, 0, 3), TensorFlowGraph.Run("Bincount", I(1, 0, 3, 1, 9), [I0(4), F(1, 2, 3, 4, 5)], A("T", DataType.Float32)), "weights");
        TensorAssert.Close(I([2, 3], 1, 1, 0, 0, 0, 2), TensorFlowGraph.Run("DenseBincount", I([2, 2], 0, 1, 2, 2), [I0(3), I((long[])[0])], A("T", DataType.Int32)), "rows");
        TensorAssert.Close(I([2, 3], 1, 1, 0, 0, 0, 1), TensorFlowGraph.Run("DenseBincount", I([2, 2], 0, 1, 2, 2), [I0(3), I((long[])[0])], A("T", DataType.Int32), A("binary_output", true)), "binary");
    }

    [Fact]
    public void Search_SortedRows_GivesBounds()
    {
        TensorData sorted = F([2, 4], 0, 3, 9, 10, 1, 2, 3, 3);
        TensorData values = F([2, 3], 2, 4, 9, 3, 0, 5);
        TensorAssert.Close(I([2, 3], 1, 2, 2, 2, 0, 4), TensorFlowGraph.Run("LowerBound", sorted, [values]), "lower");
        TensorAssert.Close(I([2, 3], 1, 2, 3, 4, 0, 4), TensorFlowGraph.Run("UpperBound", sorted, [values]), "upper");
    }

    [Fact]
    public void ListDiff_KeepsOrderAndPlaces()
    {
        TensorFlowGraph g = new();
        Node d = g.Node("d", "ListDiff", [g.Feed("x", I(5, 1, 4, 1, 2)), g.Constant(I(1, 9))]);
        IReadOnlyList<TensorData> r = g.Run(d.Output, d.GetOrAddOutput(1));
        TensorAssert.Close(I(5, 4, 2), r[0], "values");
        TensorAssert.Close(I(0, 2, 4), r[1], "places");
    }

    [Theory]
    [InlineData(false, 2f, 5f)]
    [InlineData(true, 3f, 6f)]
    public void NthElement_OfEveryRow_CountsFromTheSide(bool reverse, float first, float second)
        => TensorAssert.Close(F(first, second), TensorFlowGraph.Run("NthElement", F([2, 4], 4, 1, 3, 2, 7, 6, 5, 4), [I0(1)], A("reverse", reverse)), "y");

    [Fact]
    public void Roll_SeveralAxesEitherWay_TurnsRound()
    {
        TensorData x = I([2, 3], 0, 1, 2, 3, 4, 5);
        TensorAssert.Close(I([2, 3], 2, 0, 1, 5, 3, 4), TensorFlowGraph.Run("Roll", x, [I0(1), I0(-1)]), "one");
        TensorAssert.Close(I([2, 3], 4, 5, 3, 1, 2, 0), TensorFlowGraph.Run("Roll", x, [I(3, -4), I(0, 1)]), "two");
        TensorAssert.Close(I([2, 3], 4, 5, 3, 1, 2, 0), TensorFlowGraph.Run("Roll", x, [I(1, 1, 1), I(0, 1, 1)]), "an axis twice");
    }

    [Fact]
    public void HistogramFixedWidth_OutsideCountsAtTheEnds()
        => TensorAssert.Close(I(2, 1, 1, 0, 2), TensorFlowGraph.Run("HistogramFixedWidth", F(-1, 0, 1.5f, 2, 5, 15), [F(0, 5), I0(5)], A("dtype", DataType.Int32)), "y");

    [Fact]
    public void Cross_Rows_GivesTheNormal() => TensorAssert.Close(F([2, 3], 0, 0, 1, -3, 6, -3), TensorFlowGraph.Run("Cross", F([2, 3], 1, 0, 0, 1, 2, 3), [F([2, 3], 0, 1, 0, 4, 5, 6)]), "y");

    [Theory]
    [InlineData("SAME", 3, 2, 1)]
    [InlineData("VALID", 3, 2, 1)]
    [InlineData("SAME", 2, 1, 2)]
    [InlineData("VALID", 2, 3, 2)]
    public void ExtractImagePatches_Windows_LieAlongTheDepth(string padding, int size, int stride, int rate)
    {
        const int H = 6, W = 5, C = 2;
        float[] x = [.. Enumerable.Range(1, H * W * C).Select(i => (float)i)];
        int span = ((size - 1) * rate) + 1;
        int Count(int n) => padding == "SAME" ? (n + stride - 1) / stride : (n - span) / stride + 1;
        int Before(int n) => padding == "SAME" ? Math.Max(((Count(n) - 1) * stride) + span - n, 0) / 2 : 0;
        List<float> expected = [];
        for (int i = 0; i < Count(H); i++)
        {
            for (int j = 0; j < Count(W); j++)
            {
                for (int tap = 0; tap < size * size; tap++)
                {
                    int row = (i * stride) - Before(H) + (tap / size * rate), column = (j * stride) - Before(W) + (tap % size * rate);
                    for (int c = 0; c < C; c++)
                    {
                        expected.Add(row is >= 0 and < H && column is >= 0 and < W ? x[(((row * W) + column) * C) + c] : 0);
                    }
                }
            }
        }

        (string, AttributeValue)[] attributes =
            [("ksizes", AttributeValue.Of(1L, size, size, 1)), ("strides", AttributeValue.Of(1L, stride, stride, 1)), ("rates", AttributeValue.Of(1L, rate, rate, 1)), A("padding", padding)];
        TensorData want = F([1, Count(H), Count(W), size * size * C], [.. expected]);
        TensorAssert.Close(want, TensorFlowGraph.Run("ExtractImagePatches", F([1, H, W, C], x), [], attributes), "y");
    }

    [Theory]
    [InlineData("bilinear")]
    [InlineData("nearest")]
    public void CropAndResize_BoxesInsideOutsideAndTurned_AgreeWithTheFormula(string method)
    {
        const int H = 5, W = 4, C = 2;
        float[] x = [.. Enumerable.Range(0, 2 * H * W * C).Select(i => MathF.Sin(i) * 10)];
        float[][] boxes = [[0.1f, 0.2f, 0.9f, 0.7f], [-0.5f, 0, 0.5f, 1.5f], [0.9f, 0.8f, 0.1f, 0.1f]];
        int[] which = [1, 0, 1];
        foreach ((int rows, int columns) in new[] { (3, 2), (1, 1) })
        {
            float[] expected = Crop(x, H, W, C, boxes, which, rows, columns, method == "nearest", -7);
            TensorData result = TensorFlowGraph.Run("CropAndResize", F([2, H, W, C], x), [F([3, 4], [.. boxes.SelectMany(b => b)]), I(which), I(rows, columns)], A("method", method), A("extrapolation_value", -7f));
            TensorAssert.Close(F([3, rows, columns, C], expected), result, "y", 1e-5, 1e-5);
        }
    }

    [Theory]
    [InlineData(6, 4, 3, 2, false)]
    [InlineData(5, 3, 2, 4, false)]
    [InlineData(5, 5, 3, 2, true)]
    [InlineData(4, 4, 1, 1, true)]
    public void ResizeArea_Shares_AverageWhatIsCovered(int height, int width, int toHeight, int toWidth, bool aligned)
    {
        float[] x = [.. Enumerable.Range(0, height * width).Select(i => (float)(i * i % 17))];
        float[] expected = new float[toHeight * toWidth];
        for (int i = 0; i < expected.Length; i++)
        {
            double sum = 0;
            double sy = Scale(height, toHeight, aligned), sx = Scale(width, toWidth, aligned);
            for (int k = 0; k < height * width * 4; k++)
            {
                // Rows and columns past the end count as the last one.
                int r = k / (width * 2), c = k % (width * 2);
                sum += Overlap(i / toWidth, sy, r) * Overlap(i % toWidth, sx, c) * x[(Math.Min(r, height - 1) * width) + Math.Min(c, width - 1)];
            }

            expected[i] = (float)(sum / (sy * sx));
        }

        TensorData y = TensorFlowGraph.Run("ResizeArea", F([1, height, width, 1], x), [I(toHeight, toWidth)], A("align_corners", aligned));
        TensorAssert.Close(F([1, toHeight, toWidth, 1], expected), y, "y", 1e-5, 1e-5);

        static double Scale(int from, int to, bool aligned) => aligned && to > 1 ? (from - 1.0) / (to - 1) : (double)from / to;
        static double Overlap(int i, double s, int j) => Math.Max(0, Math.Min(j + 1, (i + 1) * s) - Math.Max(j, i * s));
    }

    private static float[] Crop(float[] x, int height, int width, int channels, float[][] boxes, int[] which, int rows, int columns, bool nearest, float outside)
    {
        List<float> result = [];
        for (int n = 0; n < boxes.Length; n++)
        {
            for (int i = 0; i < rows * columns; i++)
            {
                double y = Position(boxes[n][0], boxes[n][2], height, rows, i / columns), z = Position(boxes[n][1], boxes[n][3], width, columns, i % columns);
                for (int c = 0; c < channels; c++)
                {
                    float At(double r, double s) => x[(((((which[n] * height) + (int)r) * width) + (int)s) * channels) + c];
                    double fy = y - Math.Floor(y), fz = z - Math.Floor(z);
                    result.Add(y < 0 || z < 0 || y > height - 1 || z > width - 1 ? outside
                        : nearest ? At(Math.Round(y, MidpointRounding.AwayFromZero), Math.Round(z, MidpointRounding.AwayFromZero))
                        : (float)(((1 - fy) * (((1 - fz) * At(Math.Floor(y), Math.Floor(z))) + (fz * At(Math.Floor(y), Math.Ceiling(z))))) + (fy * (((1 - fz) * At(Math.Ceiling(y), Math.Floor(z))) + (fz * At(Math.Ceiling(y), Math.Ceiling(z)))))));
                }
            }
        }

        return [.. result];

        static double Position(float low, float high, int extent, int count, int i) => count > 1 ? (low * (extent - 1)) + (i * (high - low) * (extent - 1) / (count - 1)) : 0.5 * (low + high) * (extent - 1);
    }
}
