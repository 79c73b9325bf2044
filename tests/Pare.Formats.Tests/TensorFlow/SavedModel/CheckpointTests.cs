using System.Text;
using Pare.Formats.TensorFlow.SavedModel;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow.SavedModel;

public class CheckpointTests
{
    private static readonly TensorData s_weights = DenseTensorData.Create([3f, 5f], new TensorShape(2));

    [Fact]
    public void Find_TensorsWithSharedPrefixes_ReadsEach()
    {
        CheckpointBuilder b = new();
        b.Add("layer/kernel", s_weights).Add("layer/bias", DenseTensorData.Create([7f], TensorShape.Scalar)).Add("layer", DenseTensorData.Create<int>(DataType.Int32, [1, 2, 3, 4], new TensorShape(2, 2)));
        TensorBundle bundle = Open(b);
        Assert.Equal(["layer", "layer/bias", "layer/kernel"], bundle.Names);
        Assert.Equal([3f, 5f], bundle.Find("layer/kernel")!.ToFloats());
        Assert.Equal(0, bundle.Find("layer/bias")!.Shape.Rank);
        Assert.Equal([1L, 2, 3, 4], bundle.Find("layer")!.ToInt64s());
        Assert.Null(bundle.Find("lay"));
    }

    [Fact]
    public void Find_DamagedData_IsToldByItsChecksumWhenRead()
    {
        CheckpointBuilder b = new();
        b.Add("w", s_weights);
        byte[] data = b.Data;
        data[5] ^= 1;
        TensorData found = new TensorBundle(b.Index(), "v", _ => ByteSource.FromMemory(data)).Find("w")!;
        Assert.Contains("checksum", Assert.Throws<ModelFormatException>(() => found.ToFloats()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8L, 4L, "bytes at 8")]
    [InlineData(-1L, 8L, "bytes at -1")]
    [InlineData(4L, 4L, "takes 8 bytes")]
    public void Find_PlaceOutsideTheFile_IsRefused(long offset, long size, string message)
    {
        CheckpointBuilder b = new();
        b.Add(Encoding.UTF8.GetBytes("w"), 1, [2], new byte[8], offset, size);
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => Open(b).Find("w")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue, 4)]
    [InlineData(-2, 4)]
    [InlineData(1L << 40, 1L << 40)]
    public void Find_AbsurdShape_IsRefused(long rows, long columns)
    {
        CheckpointBuilder b = new();
        b.Add(Encoding.UTF8.GetBytes("w"), 1, [rows, columns], new byte[8]);
        Assert.Throws<ModelFormatException>(() => Open(b).Find("w"));
    }

