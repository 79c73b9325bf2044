using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Pare.Testing;
using Xunit;

namespace Pare.Evaluation.Tests.Data;

public class NumpyTests
{
    [Theory]
    [InlineData(DataType.Float32)]
    [InlineData(DataType.Float64)]
    [InlineData(DataType.Float16)]
    [InlineData(DataType.Int8)]
    [InlineData(DataType.UInt8)]
    [InlineData(DataType.Int16)]
    [InlineData(DataType.UInt16)]
    [InlineData(DataType.Int32)]
    [InlineData(DataType.UInt32)]
    [InlineData(DataType.Int64)]
    [InlineData(DataType.UInt64)]
    [InlineData(DataType.Complex64)]
    [InlineData(DataType.Complex128)]
    public void WriteThenRead_AnyPlainType_GivesTheSameBytes(DataType type)
    {
        Gen.Long[0, 3].Array[0, 4].SelectMany(shape => Gen.Byte.Array[(int)type.ByteLength(new TensorShape(shape).Count)], (shape, bytes) => (shape, bytes)).Sample(
            t =>
            {
                DenseTensorData tensor = new(type, new TensorShape(t.shape), t.bytes);
                TensorData back = RoundTrip(tensor);
                Assert.Equal(type, back.Type);
                Assert.Equal(tensor.Shape, back.Shape);
                Assert.Equal(t.bytes, back.GetBytes().ToArray());
            },
            iter: 30);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_DamagedNpz_IsReadOrRefusedByName(bool compress)
    {
        using MemoryStream stream = new();
        NpzWriter.Write(
            stream,
            [
                new("a", DenseTensorData.Create([1f, 2f, 3f, 4f], new TensorShape(2, 2))),
                new("labels", DenseTensorData.Create([0L, 1], new TensorShape(2))),
                new("s", new StringTensorData(new TensorShape(1), [Encoding.UTF8.GetBytes("name")])),
            ],
            compress);
        ReaderFuzzer fuzzer = new(bytes =>
        {
            using NpzFile file = NpzFile.Open(new MemoryStream(bytes));
            foreach (string name in file.Names)
            {
                file.Read(name);
            }
        });
        fuzzer.Run(compress ? "npz, deflated" : "npz", stream.ToArray(), ReaderFuzzer.Mutants(200));
        Assert.True(fuzzer.Refused > 0);
    }

    [Fact]
    public void Write_Vector_GivesNumpysHeader()
    {
        using MemoryStream stream = new();
        NpyWriter.Write(stream, DenseTensorData.Create([1f, 2f, 3f], new TensorShape(3)));
        byte[] bytes = stream.ToArray();
        Assert.Equal(128 + 12, bytes.Length);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", Encoding.ASCII.GetString(bytes, 10, 118).TrimEnd());
        Assert.Equal((byte)'\n', bytes[127]);
        Assert.Equal(118, bytes[8] + bytes[9] * 256);
    }

    [Fact]
    public void Write_TypesNumpyLacks_WidensThem()
    {
        TensorData bfloat16 = RoundTrip(DenseTensorData.Create<ushort>(DataType.BFloat16, [0x3F80, 0xC000], new TensorShape(2)));
        Assert.Equal(DataType.Float32, bfloat16.Type);
        Assert.Equal([1f, -2f], bfloat16.ToFloats());
        TensorData int4 = RoundTrip(new DenseTensorData(DataType.Int4, new TensorShape(3), new byte[] { 0x8F, 0x07 }));
        Assert.Equal(DataType.Int8, int4.Type);
        Assert.Equal([-1L, -8L, 7L], int4.ToInt64s());
        TensorData uint4 = RoundTrip(new DenseTensorData(DataType.UInt4, new TensorShape(3), new byte[] { 0x8F, 0x07 }));
        Assert.Equal(DataType.UInt8, uint4.Type);
        Assert.Equal([15L, 8L, 7L], uint4.ToInt64s());
        Assert.Equal(DataType.Int32, RoundTrip(DenseTensorData.Create<int>(DataType.QInt32, [7], new TensorShape(1))).Type);
    }

    [Fact]
    public void WriteThenRead_Strings_KeepsBytes()
    {
        StringTensorData tensor = new(new TensorShape(2, 2), [.. new[] { "", "a", "bc", "\u00ff" }.Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))]);
        IReadOnlyList<ReadOnlyMemory<byte>> back = RoundTrip(tensor).GetStrings();
        Assert.Equal(["", "a", "bc", "\u00ff"], back.Select(s => Encoding.UTF8.GetString(s.Span)));
    }

    [Fact]
    public void Read_FortranOrder_GivesRowMajor()
    {
        byte[] data = MemoryMarshal.AsBytes<int>([1, 4, 2, 5, 3, 6]).ToArray();
        TensorData tensor = Read("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }", data);
        Assert.Equal([1L, 2, 3, 4, 5, 6], tensor.ToInt64s());
    }

    [Fact]
    public void Read_BigEndian_Swaps()
    {
        Assert.Equal([258L, -2], Read("{'descr': '>i2', 'fortran_order': False, 'shape': (2L,)}", [1, 2, 0xFF, 0xFE]).ToInt64s());
        TensorData complex = Read("{'shape': (), 'fortran_order': False, \"descr\": '>c8'}", [0x3F, 0x80, 0, 0, 0x40, 0, 0, 0]);
        Assert.Equal(DataType.Complex64, complex.Type);
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40], complex.GetBytes().ToArray());
    }

    [Fact]
    public void Read_UnicodeStrings_GivesUtf8()
    {
        byte[] data = Encoding.UTF32.GetBytes("\u00e9\0x\0\0\0");
        IReadOnlyList<ReadOnlyMemory<byte>> strings = Read("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }", data).GetStrings();
        Assert.Equal("\u00e9\0x", Encoding.UTF8.GetString(strings[0].Span));
        Assert.Equal(0, strings[1].Length);
    }

    [Theory]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "records")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "Python objects")]
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "'<f16' is not supported")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "the data ends after 4 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", "bytes follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "more elements")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, ), }", "exceeds the limit")]
    [InlineData("{'descr': '<f4', 'shape': (1,), }", "lacks")]
    [InlineData("{'descr': '<f4", "the end of a string")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (1,), }", "unknown")]
    public void Read_BadHeader_SaysWhat(string header, string expected)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Read(header, [0, 0, 0, 0]));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("'x:0'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TruncatedOrMutated_GivesAnArrayOrATypedError()
    {
        using MemoryStream stream = new();
        NpzWriter.Write(stream, [KeyValuePair.Create<string, TensorData>("x:0", DenseTensorData.Create([1f, 2f], new TensorShape(2)))], compress: true);
        byte[] sound = stream.ToArray();
        for (int i = 0; i < sound.Length; i++)
        {
            ReadAll(sound[..i]);
            byte[] changed = [.. sound];
            changed[i] ^= (byte)(1 << (i % 8));
            ReadAll(changed);
        }

        static void ReadAll(byte[] bytes)
        {
            try
            {
                using NpzFile file = NpzFile.Open(new MemoryStream(bytes));
                foreach (string name in file.Names)
                {
                    file.Read(name);
                }
            }
            catch (ModelFormatException)
            {
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Npz_WrittenTwice_GivesEqualBytesAndReadsBack(bool compress)
    {
        KeyValuePair<string, TensorData>[] arrays =
        [
            KeyValuePair.Create<string, TensorData>("scope/y:0", DenseTensorData.Create([1L, 2L], new TensorShape(2))),
            KeyValuePair.Create<string, TensorData>("a", DenseTensorData.Create([1f], TensorShape.Scalar)),
        ];
        using MemoryStream first = new();
        using MemoryStream second = new();
        NpzWriter.Write(first, arrays, compress);
        NpzWriter.Write(second, arrays, compress);
        Assert.Equal(first.ToArray(), second.ToArray());
        using NpzFile file = NpzFile.Open(new MemoryStream(first.ToArray()));
        Assert.Equal(["scope/y:0", "a"], file.Names);
        Assert.Equal([1L, 2L], file.Read("scope/y:0").ToInt64s());
        Assert.Null(file.TryRead("b"));
        Assert.Contains("scope/y:0, a", Assert.Throws<UsageException>(() => file.Read("b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Npz_OfRealNumpy_Reads()
    {
        foreach (string path in (string[])[SharedFiles.InShared("golden", "tensorflow-ops", "shape_rank_size.npz"), SharedFiles.InShared("golden", "keras", "lenet5.npz")])
        {
            using NpzFile file = NpzFile.Open(path);
            Assert.NotEmpty(file.Names);
            Assert.All(file.Names, n => Assert.True(file.Read(n).Count >= 0));
        }
    }

    private static TensorData RoundTrip(TensorData tensor)
    {
        using MemoryStream stream = new();
        NpyWriter.Write(stream, tensor);
        stream.Position = 0;
        return NpyReader.Read(stream);
    }

    private static TensorData Read(string header, byte[] data)
    {
        byte[] text = Encoding.ASCII.GetBytes(header);
        byte[] all = [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data];
        return NpyReader.Read(new MemoryStream(all), "x:0");
    }
}
