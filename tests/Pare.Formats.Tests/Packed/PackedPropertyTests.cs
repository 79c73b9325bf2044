using CsCheck;
using Pare.Codecs;
using Pare.Formats.Packed;
using Xunit;

namespace Pare.Formats.Tests.Packed;

/// <summary>What goes in comes out: any tensors, any bytes, files larger than memory; and no small file takes much memory.</summary>
public class PackedPropertyTests
{
    private static readonly Gen<float> s_floats = Gen.Frequency(
        (8, Gen.Float[-1, 1]), (2, Gen.Const(0f)), (1, Gen.Const(-0f)), (1, Gen.UInt.Select(BitConverter.UInt32BitsToSingle)), (1, Gen.Const(float.NaN)), (1, Gen.Const(float.PositiveInfinity)), (1, Gen.Const(float.Epsilon)));

    // Around none, one, what counts as structure, and what is worth a codec of its own.
    private static readonly int[] s_lengths = [0, 1, 3, 16, 255, 513, 1100, 2500];

    private static readonly Gen<int> s_counts = Gen.Int[0, 7].Select(k => s_lengths[k]);

    private static readonly Gen<TensorData> s_tensors = Gen.OneOf(
        s_counts.SelectMany(n => s_floats.Array[n]).Select(v => DenseTensorData.Create(v, new TensorShape(v.Length))),
        Gen.Select(s_counts, s_floats).Select((n, v) => DenseTensorData.Create(Enumerable.Repeat(v, n).ToArray(), new TensorShape(n, 1))),
        s_counts.SelectMany(n => s_floats.Array[n]).Select(v => DenseTensorData.Create<Half>(DataType.Float16, [.. v.Select(x => (Half)x)], new TensorShape(1, v.Length))),
        s_counts.SelectMany(n => Gen.Double.Array[n]).Select(v => DenseTensorData.Create<double>(DataType.Float64, v, new TensorShape(v.Length))),
        s_counts.SelectMany(n => Gen.SByte[-30, 30].Array[n]).Select(v => DenseTensorData.Create<sbyte>(DataType.Int8, v, new TensorShape(v.Length))),
        s_counts.SelectMany(n => Gen.Byte.Array[n]).Select(v => DenseTensorData.Create<byte>(DataType.UInt8, v, new TensorShape(v.Length))),
        s_counts.SelectMany(n => Gen.Short.Array[n]).Select(v => DenseTensorData.Create<short>(DataType.Int16, v, new TensorShape(v.Length))),
        s_counts.SelectMany(n => Gen.Int[-5, 5].Array[n]).Select(v => DenseTensorData.Create<int>(DataType.Int32, v, new TensorShape(v.Length))),
        s_counts.SelectMany(n => Gen.Long.Array[n]).Select(v => DenseTensorData.Create<long>(DataType.Int64, v, new TensorShape(v.Length))),
        Gen.Byte.Array[0, 9].Array[0, 5].Select(v => (TensorData)new StringTensorData(new TensorShape(v.Length), [.. v.Select(x => (ReadOnlyMemory<byte>)x)])));

    [Fact]
    public void Pack_AnyTensors_SameBytesComeBack() =>
        s_tensors.Array[1, 4].Sample(
            tensors =>
            {
                byte[] file = PackedFiles.Write(PackedFiles.Model([.. tensors.Select((t, k) => ($"tensor{k}", t))]));
                Assert.Equal(file, PackedFiles.Unpack(PackedFiles.PackModel(file, ".pb")));
            },
            iter: 14,
            threads: 2);

    [Fact]
    public void Pack_AnyBytes_SameBytesComeBack() =>
        Gen.OneOf(
            Gen.Byte.Array[0, 300],
            Gen.Byte[0, 2].Array[9000],
            s_floats.Array[2300].Select(v => PackedFiles.Bytes(v)),
            Gen.Select(Gen.Byte.Array[1, 1500], Gen.Int[2, 12]).Select((block, times) => Enumerable.Repeat(block, times).SelectMany(b => b).ToArray())).Array[1, 3].Sample(
            parts =>
            {
                byte[] file = [.. parts.SelectMany(p => p)];
                Assert.Equal(file, PackedFiles.Unpack(PackedFiles.Pack(file)));
            },
            iter: 12,
            threads: 2);