    [Fact]
    public void Find_MissingDataFile_NamesIt()
    {
        CheckpointBuilder b = new();
        b.Add("w", s_weights);
        TensorBundle bundle = new(b.Index(), "variables/variables", _ => null);
        Assert.Contains("variables.data-00000-of-00001", Assert.Throws<ModelFormatException>(() => bundle.Find("w")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_BigEndian_IsRefused()
    {
        CheckpointBuilder b = new() { Endianness = 1 };
        b.Add("w", s_weights);
        Assert.Contains("big-endian", Assert.Throws<ModelFormatException>(() => Open(b)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CompressedBlock_IsUnpacked()
    {
        CheckpointBuilder b = new();
        b.Add("w", s_weights);
        TensorBundle bundle = new(CheckpointBuilder.Table(Snappy(b.Block()), 1), "v", _ => ByteSource.FromMemory(b.Data));
        Assert.Equal([3f, 5f], bundle.Find("w")!.ToFloats());
    }

    // Written by hand: a literal, a copy that overlaps itself, a copy with a two-byte distance, a long literal.
    [Fact]
    public void Decompress_EveryKindOfPart_GivesTheBytes()
    {
        byte[] longer = [.. Enumerable.Range(0, 70).Select(i => (byte)i)];
        byte[] block = [85, 2 << 2, (byte)'a', (byte)'b', (byte)'c', 1 | (1 << 2), 2, 2 | (6 << 2), 8, 0, 60 << 2, 69, .. longer];
        block[0] = (byte)(3 + 5 + 7 + 70);
        string text = "abcbcbcb" + "abcbcbc";
        Assert.Equal([.. Encoding.ASCII.GetBytes(text), .. longer], SnappyBlock.Decompress(block, 0));
    }

    [Theory]
    [InlineData("0501")] // a copy before there is anything
    [InlineData("0508616263")] // shorter than said
    [InlineData("FFFFFFFF0F08616263")] // 4 GB in three bytes
    [InlineData("03F0")] // ends within a length
    [InlineData("")]
    public void Decompress_Damaged_IsRefused(string hex) => Assert.Throws<ModelFormatException>(() => SnappyBlock.Decompress(Convert.FromHexString(hex), 0));

    // From TensorFlow's ordered code: 0 is 80, -1 is 7f, 64 takes two bytes.
    [Theory]
    [InlineData("w", "10 4 0,5:-", "00" + "770001" + "0102" + "8085" + "807f")]
    [InlineData("w", "200 64,100", "00" + "770001" + "0101" + "c040c064")]
    [InlineData("w", "99999 8192,8191", "00" + "770001" + "0101" + "e02000dfff")]
    public void Encode_Slice_GivesTheOrderedKey(string name, string slice, string hex)
        => Assert.Equal(hex, Convert.ToHexStringLower(TensorSliceKey.Encode(name, slice)));

    [Fact]
    public void Index_Damaged_ResultOrTypedError()
    {
        CheckpointBuilder b = new();
        b.Add("layer/kernel", s_weights).Add("layer/bias", s_weights).AddSlice("parts", "4 2,2", s_weights);
        ReaderFuzzer whole = new(index => Touch(new TensorBundle(index, "v", _ => ByteSource.FromMemory(b.Data))));
        whole.Run("variables.index", b.Index(), ReaderFuzzer.Mutants() * 5);

        // With the checksums right again, what lies behind them is reached too; entries packed and not.
        ReaderFuzzer entries = new(block => Touch(new TensorBundle(CheckpointBuilder.Table(block, 0), "v", _ => ByteSource.FromMemory(b.Data))));
        entries.Run("entries", b.Block(), ReaderFuzzer.Mutants() * 20);
        ReaderFuzzer packed = new(block => Touch(new TensorBundle(CheckpointBuilder.Table(block, 1), "v", _ => ByteSource.FromMemory(b.Data))));
        packed.Run("packed entries", Snappy(b.Block()), ReaderFuzzer.Mutants() * 20);
        ReaderFuzzer data = new(bytes => Touch(new TensorBundle(b.Index(), "v", _ => ByteSource.FromMemory(bytes))));
        data.Run("variables.data", b.Data, ReaderFuzzer.Mutants());
        TestContext.Current.TestOutputHelper?.WriteLine($"{whole.Count + entries.Count + packed.Count + data.Count} damaged checkpoints, {whole.Refused + entries.Refused + packed.Refused + data.Refused} refused by a typed error, the others read");
    }

    private static void Touch(TensorBundle bundle)
    {
        foreach (string name in bundle.Names)
        {
            _ = bundle.Find(name)?.GetBytes().Length;
        }

        _ = bundle.FindSlice("parts", "4 2,2")?.GetBytes().Length;
        _ = bundle.KeyOf("x");
    }

    private static TensorBundle Open(CheckpointBuilder b) => new(b.Index(), "v", _ => ByteSource.FromMemory(b.Data));

    // Literals only, of at most 60 bytes each.
    private static byte[] Snappy(byte[] bytes)
    {
        List<byte> packed = [];
        int length = bytes.Length;
        for (; length > 127; length >>= 7)
        {
            packed.Add((byte)(length | 128));
        }

        packed.Add((byte)length);
        foreach (byte[] part in bytes.Chunk(60))
        {
            packed.Add((byte)((part.Length - 1) << 2));
            packed.AddRange(part);
        }

        return [.. packed];
    }
}
