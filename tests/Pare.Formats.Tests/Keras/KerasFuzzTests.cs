using Pare.Formats.Keras;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.Keras;

public class KerasFuzzTests
{
    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [];
        foreach (string file in KerasFiles.All.Where(f => Path.GetFileName(f) is not ("cyclic.h5" or "weights_only.h5")))
        {
            data.Add(Path.GetFileName(file));
        }

        foreach (string file in SharedFiles.Find("models/keras", "zoo*.h5").Concat(SharedFiles.Find("models/keras", "zoo*.keras")))
        {
            data.Add(file);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_DamagedFile_ResultOrTypedError(string file)
    {
        string path = Path.IsPathRooted(file) ? file : KerasFiles.Find(file);
        string suffix = Path.GetExtension(path);
        ReaderFuzzer fuzzer = new(bytes => Touch(bytes, suffix));
        fuzzer.Run(Path.GetFileName(path), File.ReadAllBytes(path), ReaderFuzzer.Mutants());
        TestContext.Current.TestOutputHelper?.WriteLine($"{path}: {fuzzer.Count} damaged copies, {fuzzer.Refused} refused");
    }

    [Theory]
    [InlineData("classic.h5")]
    [InlineData("wired.h5")]
    public void Read_DamagedConfiguration_ResultOrTypedError(string file)
    {
        // The same mutations on the JSON alone, where most of a file's meaning is.
        Hdf5.Hdf5File source = Hdf5.Hdf5File.Open(ByteSource.FromFile(KerasFiles.Find(file)));
        byte[] json = source.Root.Attribute("model_config")!.RawText().ToArray();
        ReaderFuzzer fuzzer = new(bytes => KerasReader.Read(bytes, "the configuration", () => KerasReader.WeightsOf(source), (s, v) => new KerasExtension(source.Bytes.Source, null, v, s, true), null));
        fuzzer.Run(file + " configuration", json, ReaderFuzzer.Mutants() * 4);
        TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {fuzzer.Count} damaged configurations, {fuzzer.Refused} refused");
    }

    [Fact]
    public void Read_ArchiveThatClaimsMore_IsRefusedBeforeItIsUnpacked()
    {
        byte[] bytes = File.ReadAllBytes(KerasFiles.Find("deflated.keras"));
        int central = bytes.AsSpan().LastIndexOf("model.weights.h5"u8) - 46;
        BitConverter.TryWriteBytes(bytes.AsSpan(central + 24), 0x70000000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more than is believed", Assert.Throws<ModelFormatException>(() => KerasFiles.Read(bytes, ".keras")).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 << 20);
    }

    [Fact]
    public void Read_DatasetThatClaimsMore_IsRefused()
    {
        byte[] bytes = File.ReadAllBytes(KerasFiles.Find("classic.h5"));

        // The extents of d0/kernel:0, 4 and 3, as HDF5 writes them.
        byte[] extents = [4, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
        int at = bytes.AsSpan().IndexOf(extents);
        Assert.True(at > 0);
        bytes[at + 5] = 0x40;
        Assert.Contains("takes", Assert.ThrowsAny<PareException>(() => KerasFiles.Read(bytes, ".h5")).Message, StringComparison.Ordinal);
    }

    private static void Touch(byte[] bytes, string suffix)
    {
        Model model = KerasFiles.Read(bytes, suffix);
        foreach (Value v in model.Graph.Initializers)
        {
            if (v.Constant!.Type.BitWidth() > 0 && v.Constant.Count < 1 << 16)
            {
                _ = v.Constant.ToFloats();
            }
        }

        using MemoryStream stream = new();
        IModelFormat format = suffix == ".keras" ? new KerasArchiveFormat() : new KerasHdf5Format();
        format.Write(model, new StreamTarget(stream, suffix));
    }

}
