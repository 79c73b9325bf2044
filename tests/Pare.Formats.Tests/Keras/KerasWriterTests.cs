using System.IO.Compression;
using Pare.Formats.Keras;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.Keras;

public class KerasWriterTests
{
    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [];
        foreach (string file in KerasFiles.All.Where(f => !f.Contains("cyclic", StringComparison.Ordinal) && !f.Contains("weights_only", StringComparison.Ordinal)))
        {
            data.Add(Path.GetFileName(file));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_Untouched_GivesTheSameBytes(string file)
    {
        Assert.Equal(File.ReadAllBytes(KerasFiles.Find(file)), Write(KerasFiles.Open(file), file));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_EveryWeightChanged_ReadsBackChangedAndNothingElse(string file)
    {
        Model model = KerasFiles.Open(file);
        if (file == "chunked_latest.h5")
        {
            // Its compressed chunks grow, and their index is under a checksum.
            model.Graph.Initializers[0].Constant = Halved(model.Graph.Initializers[0].Constant!);
            Assert.Contains("h5repack", Assert.Throws<UnsupportedModelException>(() => Write(model, file)).Message, StringComparison.Ordinal);
            return;
        }

        string structure = KerasReader.Describe(model.Graph);
        foreach (Value v in model.Graph.Initializers)
        {
            v.Constant = Halved(v.Constant!);
        }

        byte[] bytes = Write(model, file);
        Model again = KerasFiles.Read(bytes, Path.GetExtension(file));
        Assert.Equal(structure, KerasReader.Describe(again.Graph));
        foreach ((Value expected, Value actual) in model.Graph.Initializers.Zip(again.Graph.Initializers))
        {
            Assert.Equal(expected.Constant!.Type, actual.Constant!.Type);
            Assert.Equal(expected.Constant!.ToFloats(), actual.Constant!.ToFloats());
        }
    }

    [Theory]
    [InlineData("classic.h5")]
    [InlineData("latest.h5")]
    [InlineData("types.h5")]
    [InlineData("stored.keras")]
    public void Write_ContiguousWeights_TouchNoOtherByte(string file)
    {
        byte[] before = File.ReadAllBytes(KerasFiles.Find(file));
        Model model = KerasFiles.Open(file);
        Value changed = model.Graph.Initializers[2];
        changed.Constant = Halved(changed.Constant!);
        byte[] after = Write(model, file);
        Assert.Equal(before.Length, after.Length);
        int different = before.Zip(after).Count(p => p.First != p.Second);

        // An archive's checksum stands twice beside.
        Assert.InRange(different, 1, (int)changed.Constant.ByteLength + (file.EndsWith(".keras", StringComparison.Ordinal) ? 8 : 0));
    }

    [Theory]
    [InlineData("stored.keras")]
    [InlineData("deflated.keras")]
    public void Write_Archive_PassesEveryChecksum(string file)
    {
        Model model = KerasFiles.Open(file);
        foreach (Value v in model.Graph.Initializers)
        {
            v.Constant = Halved(v.Constant!);
        }

        // The framework's reader checks lengths; the checksum is compared with one computed here.
        using ZipArchive zip = new(new MemoryStream(Write(model, file)), ZipArchiveMode.Read);
        Assert.Equal(["metadata.json", "config.json", "model.weights.h5"], zip.Entries.Select(e => e.FullName));
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using Crc32Stream checksum = new();
            using Stream content = entry.Open();
            content.CopyTo(checksum);
            Assert.Equal(entry.Crc32, checksum.Value);
            Assert.Equal(entry.Length, checksum.Length);
            Assert.Equal(new DateTime(2025, 1, 1), entry.LastWriteTime.DateTime);
        }
    }

    [Fact]
    public void Write_StructureChanged_IsRefused()
    {
        Model model = KerasFiles.Open("classic.h5");
        model.Graph.Nodes.Last().Operator = "Other";
        Assert.Contains("structure", Assert.Throws<GraphException>(() => Write(model, "classic.h5")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ShapeChanged_IsRefused()
    {
        Model model = KerasFiles.Open("classic.h5");
        model.Graph.Initializers[0].Constant = DenseTensorData.Create([1f], new TensorShape(1));
        Assert.Contains("d0/kernel:0", Assert.Throws<GraphException>(() => Write(model, "classic.h5")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_RealFiles_ReadBack()
    {
        Assert.SkipUnless(SharedFiles.Available, "needs the folder of real models: set PARE_SHARED to it");
        foreach (string file in SharedFiles.Find("models/keras", "*.h5").Concat(SharedFiles.Find("models/keras", "*.keras")).Concat(SharedFiles.Find("models/mlperf-tiny", "*.h5")).Append(SharedFiles.InShared("models", "wild", "fer_emotion.hdf5")))
        {
            Model model = ModelFile.Open(file).Model;
            foreach (Value v in model.Graph.Initializers)
            {
                v.Constant = Halved(v.Constant!);
            }

            Model again = KerasFiles.Read(Write(model, file), Path.GetExtension(file));
            foreach ((Value expected, Value actual) in model.Graph.Initializers.Zip(again.Graph.Initializers))
            {
                Assert.Equal(expected.Constant!.ToFloats(), actual.Constant!.ToFloats());
            }
        }
    }

    private static byte[] Write(Model model, string file)
    {
        using MemoryStream stream = new();
        IModelFormat format = file.EndsWith(".keras", StringComparison.Ordinal) ? new KerasArchiveFormat() : new KerasHdf5Format();
        format.Write(model, new StreamTarget(stream, Path.GetExtension(file)));
        return stream.ToArray();
    }

    // Powers of two keep every type exact.
    private static DenseTensorData Halved(TensorData tensor)
    {
        float[] values = Array.ConvertAll(tensor.ToFloats(), v => v / 2);
        return tensor.Type switch
        {
            DataType.Float16 => DenseTensorData.Create<Half>(DataType.Float16, Array.ConvertAll(values, v => (Half)v), tensor.Shape),
            DataType.Float64 => DenseTensorData.Create<double>(DataType.Float64, Array.ConvertAll(values, v => (double)v), tensor.Shape),
            _ => DenseTensorData.Create(values, tensor.Shape),
        };
    }
}
