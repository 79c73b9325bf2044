using Pare.Testing;
using Xunit;

namespace Pare.Formats.Onnx.Tests;

public sealed class OnnxRoundTripTests
{
    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [];
        foreach (string file in Directory.EnumerateFiles(SharedFiles.Samples, "*.onnx", SearchOption.AllDirectories).Concat(SharedFiles.Find("models", "*.onnx")).Order(StringComparer.Ordinal))
        {
            data.Add(file);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_NothingChanged_SameTree(string file)
    {
        byte[] before = File.ReadAllBytes(file);
        Model model = new OnnxFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(before), Name = file });
        Assert.Null(ProtobufTree.Difference(before, Written(model), OnnxSchema.Model));
        byte[] cloned = Written(model.Clone());
        Assert.Null(ProtobufTree.Difference(before, cloned, OnnxSchema.Model));
        Assert.True(cloned.Length <= before.Length, $"{cloned.Length} bytes after {before.Length}");
        Assert.Equal(FormatMatch.Likely, new OnnxFormat().Identify(new ModelSource { Bytes = ByteSource.FromMemory(before) }));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_EveryTensorAnew_SameContents(string file)
    {
        Model model = new OnnxFormat().Read(new ModelSource { Bytes = ByteSource.FromFile(file), Name = file });
        foreach (Value v in model.Graph.SelfAndSubgraphs().SelectMany(g => g.Constants).Where(v => v.Type != DataType.String))
        {
            v.Constant = new DenseTensorData(v.Type, v.Constant!.Shape, v.Constant.GetBytes().ToArray());
        }

        Model again = new OnnxFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(Written(model)) });
        Value[] a = [.. model.Graph.SelfAndSubgraphs().SelectMany(g => g.Constants)];
        Value[] b = [.. again.Graph.SelfAndSubgraphs().SelectMany(g => g.Constants)];
        Assert.Equal(a.Select(v => v.Name), b.Select(v => v.Name));
        for (int i = 0; i < a.Length; i++)
        {
            Assert.Equal(a[i].Constant!.ToString(), b[i].Constant!.ToString());
            Assert.True(a[i].Type == DataType.String || a[i].Constant!.GetBytes().SequenceEqual(b[i].Constant!.GetBytes()), a[i].Name);
        }
    }

    internal static byte[] Written(Model model)
    {
        using MemoryStream stream = new();
        new OnnxFormat().Write(model, new StreamTarget(stream, ".onnx"));
        return stream.ToArray();
    }
}
