using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public class SymbolCoderTests
{
    private static readonly Gen<SymbolLayout> s_layouts = Gen.Select(Gen.Enum<SymbolOrder>(), Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 4], Gen.Int[1, 4],
        (order, o, i, h, w) => SymbolLayout.Convolution(o, i, h, w, order));

    private static readonly Gen<int> s_symbols = Gen.Frequency((60, Gen.Const(0)), (20, Gen.Int[-2, 2]), (10, Gen.Int[-40, 40]), (2, Gen.Int), (1, Gen.Bool.Select(b => b ? int.MinValue : int.MaxValue)));

    [Fact]
    public void Decode_AnySymbolsAndLayout_GivesTheSymbols() =>
        s_layouts.SelectMany(layout => s_symbols.Array[layout.Count].Select(symbols => (layout, symbols))).Sample(
            c =>
            {
                int[] decoded = new int[c.symbols.Length];
                SymbolCoder.Decode(SymbolCoder.Encode(c.symbols, c.layout), c.layout, decoded);
                Assert.Equal(c.symbols, decoded);
            },
            iter: 60);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void Decode_AllEqual_GivesTheSymbolsFromFewBytes(int count)
    {
        int[] symbols = new int[count];
        Array.Fill(symbols, 7);
        SymbolLayout layout = SymbolLayout.Vector(count);
        byte[] bytes = SymbolCoder.Encode(symbols, layout);
        int[] decoded = new int[count];
        SymbolCoder.Decode(bytes, layout, decoded);
        Assert.Equal(symbols, decoded);
        Assert.True(bytes.Length <= 8, $"{bytes.Length} bytes");
    }

    [Fact]
    public void Measure_SparseSymbols_PricesThemAsTheyAreCoded()
    {
        Random random = new(1);
        int[] symbols = new int[20_000];
        for (int k = 0; k < symbols.Length; k++)
        {
            symbols[k] = random.Next(10) == 0 ? random.Next(-3, 4) : 0;
        }

        SymbolLayout layout = SymbolLayout.Matrix(100, 200);
        SymbolCosts costs = SymbolCoder.Measure(symbols, layout);
        double sum = 0;
        for (int k = 0; k < symbols.Length; k++)
        {
            sum += costs.Bits(k, symbols[k]);
        }

        double coded = SymbolCoder.Encode(symbols, layout).Length * 8.0;
        Assert.InRange(sum / coded, 0.97, 1.03);
        Assert.InRange(costs.TotalBits / coded, 0.99, 1.01);
        Assert.Equal(symbols.Length, costs.Zero.Length);
    }
}
