using CsCheck;
using Xunit;

namespace Pare.Codecs.Tests;

public class ByteCoderTests
{
    // Noise, few values, runs, text-like repetitions.
    private static readonly Gen<byte[]> s_bytes = Gen.OneOf(
        Gen.Byte.Array[0, 400],
        Gen.Byte[0, 3].Array[0, 400],
        Gen.Select(Gen.Byte, Gen.Int[0, 700]).Select((value, count) => Enumerable.Repeat(value, count).ToArray()),
        Gen.Select(Gen.Byte.Array[1, 40], Gen.Int[1, 30]).Select((block, times) => Enumerable.Repeat(block, times).SelectMany(b => b).ToArray()));

    [Fact]
    public void Decode_AnyBytes_GivesTheBytes() =>
        Gen.Select(s_bytes, Gen.Int[1, 8]).Sample(
            (bytes, stride) =>
            {
                byte[] decoded = new byte[bytes.Length];
                ByteCoder.Decode(ByteCoder.Encode(bytes, stride), decoded, stride);
                Assert.Equal(bytes, decoded);
            },
            iter: 40);

    [Fact]
    public void Decode_InPieces_GivesTheSameBytes()
    {
        byte[] bytes = [.. Enumerable.Range(0, 5000).Select(k => (byte)(k * k >> 7))];
        ByteDecoder decoder = new(ByteCoder.Encode(bytes), bytes.Length);
        byte[] decoded = new byte[bytes.Length];
        decoder.Decode(decoded.AsSpan(0, 1));
        decoder.Decode(decoded.AsSpan(1, 3000));
        decoder.Decode(decoded.AsSpan(3001));
        decoder.Finish();
        Assert.Equal(bytes, decoded);
    }

    [Fact]
    public void Decode_DamagedBytes_ThrowsTypedErrorOrGivesBytes()
    {
        byte[] coded = ByteCoder.Encode([.. Enumerable.Range(0, 3000).Select(k => (byte)(k * k >> 7))]);
        byte[] decoded = new byte[3000];
        Assert.InRange(SymbolGens.Damage(coded, 60, damaged => ByteCoder.Decode(damaged, decoded)), 10, 60);
    }
}
