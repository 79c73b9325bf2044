using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public class RansCoderTests
{
    [Fact]
    public void Decode_AnySymbols_GivesTheSymbols() =>
        SymbolGens.Any.Sample(
            symbols =>
            {
                int[] decoded = new int[symbols.Length];
                RansCoder.Decode(RansCoder.Encode(symbols), decoded);
                Assert.Equal(symbols, decoded);
            },
            iter: 200);

    [Fact]
    public void Encode_OneToThreeThreads_GivesTheSameBytes()
    {
        int[] symbols = SymbolGens.Make(300_017, 3, 50, 1);
        byte[] expected = RansCoder.Encode(symbols, threads: 1);
        Assert.Equal(expected, RansCoder.Encode(symbols, threads: 2));
        Assert.Equal(expected, RansCoder.Encode(symbols, threads: 3));
    }

    [Fact]
    public void Decode_DamagedBytes_ThrowsTypedErrorOrGivesSymbols()
    {
        byte[] coded = RansCoder.Encode(SymbolGens.Make(20_000, 3, 50, 4));
        int[] decoded = new int[20_000];
        Assert.InRange(SymbolGens.Damage(coded, 1000, damaged => RansCoder.Decode(damaged, decoded)), 500, 1000);
    }
}
