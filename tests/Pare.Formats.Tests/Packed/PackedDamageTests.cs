using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.Packed;

public class PackedDamageTests
{
    private static readonly byte[] s_packed = PackedFiles.PackModel(
        PackedFiles.Write(PackedFiles.Model(
            ("w", DenseTensorData.Create(PackedFiles.Normal(6000, 1), new TensorShape(60, 100))),
            ("i", DenseTensorData.Create<sbyte>(DataType.Int8, [.. PackedFiles.Normal(2000, 3, 20).Select(v => (sbyte)v)], new TensorShape(20, 100))),
            ("p", DenseTensorData.Create((float[])[.. PackedFiles.Normal(2000, 3).Select(v => MathF.Round(v * 20) / 20)], new TensorShape(20, 100))),
            ("e", DenseTensorData.Create(new float[5000], new TensorShape(50, 100))))),
        ".pb");

    [Fact]
    public void Unpack_DamagedContainer_ResultOrTypedError()
    {
        ReaderFuzzer fuzzer = new(b => _ = PackedFiles.Unpack(b));
        fuzzer.Run("small.pare", s_packed, ReaderFuzzer.Mutants());
        TestContext.Current.TestOutputHelper?.WriteLine($"{fuzzer.Count} damaged files, {fuzzer.Refused} refused");
        Assert.True(fuzzer.Refused > fuzzer.Count * 0.95, $"{fuzzer.Refused} of {fuzzer.Count}");
    }

    [Fact]
    public void Unpack_BitFlippedInTensor_ErrorNamesTensorAndOffset()
    {
        byte[] damaged = [.. s_packed];
        damaged[^100] ^= 1;
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => PackedFiles.Unpack(damaged));
        Assert.Contains("tensor '", e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.Offset);
        Assert.NotNull(e.Node);
    }

    [Fact]
    public void Unpack_LaterVersion_NotSupported()
    {
        byte[] later = [.. s_packed];
        later[5] = 2;
        Assert.Throws<UnsupportedModelException>(() => PackedFiles.Unpack(later));
        later[5] = 1;
        later[6] = 64;
        Assert.Throws<UnsupportedModelException>(() => PackedFiles.Unpack(later));
    }

    [Fact]
    public void Unpack_HugeClaim_RefusedBeforeAnythingIsTaken()
    {
        byte[] huge = [.. s_packed.AsSpan(0, 7), 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, .. s_packed.AsSpan(10)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => PackedFiles.Unpack(huge));
        Assert.Contains("unpacked length", e.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}
