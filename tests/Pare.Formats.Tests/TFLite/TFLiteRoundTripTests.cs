using Pare.Testing;
using Xunit;

namespace Pare.Formats.TFLite.Tests;

public sealed class TFLiteRoundTripTests
{
    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [];
        foreach (string file in Directory.EnumerateFiles(SharedFiles.Samples, "*.tflite", SearchOption.AllDirectories)
            .Concat(SharedFiles.Find("models", "*.tflite")).Concat(SharedFiles.Find("golden/tflite-ops", "*.tflite")).Order(StringComparer.Ordinal))
        {
            data.Add(file);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_NothingChanged_SameMeaningNoLarger(string file)
    {
        byte[] before = File.ReadAllBytes(file);
        Model model = Read(before);
        byte[] after = Written(model.Clone());
        Assert.Equal(CanonicalTFLite.Of(before), CanonicalTFLite.Of(after));
        Assert.True(after.Length <= before.Length, $"{after.Length} bytes after {before.Length}");
        Assert.Equal(after, Written(Read(after)));
        Assert.Equal(FormatMatch.Certain, new TFLiteFormat().Identify(new ModelSource { Bytes = ByteSource.FromMemory(after) }));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_EveryTensorAnew_SameContents(string file)
    {
        Model model = Read(File.ReadAllBytes(file));
        Value[] a = [.. Constants(model)];
        foreach (Value v in a.Where(v => v.Type != DataType.String))
        {
            v.Constant = new DenseTensorData(v.Type, v.Constant!.Shape, v.Constant.GetBytes().ToArray());
        }

        Value[] b = [.. Constants(Read(Written(model)))];
        Assert.Equal(a.Select(v => v.Name), b.Select(v => v.Name));
        for (int i = 0; i < a.Length; i++)
        {
            Assert.Equal(a[i].Constant!.ToString(), b[i].Constant!.ToString());
            Assert.True(a[i].Type == DataType.String || a[i].Constant!.GetBytes().SequenceEqual(b[i].Constant!.GetBytes()), a[i].Name);
        }
    }

    internal static Model Read(byte[] bytes) => new TFLiteFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(bytes) });

    internal static byte[] Written(Model model)
    {
        using MemoryStream stream = new();
        new TFLiteFormat().Write(model, new StreamTarget(stream, ".tflite"));
        return stream.ToArray();
    }

    private static IEnumerable<Value> Constants(Model model) => model.Subgraphs.Prepend(model.Graph).SelectMany(g => g.Constants);
}
