using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public class BitPackingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(16)]
    public void Unpack_AnyNumbers_GivesTheNumbers(int bits) =>
        Gen.Int[0, (1 << bits) - 1].Select(v => (ushort)v).Array[0, 200].Sample(
            values =>
            {
                byte[] packed = new byte[BitPacking.PackedLength(values.Length, bits)];
                BitPacking.Pack(values, bits, packed);
                ushort[] unpacked = new ushort[values.Length];
                BitPacking.Unpack(packed, bits, unpacked);
                Assert.Equal(values, unpacked);
            },
            iter: 100);

    [Fact]
    public void Pack_FourBits_PutsTheFirstNumberLowest()
    {
        byte[] packed = new byte[2];
        BitPacking.Pack([1, 2, 15], 4, packed);
        Assert.Equal([0x21, 0x0f], packed);
    }

    [Fact]
    public void Pack_NumberTooLarge_Throws() => Assert.Throws<ArgumentException>(() => BitPacking.Pack([8], 3, new byte[1]));

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(17)]
    public void PackedLength_OtherWidth_Throws(int bits) => Assert.Throws<ArgumentOutOfRangeException>(() => BitPacking.PackedLength(1, bits));

    [Fact]
    public void Unpack_WrongLength_ThrowsTypedError() => Assert.Throws<CodecException>(() => BitPacking.Unpack(new byte[3], 4, new ushort[4]));
}
