using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public class CabacCoderTests
{
    [Fact]
    public void Decode_AnySymbols_GivesTheSymbols() =>
        Gen.Select(SymbolGens.Any, Gen.Bool).Sample(
            (symbols, dependent) =>
            {
                int[] decoded = new int[symbols.Length];
                CabacCoder.Decode(CabacCoder.Encode(symbols, dependent), decoded);
                Assert.Equal(symbols, decoded);
            },
            iter: 200);

    [Fact]
    public void Encode_OneToThreeThreads_GivesTheSameBytes()
    {
        int[] symbols = SymbolGens.Make(3 * CabacCoder.ChunkSize + 17, 3, 50, 1);
        byte[] expected = CabacCoder.Encode(symbols, threads: 1);
        Assert.Equal(expected, CabacCoder.Encode(symbols, threads: 2));
        Assert.Equal(expected, CabacCoder.Encode(symbols, threads: 3));
        int[] decoded = new int[symbols.Length];
        CabacCoder.Decode(expected, decoded, threads: 3);
        Assert.Equal(symbols, decoded);
    }

    [Fact]
    public void Encode_LaplacianCodes_ComesNearTheirEntropy()
    {
        Random random = new(2);
        int[] symbols = new int[100_000];
        for (int k = 0; k < symbols.Length; k++)
        {
            double u = random.NextDouble() - 0.5;
            symbols[k] = (int)Math.Round(-3 * Math.Sign(u) * Math.Log(1 - 2 * Math.Abs(u)));
        }

        double entropy = symbols.GroupBy(s => s).Sum(g => -g.Count() * Math.Log2((double)g.Count() / symbols.Length));
        Assert.InRange(CabacCoder.Encode(symbols).Length * 8 / entropy, 1, 1.03);
    }

    [Fact]
    public void Decode_DamagedBytes_ThrowsTypedErrorOrGivesSymbols()
    {
        byte[] coded = CabacCoder.Encode(SymbolGens.Make(70_000, 3, 90, 4));
        int[] decoded = new int[70_000];
        Assert.InRange(SymbolGens.Damage(coded, 150, damaged => CabacCoder.Decode(damaged, decoded)), 40, 150);
    }
}
