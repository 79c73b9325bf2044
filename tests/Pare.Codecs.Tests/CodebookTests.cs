using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public sealed class CodebookTests
{
    private static readonly Gen<float> s_value = Gen.OneOf(
        Gen.Float[-10, 10], Gen.Int[-3, 3].Select(i => (float)i), Gen.Const(0f), Gen.Const(-0f), Gen.Const(float.NaN), Gen.Const(float.PositiveInfinity), Gen.Const(float.NegativeInfinity), Gen.Const(1e30f));

    // Few centroids (one midpoint a bin of the table, eight values at a time) and ones that crowd (several a bin).
    private static readonly Gen<float[]> s_centroids = Gen.OneOf(Gen.Float[-8, 8].Array[1, 300], Gen.Float[0, 0.001f].Array[2, 50].Select(a => (float[])[.. a, -9, 9]));

    [Fact]
    public void Snap_AnyValues_GivesTheNearestCentroidTheLowerOfTwo() =>
        Gen.Select(s_centroids, s_value.Array[1, 60]).Sample((centroids, values) =>
        {
            Codebook book = new(centroids);
            float[] snapped = new float[values.Length];
            byte[]? bytes = book.Count <= 256 ? new byte[values.Length] : null;
            ushort[] words = new ushort[values.Length];
            book.Snap(values, snapped);
            book.Assign(values, words);
            if (bytes is not null)
            {
                book.Assign(values, bytes);
            }

            for (int i = 0; i < values.Length; i++)
            {
                int expected = Nearest(book.Centroids, values[i]);
                Assert.Equal(expected, words[i]);
                Assert.Equal(expected, bytes?[i] ?? expected);
                Assert.Equal(BitConverter.SingleToInt32Bits(float.IsFinite(values[i]) ? book.Centroids[expected] : values[i]), BitConverter.SingleToInt32Bits(snapped[i]));
            }
        }, iter: 1000);

    // By midpoints rounded to binary32, as the book draws its borders.
    private static int Nearest(ReadOnlySpan<float> centroids, float value)
    {
        int i = 0;
        while (i + 1 < centroids.Length && value > (float)(((double)centroids[i] + centroids[i + 1]) / 2))
        {
            i++;
        }

        return i;
    }
}
