using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Bands of diagonals: the examples of TensorFlow's documentation, and every alignment against plain loops.</summary>
public class BandTests
{
    public static TheoryData<int, int, string> Bands()
    {
        TheoryData<int, int, string> data = [];
        foreach (string align in new[] { "LEFT_LEFT", "LEFT_RIGHT", "RIGHT_LEFT", "RIGHT_RIGHT" })
        {
            data.Add(-1, 2, align);
            data.Add(1, 2, align);
            data.Add(-2, -1, align);
            data.Add(0, 0, align);
            data.Add(1, 1, align);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Bands))]
    public void PartDiagAndSetDiag_EveryAlignment_AgreeWithTheFormula(int low, int high, string align)
    {
        const int Rows = 3, Columns = 4;
        float[] x = [.. Enumerable.Range(1, 2 * Rows * Columns).Select(i => (float)i)];
        int longest = Math.Min(Rows + Math.Min(high, 0), Columns - Math.Max(low, 0));
        int count = high - low + 1;
        float[] part = new float[2 * count * longest];
        float[] spread = new float[x.Length], replaced = [.. x];
        Array.Fill(part, -9);
        Array.Fill(spread, -9);
        for (int n = 0; n < 2; n++)
        {
            for (int m = 0; m < count; m++)
            {
                int d = high - m, length = Math.Min(Rows + Math.Min(d, 0), Columns - Math.Max(d, 0));
                bool left = (d >= 0 && align.StartsWith("LEFT", StringComparison.Ordinal)) || (d <= 0 && align.EndsWith("LEFT", StringComparison.Ordinal));
                for (int i = 0; i < length; i++)
                {
                    int at = (((n * count) + m) * longest) + i + (left ? 0 : longest - length);
                    int element = (((n * Rows) + i + Math.Max(-d, 0)) * Columns) + i + Math.Max(d, 0);
                    part[at] = x[element];
                    spread[element] = x[element];
                    replaced[element] = -x[element];
                }
            }
        }

        long[] shape = count == 1 ? [2, longest] : [2, count, longest];
        TensorData band = F(shape, part), k = low == high ? I0(low) : I(low, high), padding = F(-9).Scalar();
        TensorAssert.Close(band, TensorFlowGraph.Run("MatrixDiagPartV3", F([2, Rows, Columns], x), [k, padding], A("align", align)), "part");
        TensorAssert.Close(F([2, Rows, Columns], spread), TensorFlowGraph.Run("MatrixDiagV3", band, [k, I0(Rows), I0(Columns), padding], A("align", align)), "diag");
        TensorAssert.Close(F([2, Rows, Columns], replaced), TensorFlowGraph.Run("MatrixSetDiagV3", F([2, Rows, Columns], x), [F(shape, [.. part.Select(v => -v)]), k], A("align", align)), "set");
    }

    [Fact]
    public void MatrixDiag_SizesNotGiven_AreWhatTheBandNeeds()
    {
        TensorData none = F(0).Scalar();
        TensorAssert.Close(F([3, 3], 0, 1, 0, 0, 0, 2, 0, 0, 0), TensorFlowGraph.Run("MatrixDiagV2", F(1, 2), [I0(1), I0(-1), I0(-1), none]), "square");
        TensorAssert.Close(F([3, 2], 0, 0, 1, 0, 0, 2), TensorFlowGraph.Run("MatrixDiagV2", F(1, 2), [I0(-1), I0(-1), I0(2), none]), "rows follow");
        TensorAssert.Close(F([3, 3], 1, 8, 0, 4, 2, 9, 0, 5, 3), TensorFlowGraph.Run("MatrixDiagV3", F([3, 3], 0, 8, 9, 1, 2, 3, 4, 5, 0), [I(-1, 1), I0(-1), I0(-1), none]), "tridiagonal");
    }
}
