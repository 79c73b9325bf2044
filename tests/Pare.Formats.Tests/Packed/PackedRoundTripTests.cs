using System.Runtime.InteropServices;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.Packed;

public class PackedRoundTripTests
{
    [Theory]
    [InlineData("test-scores.csv")]
    [InlineData("petals.tflite")]
    public void Pack_SampleFile_SameBytesComeBack(string name)
    {
        byte[] file = File.ReadAllBytes(SharedFiles.Sample("petals", name));
        byte[] packed = PackedFiles.Pack(file);
        Assert.Equal(file, PackedFiles.Unpack(packed));
        Assert.True(packed.Length < file.Length, $"{packed.Length} of {file.Length}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(9000)]
    [InlineData(70000)]
    public void Pack_RandomBytes_SameBytesComeBackAndHardlyMore(int length)
    {
        byte[] file = new byte[length];
        new Random(length).NextBytes(file);
        byte[] packed = PackedFiles.Pack(file);
        Assert.Equal(file, PackedFiles.Unpack(packed));
        Assert.InRange(packed.Length, 0, length * 1.02 + 80);
    }

    [Fact]
    public void Pack_RepeatedBlocks_StandsOnce()
    {
        byte[] block = PackedFiles.Bytes(PackedFiles.Normal(2048, 1));
        byte[] file = [.. Enumerable.Repeat(block, 40).SelectMany(b => b), .. new byte[300_000], .. block.AsSpan(0, 5000)];
        byte[] packed = PackedFiles.Pack(file);
        Assert.Equal(file, PackedFiles.Unpack(packed));
        Assert.InRange(packed.Length, 0, 8000);
    }

    [Fact]
    public void Pack_FloatsInRowsThatComeAgain_SeesTheRows()
    {
        float[][] rows = [.. Enumerable.Range(0, 10).Select(k => PackedFiles.Normal(40, k))];
        Random random = new(3);
        float[] weights = [.. Enumerable.Range(0, 400).SelectMany(_ => rows[random.Next(rows.Length)])];
        byte[] file = PackedFiles.Write(PackedFiles.Model(("w", DenseTensorData.Create(weights, new TensorShape(400, 40)))));
        byte[] packed = PackedFiles.PackModel(file, ".pb");
        Assert.Equal(file, PackedFiles.Unpack(packed));
        Assert.InRange(packed.Length, 0, 4000);
    }

    // Beside the bytes that zstd -19 makes of the file.
    [Theory]
    [InlineData("wild/swift_f0.onnx", 85_201)]
    [InlineData("mlperf-tiny/kws_ref_model.tflite", 34_322)]
    [InlineData("keras/zoo2d.keras", 27_135)]
    public void Pack_RealModel_SmallerThanZstandard(string name, int zstandard)
    {
        string path = SharedFiles.InShared("models", name);
        OpenedModel opened = ModelFile.Open(path);
        using MemoryStream packed = new();
        ModelPacker.Pack(opened.Content, opened.Model, packed);
        Assert.Equal(File.ReadAllBytes(path), PackedFiles.Unpack(packed.ToArray()));
        Assert.InRange(packed.Length, 1, zstandard);
    }

    [Fact]
    public void Pack_SpecialWeights_SameBytesComeBack()
    {
        float[] special = [.. Enumerable.Range(0, 3000).Select(k => (k % 7) switch
        {
            0 => float.NaN,
            1 => float.PositiveInfinity,
            2 => float.NegativeInfinity,
            3 => float.Epsilon * k,
            4 => -0f,
            5 => BitConverter.UInt32BitsToSingle(0x7f80_0001u + (uint)k),
            _ => k * 0.001f,
        })];
        Model model = PackedFiles.Model(
            ("special", DenseTensorData.Create(special, new TensorShape(3000))),
            ("empty", DenseTensorData.Create((float[])[], new TensorShape(0, 4))),
            ("one", DenseTensorData.Create((float[])[1.5f], TensorShape.Scalar)),
            ("equal", DenseTensorData.Create(Enumerable.Repeat(0.25f, 5000).ToArray(), new TensorShape(50, 100))),
            ("integers", DenseTensorData.Create((long[])[.. Enumerable.Range(0, 2000).Select(k => (long)k * k)], new TensorShape(2000))),
            ("bytes", DenseTensorData.Create<sbyte>(DataType.Int8, [.. PackedFiles.Normal(4000, 3, 20).Select(v => (sbyte)v)], new TensorShape(40, 100))),
            ("halves", DenseTensorData.Create<Half>(DataType.Float16, [.. PackedFiles.Normal(4000, 4).Select(v => (Half)v)], new TensorShape(40, 100))),
            ("strings", new StringTensorData(new TensorShape(2), ["a"u8.ToArray(), "\u00ff"u8.ToArray()])));
        byte[] file = PackedFiles.Write(model);
        byte[] packed = PackedFiles.PackModel(file, ".pb");
        Assert.Equal(file, PackedFiles.Unpack(packed));
    }

    [Fact]
    public void Pack_SameModelOnOneAndFourThreads_SameBytes()
    {
        byte[] file = PackedFiles.Write(PackedFiles.Model(("a", DenseTensorData.Create(PackedFiles.Normal(20000, 1), new TensorShape(200, 100))), ("b", PackedFiles.Coded(30, 70, 2))));
        using MemoryStream one = new();
        using MemoryStream four = new();
        ModelPacker.Pack(ByteSource.FromMemory(file), null, one, new PackOptions { Threads = 1 });
        ModelPacker.Pack(ByteSource.FromMemory(file), null, four, new PackOptions { Threads = 4 });
        Assert.Equal(one.ToArray(), four.ToArray());
    }

    [Fact]
    public void Pack_CodedTensors_UnpacksToTheFileOfTheirValues()
    {
        Model model = PackedFiles.Model(("w", PackedFiles.Coded(64, 80, 5)), ("h", PackedFiles.Coded(40, 20, 6, DataType.Float16)), ("b", PackedFiles.Coded(20, 30, 7, DataType.BFloat16)));
        byte[] file = PackedFiles.Write(model);
        using MemoryStream packed = new();
        ModelPacker.Pack(model, new Formats.TensorFlow.GraphDefFormat(), ".pb", packed);
        Assert.Equal(file, PackedFiles.Unpack(packed.ToArray()));
        Assert.InRange(packed.Length, 0, 3200);
        Assert.InRange(packed.Length, 0, PackedFiles.Pack(file).Length * 0.9);
    }

    [Fact]
    public void CodedTensor_Values_AreProductsInOrder()
    {
        CodedTensor tensor = PackedFiles.Coded(3, 4, 1);
        float[] values = tensor.ToFloats();
        for (int k = 0; k < 12; k++)
        {
            float product = tensor.Codes.Span[k] * tensor.Step;
            product *= AxisScale.Factor(tensor.First!.Exponents[k / 4]);
            product *= AxisScale.Factor(tensor.Second!.Exponents[k % 4]);
            Assert.Equal(product, values[k]);
        }

        byte[] part = new byte[7];
        tensor.ReadBytes(5, part);
        Assert.Equal(MemoryMarshal.AsBytes(values.AsSpan())[5..12].ToArray(), part);
    }

    [Fact]
    public void Open_Container_ReadsLikeTheModelItself()
    {
        Model model = PackedFiles.Model(("w", DenseTensorData.Create(PackedFiles.Normal(30000, 1), new TensorShape(300, 100))), ("s", DenseTensorData.Create((float[])[1f, 2f, 3f], new TensorShape(3))));
        byte[] file = PackedFiles.Write(model);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pb.pare");
        try
        {
            File.WriteAllBytes(path, PackedFiles.PackModel(file, ".pb"));
            OpenedModel opened = ModelFile.Open(path);
            Assert.Equal((FileCompression.Pare, ".pb", "graphdef"), (opened.Compression, opened.Suffix, opened.Format.Name));
            TensorData lazy = opened.Model.Graph.FindValue("w:0")!.Constant!;
            Assert.Equal("PackedTensorData", lazy.GetType().Name);
            Assert.Equal(model.Graph.FindValue("w:0")!.Constant!.ToFloats(), lazy.ToFloats());
            ReadOnlySpan<byte> kept = lazy.GetBytes();
            lazy.Unload();
            Assert.Equal(kept.ToArray(), lazy.GetBytes().ToArray());
            Assert.Equal([1f, 2f, 3f], opened.Model.Graph.FindValue("s:0")!.Constant!.ToFloats());
            Assert.Equal(file, opened.Content.ToMemory().ToArray());
            Assert.Equal(file, PackedFiles.Write(opened.Model));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