    [Fact]
    public void Read_ContainerOfSixGigabytes_GivesAnyPart()
    {
        const long Length = 6_000_000_000;
        byte[] block = [.. PackedFiles.Bytes(PackedFiles.Normal(251, 1)).Take(1003)];
        PackedDirectory directory = new();
        directory.Streams.Add(new PackedStream { Codec = StreamCodec.Mixed, CodedLength = 0 });
        directory.Segments.Add(new PackedSegment { Kind = SegmentKind.Structure, Length = block.Length });
        directory.Segments.Add(new PackedSegment { Kind = SegmentKind.Copy, Start = block.Length, Length = Length - block.Length, Distance = block.Length, Period = block.Length });
        PackedFile file = PackedFile.Open(ByteSource.FromMemory(Container([.. DirectoryWriter.Write(directory), .. block], Length)), long.MaxValue);
        Assert.Equal(Length, file.Length);
        byte[] part = new byte[5000];
        foreach (long at in (long[])[0, int.MaxValue - 2500L, uint.MaxValue - 2500L, Length - part.Length])
        {
            file.Read(at, part);
            Assert.Equal([.. Enumerable.Range(0, part.Length).Select(k => block[(at + k) % block.Length])], part);
        }
    }

    // 2.2 thousand million zeros of binary32: half a minute. Run by hand: -explicit only.
    [Fact(Explicit = true)]
    public void Pack_TensorOfMoreThan2To31Elements_GivesAnyPart()
    {
        const long Elements = 2_200_000_000;
        ZeroSource zeros = new(4 * Elements);
        Model model = PackedFiles.Model(("w", new SourceTensorData(DataType.Float32, new TensorShape(Elements), zeros, 0, 4 * Elements)));
        using MemoryStream output = new();
        ModelPacker.Pack(zeros, model, output);
        PackedFile file = PackedFile.Open(ByteSource.FromMemory(output.ToArray()), long.MaxValue);
        Assert.Equal(4 * Elements, file.Length);
        byte[] part = [.. Enumerable.Repeat((byte)1, 1 << 20)];
        file.Read((4 * Elements) - part.Length, part);
        Assert.Equal(-1, part.AsSpan().IndexOfAnyExcept((byte)0));
        Assert.InRange(output.Length, 1, 5000);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(6, 2)]
    public void Open_SmallFileWithATensorOfATerabyte_TypedErrorAndLittleMemory(int kind, int width)
    {
        VarintWriter head = new();
        head.Varint(1);
        head.Byte((int)StreamCodec.Symbols);
        head.Varint(0);
        head.Varint(1);
        head.Add([(byte)(kind | DirectoryWriter.TensorFlag), 2, (byte)width]);
        head.Varint(0);
        head.Varint(1UL << 38);
        head.Add(new byte[900]);
        byte[] file = [.. Container(head.Span.ToArray(), (1L << 38) * width), 0, 0, 0, 0];
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => PackedFile.Open(ByteSource.FromMemory(file), long.MaxValue));
        Assert.NotNull(e.Offset);
        Assert.Contains("16777216", e.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    private static byte[] Container(byte[] head, long length)
    {
        byte[] coded = ByteCoder.Encode(head);
        PackedHeader header = new() { Length = length, Hash = new byte[32], HeadLength = head.Length, HeadCoded = coded.Length };
        return [.. header.Write(coded), .. coded];
    }

    /// <summary>As many zeros as somebody says, a window of which is there.</summary>
    private sealed class ZeroSource(long length) : ByteSource
    {
        private static readonly byte[] s_zeros = new byte[(1 << 30) + (1 << 20)];

        public override long Length => length;

        public override ReadOnlyMemory<byte> Slice(long offset, int count)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + count, length, nameof(offset));
            return s_zeros.AsMemory(0, count);
        }
    }
}
