using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public sealed class FloatSortTests
{
    [Fact]
    public void Sort_LongAndShort_OrdersAsTheFramework() =>
        Gen.OneOf(Gen.Float[-10, 10].Array[0, 200], Gen.OneOf(Gen.Float, Gen.Const(0f), Gen.Const(float.NegativeInfinity)).Where(x => !float.IsNaN(x)).Array[1024, 3000]).Sample(values =>
        {
            float[] sorted = [.. values.Order()];
            FloatSort.Sort(values);
            Assert.Equal(sorted, values);
        }, iter: 200);
}
