using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public class ZeroRunsTests
{
    [Fact]
    public void Decode_AnySymbols_GivesTheSymbols() =>
        SymbolGens.Any.Sample(
            symbols =>
            {
                int[] decoded = new int[symbols.Length];
                ZeroRuns.Decode(ZeroRuns.Encode(symbols), decoded);
                Assert.Equal(symbols, decoded);
            },
            iter: 200);

    [Fact]
    public void Encode_ZerosAlone_TakesNothing() => Assert.Empty(ZeroRuns.Encode(new int[1000]));

    [Fact]
    public void Decode_DamagedBytes_ThrowsTypedErrorOrGivesSymbols()
    {
        byte[] coded = ZeroRuns.Encode(SymbolGens.Make(2000, 3, 90, 4));
        int[] decoded = new int[2000];
        Assert.InRange(SymbolGens.Damage(coded, 1000, damaged => ZeroRuns.Decode(damaged, decoded)), 1, 1000);
    }
}
