using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Pare.Testing;
using Xunit;

namespace Pare.Evaluation.Tests;

public sealed class DatasetTests : IDisposable
{
    private static readonly byte[] s_png = PngWriter.Encode(TestPictures.Gradient(5, 4));

    private readonly string _folder = Directory.CreateTempSubdirectory("pare-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Percentage_OfTheTutorialsPhoto_IsItsRecordedNumber()
    {
        Assert.Equal(81.87405155505277, PathHash.Percentage("tf_files/flower_photos/daisy/3475870145_685a19116d.jpg"), 1e-12);
        Assert.Equal(PathHash.Percentage("a/b"), PathHash.Percentage("a/b_nohash_1.jpg"));
    }

    [Fact]
    public void Open_OfTheFlowers_SplitsAsTheTutorialDid()
    {
        string flowers = SharedFiles.InShared("data", "flower_photos");
        using Dataset validation = Datasets.Open(flowers, new DatasetOptions { Split = DatasetSplit.Validation });
        using Dataset training = Datasets.Open(flowers, new DatasetOptions { Split = DatasetSplit.Training });
        Assert.Equal((359, 2949), (validation.Items.Count, training.Items.Count));
        Assert.Equal(["daisy", "dandelion", "roses", "sunflowers", "tulips"], validation.ClassNames!);
    }

    [Fact]
    public void Open_OfMnist_FindsLabelsAndParts()
    {
        string mnist = SharedFiles.InShared("data", "mnist");
        using Dataset testing = Datasets.Open(mnist, new DatasetOptions { Split = DatasetSplit.Testing, Limit = 100, Shuffle = true });
        Assert.Equal(100, testing.Items.Count);
        RgbImage image = ((ImageContent)testing.Read().Last().Load()).Decode();
        Assert.Equal((28, 28), (image.Width, image.Height));
        Assert.All(testing.Items, i => Assert.InRange(i.Label!.Value, 0, 9));
    }

    [Fact]
    public void Open_OfCifarTar_StreamsClassFolders()
    {
        using Dataset data = Datasets.Open(SharedFiles.InShared("data", "cifar-10-jpeg", "test.tar.gz"), new DatasetOptions { Limit = 20, Shuffle = true });
        Assert.Equal(10, data.ClassNames!.Count);
        Sample[] samples = [.. data.Read()];
        Assert.Equal(20, samples.Length);
        Assert.All(samples, s => Assert.Equal(32, ((ImageContent)s.Load()).Decode().Width));
        Assert.All(samples, s => Assert.Equal(data.Items[s.Index], s.Info));
    }

    [Fact]
    public void Open_OfEqualFolderZipAndTar_GivesTheSameSamples()
    {
        string root = Path.Combine(_folder, "pics");
        foreach (string f in new[] { "b/2.png", "a/1.png", "a/3.PNG", "a/notes.txt" })
        {
            Directory.CreateDirectory(Path.Combine(root, Path.GetDirectoryName(f)!));
            File.WriteAllBytes(Path.Combine(root, f), s_png);
        }

        ZipFile.CreateFromDirectory(root, Path.Combine(_folder, "pics.zip"), CompressionLevel.Fastest, includeBaseDirectory: true);
        TarFile.CreateFromDirectory(root, Path.Combine(_folder, "pics.tar"), includeBaseDirectory: true);
        using (FileStream packed = File.Create(Path.Combine(_folder, "pics.tar.gz")))
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(File.ReadAllBytes(Path.Combine(_folder, "pics.tar")));
        }

        foreach (string name in new[] { "pics", "pics.zip", "pics.tar", "pics.tar.gz" })
        {
            using Dataset data = Datasets.Open(Path.Combine(_folder, name));
            Assert.Equal("pics", data.Name);
            Assert.Equal(["a", "b"], data.ClassNames!);
            Assert.Equal(["a/1.png", "a/3.PNG", "b/2.png"], data.Items.Select(i => i.Name));
            Assert.Equal([0, 1, 2], data.Read().Select(s => s.Index).Order());
            Assert.All(data.Read(), s => Assert.Equal(5, ((ImageContent)s.Load()).Decode().Width));
            Assert.Contains(data.Diagnostics, d => d.Message.Contains("1 files", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Open_OfLabelsCsv_ReadsNamesAndIndices()
    {
        File.WriteAllBytes(Path.Combine(_folder, "x, y.png"), s_png);
        File.WriteAllText(Path.Combine(_folder, "labels.csv"), "file,wnid,index_1001\r\n\"x, y.png\",n01,7\r\nmissing.png,n02,8\r\n");
        using Dataset data = Datasets.Open(_folder);
        Assert.Equal([7, 8], data.Items.Select(i => i.Label!.Value));
        Sample[] samples = [.. data.Read()];
        samples[0].Load();
        Assert.ThrowsAny<IOException>(() => samples[1].Load());
    }

    [Fact]
    public void Open_OfCsv_GivesAColumnAnInput()
    {
        string path = Write("table.csv", Encoding.UTF8.GetBytes("x,y,label\n1,2.5,cat\n3,-4,dog\n"));
        using Dataset data = Datasets.Open(path);
        Assert.Equal(["cat", "dog"], data.Items.Select(i => i.LabelName));
        TensorContent row = (TensorContent)data.Read().Last().Load();
        Assert.Equal(["x", "y"], row.Tensors.Select(t => t.Key));
        Assert.Equal(-4, row.Tensors[1].Value.ToFloats()[0]);
    }

    [Fact]
    public void Open_OfNpz_GivesRowsAndLabels()
    {
        using Dataset data = Datasets.Open(SharedFiles.Sample("chars", "test.npz"));
        Assert.Equal(500, data.Items.Count);
        Assert.True(data.IsLabelled);
        TensorContent row = (TensorContent)data.Read([3]).Single().Load();
        Assert.Equal(new TensorShape(32), row.Tensors[0].Value.Shape);
    }

    [Fact]
    public void Open_OfNothingUseful_SaysWhatIsExpected()
    {
        Assert.Contains("holds no pictures", Assert.Throws<UsageException>(() => Datasets.Open(_folder)).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Datasets.Open(Write("x.doc", [1, 2, 3])));
        Assert.Throws<FileNotFoundException>(() => Datasets.Open(Path.Combine(_folder, "none")));
    }

    [Fact]
    public void Open_OfPathsThatLeadOutside_LeavesThemOut()
    {
        string path = Path.Combine(_folder, "slip.zip");
        using (ZipArchive zip = new(File.Create(path), ZipArchiveMode.Create))
        {
            foreach (string name in new[] { "../evil.png", "a/ok.png", "b/ok.png" })
            {
                using Stream s = zip.CreateEntry(name).Open();
                s.Write(s_png);
            }
        }

        using Dataset data = Datasets.Open(path);
        Assert.Equal(["a/ok.png", "b/ok.png"], data.Items.Select(i => i.Name));
        Assert.Contains(data.Diagnostics, d => d.Severity == DiagnosticSeverity.Warning);
    }

    [Fact]
    public void Limit_WithShuffle_DrawsTheSameSampleEachTime()
    {
        for (int i = 0; i < 30; i++)
        {
            File.WriteAllBytes(Path.Combine(_folder, $"{i:00}.png"), s_png);
        }

        string[] Draw(int seed)
        {
            using Dataset d = Datasets.Open(_folder, new DatasetOptions { Limit = 10, Shuffle = true, Seed = seed });
            return [.. d.Items.Select(i => i.Name)];
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        Assert.Equal(Draw(1).Order(StringComparer.Ordinal), Draw(1));
    }

    [Fact]
    public void Open_OfDamagedData_GivesTypedErrors()
    {
        byte[] idx = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, .. Enumerable.Repeat((byte)9, 12)];
        byte[] csv = Encoding.UTF8.GetBytes("x,y,label\n1,\"2\"\"5\",cat\n3,-4,dog\n");
        byte[] labels = Encoding.UTF8.GetBytes("0:cat\n1:dog\n");
        using MemoryStream zipped = new();
        using (ZipArchive zip = new(zipped, ZipArchiveMode.Create, true))
        {
            using Stream s = zip.CreateEntry("a/1.png").Open();
            s.Write(s_png);
        }

        using MemoryStream tarred = new();
        using (TarWriter tar = new(tarred, TarEntryFormat.Pax, true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "p/a/1.png") { DataStream = new MemoryStream(s_png) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "p/b/" + new string('x', 200) + ".png") { DataStream = new MemoryStream(s_png) });
        }

        int mutants = ReaderFuzzer.Mutants();
        new ReaderFuzzer(b => LabelList.Parse(b, "labels")).Run("labels", labels, mutants);
        new ReaderFuzzer(b => PreprocessingFile.Parse(b, "p")).Run("preprocessing", Encoding.UTF8.GetBytes(PreprocessingFile.ToJson(Preprocessing.Default)), mutants);
        foreach ((string name, byte[] bytes) in new[] { ("t10k-images-idx3-ubyte", idx), ("t.csv", csv), ("t.zip", zipped.ToArray()), ("t.tar", tarred.ToArray()), ("t.tar.gz", Gzip(tarred.ToArray())) })
        {
            new ReaderFuzzer(b => Touch(Write(name, b))).Run(name, bytes, mutants);
        }
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static void Touch(string path)
    {
        using Dataset data = Datasets.Open(path);
        foreach (Sample s in data.Read())
        {
            if (s.Load() is ImageContent image)
            {
                image.Decode();
            }
        }
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
