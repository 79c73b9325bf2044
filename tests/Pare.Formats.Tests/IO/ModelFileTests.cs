using System.IO.Compression;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.IO;

public sealed class ModelFileTests : IDisposable
{
    private static readonly string s_petals = SharedFiles.Sample("petals", "petals.pb");
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Open_PlainFile_IsGraphDef()
    {
        OpenedModel opened = ModelFile.Open(s_petals);
        Assert.Equal("graphdef", opened.Format.Name);
        Assert.Equal(".pb", opened.Suffix);
        Assert.Equal(FileCompression.None, opened.Compression);
        Assert.NotEmpty(opened.Model.Graph.Inputs);
        Assert.NotEmpty(opened.Model.Graph.Outputs);
    }

    [Theory]
    [InlineData("m.pb", FileCompression.None)]
    [InlineData("m.pb.gz", FileCompression.Gzip)]
    [InlineData("m.pb.zip", FileCompression.Zip)]
    [InlineData("misnamed.onnx", FileCompression.None)]
    public void SaveOpen_EachWrapping_GivesSameBytes(string name, FileCompression compression)
    {
        OpenedModel original = ModelFile.Open(s_petals);
        string path = Path.Combine(_folder, name);
        if (name.EndsWith(".onnx", StringComparison.Ordinal))
        {
            File.Copy(s_petals, path);
        }
        else
        {
            ModelFile.Save(original.Model, original.Format, path);
        }

        OpenedModel again = ModelFile.Open(path);
        Assert.Equal("graphdef", again.Format.Name);
        Assert.Equal(compression, again.Compression);
        Assert.True(original.Content.ToMemory().Span.SequenceEqual(again.Content.ToMemory().Span));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Save_ExistingFile_IsRefusedAndKept()
    {
        OpenedModel m = ModelFile.Open(s_petals);
        string path = Path.Combine(_folder, "there.pb");
        File.WriteAllText(path, "mine");
        Assert.Throws<UsageException>(() => ModelFile.Save(m.Model, m.Format, path));
        Assert.Equal("mine", File.ReadAllText(path));
        ModelFile.Save(m.Model, m.Format, path, overwrite: true);
        Assert.Equal(m.Content.Length, new FileInfo(path).Length);
    }

    [Fact]
    public void Save_OverTheOpenedFile_KeepsTheModelReadable()
    {
        string path = Path.Combine(_folder, "self.pb");
        File.Copy(s_petals, path);
        OpenedModel m = ModelFile.Open(path);
        ModelFile.Save(m.Model, m.Format, path, overwrite: true);
        Assert.Equal(File.ReadAllBytes(s_petals), File.ReadAllBytes(path));
        Assert.True(m.Content.ToMemory().Span.SequenceEqual(File.ReadAllBytes(s_petals)));
    }

    [Fact]
    public void Save_OtherSuffix_NamesConvert()
    {
        OpenedModel m = ModelFile.Open(s_petals);
        UsageException e = Assert.Throws<UsageException>(() => ModelFile.Save(m.Model, m.Format, Path.Combine(_folder, "x.tflite")));
        Assert.Contains("convert", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Save_FailingWriter_LeavesNothing()
    {
        Model bad = new(Vocabularies.TensorFlow);
        bad.Graph.CreateNode("x", "Placeholder");
        bad.Graph.CreateNode("y", "Relu", [null]);
        string path = Path.Combine(_folder, "bad.pb");
        Assert.Throws<GraphException>(() => ModelFile.Save(bad, ModelFile.FormatOf("a.pb")!, path));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Save_MissingFolder_IsTheMachinesError()
    {
        OpenedModel m = ModelFile.Open(s_petals);
        Assert.Throws<DirectoryNotFoundException>(() => ModelFile.Save(m.Model, m.Format, Path.Combine(_folder, "no", "x.pb")));
    }

    [Fact]
    public void Open_MissingFile_SaysSo() => Assert.Throws<FileNotFoundException>(() => ModelFile.Open(Path.Combine(_folder, "no.pb")));

    [Fact]
    public void Open_EmptyFile_SaysSo()
    {
        string path = Path.Combine(_folder, "e.pb");
        File.WriteAllBytes(path, []);
        Assert.Equal($"model file: '{path}' is empty (0 bytes)", Assert.Throws<ModelFormatException>(() => ModelFile.Open(path)).Message);
    }

    [Fact]
    public void Open_Text_IsUnknown()
    {
        string path = Path.Combine(_folder, "letter.txt");
        File.WriteAllText(path, "Dear Sir, this is no model.");
        Assert.Contains("no model that Pare knows", Assert.Throws<ModelFormatException>(() => ModelFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GarbageWithKnownSuffix_NamesThePlace()
    {
        string path = Path.Combine(_folder, "g.pb");
        File.WriteAllBytes(path, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        Assert.StartsWith("GraphDef, byte 0", Assert.Throws<ModelFormatException>(() => ModelFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Bomb_StopsAtTheBound()
    {
        string path = Path.Combine(_folder, "bomb.pb.gz");
        using (GZipStream gzip = new(File.Create(path), CompressionLevel.Fastest))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 32; i++)
            {
                gzip.Write(zeros);
            }
        }

        ModelFormatException e = Assert.Throws<ModelFormatException>(() => ModelFile.Open(path, new OpenOptions { MaxDecompressedBytes = 1 << 22 }));
        Assert.Contains("more than 4194304 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TruncatedGzip_IsDamaged()
    {
        string path = Path.Combine(_folder, "t.pb.gz");
        using (MemoryStream packed = new())
        {
            using (GZipStream gzip = new(packed, CompressionLevel.Optimal, true))
            {
                gzip.Write(File.ReadAllBytes(s_petals));
            }

            foreach (double part in (double[])[0.1, 0.5, 0.9, 0.9999])
            {
                File.WriteAllBytes(path, packed.ToArray()[..(int)(packed.Length * part)]);
                Assert.Throws<ModelFormatException>(() => ModelFile.Open(path));
            }
        }
    }

    [Fact]
    public void Open_ArchiveOfTwo_IsUnknown()
    {
        string path = Path.Combine(_folder, "two.zip");
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            zip.CreateEntryFromFile(s_petals, "a.pb");
            zip.CreateEntryFromFile(s_petals, "b.pb");
        }

        Assert.Throws<ModelFormatException>(() => ModelFile.Open(path));
    }

    [Theory]
    [InlineData(".pb.gz")]
    [InlineData(".pb.zip")]
    public void Open_DamagedWrapping_ResultOrTypedError(string suffix)
    {
        Model small = new(Vocabularies.TensorFlow);
        Node x = small.Graph.CreateNode("x", "Placeholder");
        small.Graph.CreateNode("y", "Relu", [x.Output]);
        string path = Path.Combine(_folder, "m" + suffix);
        ModelFile.Save(small, ModelFile.FormatOf(path)!, path);
        ReaderFuzzer fuzzer = new(bytes =>
        {
            File.WriteAllBytes(path, bytes);
            ModelFile.Open(path);
        });
        fuzzer.Run(suffix, File.ReadAllBytes(path), ReaderFuzzer.Mutants() * 10);
        Assert.True(fuzzer.Refused > 0);
    }
}
