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

    [Fact]
    public void Decode_GroupOfTensors_GivesTheSymbolsFromFewerBytes()
    {
        int[][] tensors = [.. Enumerable.Range(1, 6).Select(k => SymbolGens.Make(300, 3, 40, k)), []];
        SymbolGroupEncoder encoder = new();
        foreach (int[] tensor in tensors)
        {
            encoder.Append(tensor, SymbolLayout.Vector(tensor.Length));
        }

        byte[] bytes = encoder.Finish();
        SymbolGroupDecoder decoder = new(bytes);
        foreach (int[] tensor in tensors)
        {
            int[] decoded = new int[tensor.Length];
            decoder.Decode(SymbolLayout.Vector(tensor.Length), decoded);
            Assert.Equal(tensor, decoded);
        }

        decoder.Finish();
        Assert.InRange(encoder.Bits / 8, bytes.Length - 8, bytes.Length + 8);
        Assert.True(bytes.Length < tensors.Sum(t => SymbolCoder.Encode(t, SymbolLayout.Vector(t.Length)).Length));
    }

    [Fact]
    public void Encode_RowsThatRepeatEveryLine_FindsThePeriod()
    {
        // 20 lines of 24 pixels; some columns are dead.
        Random random = new(3);
        int[] symbols = new int[480 * 30];
        for (int k = 0; k < symbols.Length; k++)
        {
            symbols[k] = (0xa3c1d5 >> (k / 30 % 24) & 1) == 0 ? 0 : random.Next(-2, 3);
        }

        int images = SymbolCoder.Encode(symbols, SymbolLayout.Matrix(480, 30)).Length;
        int flat = SymbolCoder.Encode(symbols, SymbolLayout.Vector(symbols.Length)).Length;
        Assert.True(images < 0.95 * flat, $"{images} {flat}");
    }

    [Fact]
    public void Decode_DamagedBytes_ThrowsTypedErrorOrGivesSymbols()
    {
        SymbolLayout layout = SymbolLayout.Convolution(16, 8, 3, 3, SymbolOrder.InputsOutputs);
        byte[] coded = SymbolCoder.Encode(SymbolGens.Make(layout.Count, 3, 60, 4), layout);
        int[] decoded = new int[layout.Count];
        Assert.InRange(SymbolGens.Damage(coded, 300, damaged => SymbolCoder.Decode(damaged, layout, decoded)), 50, 300);
    }

    [Fact]
    public void Squash_AllLogOdds_IsTheLogisticFunctionNearly()
    {
        for (int x = -1200; x <= 1200; x++)
        {
            double exact = 65536 / (1 + Math.Exp(-x / 128.0));
            Assert.InRange(Logistic.Squash(x), Math.Min(exact * 0.96 - 1, exact - 1), Math.Max(exact * 1.04 + 1, exact + 1));
            Assert.True(x == -1200 || Logistic.Squash(x) >= Logistic.Squash(x - 1));
        }
    }
}
