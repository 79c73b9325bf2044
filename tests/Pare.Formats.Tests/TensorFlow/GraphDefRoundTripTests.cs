using Pare.Formats.TensorFlow;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow;

public class GraphDefRoundTripTests
{
    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [];
        data.Add(SharedFiles.Sample("petals", "petals.pb"));
        foreach (string folder in (string[])["models/poets", "models/poets-flowers", "models/keras", "golden/tensorflow-tools", "golden/tensorflow-ops", "golden/poets"])
        {
            foreach (string file in SharedFiles.Find(folder, "*.pb"))
            {
                data.Add(file);
            }
        }

        foreach (string file in SharedFiles.Find("models/wild", "*.pb").Where(f => !f.EndsWith("saved_model.pb", StringComparison.Ordinal)))
        {
            data.Add(file);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ReadWrite_RealFile_IsSemanticallyEqual(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        GraphDefFormat format = new();
        ModelSource source = new() { Bytes = ByteSource.FromMemory(bytes), Name = path, Suffix = ".pb" };
        Assert.Equal(FormatMatch.Likely, format.Identify(source));
        Model model = format.Read(source);
        GraphVerifier.Verify(model);
        using MemoryStream written = new();
        format.Write(model.Clone(), new StreamTarget(written, ".pb"));
        Assert.Equal(CanonicalGraphDef.Of(bytes), CanonicalGraphDef.Of(written.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ReadWrite_ThroughText_IsSemanticallyEqual(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        GraphDefFormat format = new();
        using MemoryStream text = new();
        format.Write(format.Read(new ModelSource { Bytes = ByteSource.FromMemory(bytes) }), new StreamTarget(text, ".pbtxt"));
        ModelSource source = new() { Bytes = ByteSource.FromMemory(text.ToArray()), Suffix = ".pbtxt" };
        Assert.Equal(FormatMatch.Likely, format.Identify(source));
        using MemoryStream written = new();
        format.Write(format.Read(source), new StreamTarget(written, ".pb"));
        Assert.Equal(CanonicalGraphDef.Of(bytes), CanonicalGraphDef.Of(written.ToArray()));
    }
}
