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

    [Fact]
    public void Write_EveryStructure_SameMeaning()
    {
        foreach ((string _, byte[] before) in TFLiteSamples.All())
        {
            Model model = Read(before);
            Assert.Empty(model.Diagnostics);
            byte[] after = Written(model.Clone());
            Assert.Equal(CanonicalTFLite.Of(before), CanonicalTFLite.Of(after));
        }
    }

    [Fact]
    public void Read_Structures_WhatTheySay()
    {
        Model model = Read(TFLiteSamples.Structures(appended: false));
        Node node = model.Graph.Nodes.First();
        Assert.Equal(("Mine", TFLiteFormat.CustomDomain), (node.Operator, node.Domain));
        Assert.Equal(new byte[] { 9, 8 }, node.Attributes["custom_options"].AsBytes.ToArray());
        Assert.Equal([0.125f], node.Attributes["intermediate_scales"].AsFloats);
        Assert.Null(node.Inputs[5]);
        Value x = node.Inputs[0]!;
        Assert.Equal("[?,4]", x.Shape!.ToString());
        Value int4 = node.Inputs[1]!;
        Assert.Equal([1L, 2, 3, 4], int4.Constant!.ToInt64s());
        Assert.Equal([1f, 2f], int4.Quantization!.Scales);
        Assert.Equal(2, int4.Quantization.GroupSize);
        Assert.Equal([1L, 0, 0, 0, -2], node.Inputs[2]!.Constant!.ToInt64s());
        Assert.Equal("bc"u8.ToArray(), node.Inputs[3]!.Constant!.GetStrings()[1].ToArray());
        Assert.Equal([0, 1, 0, 2, 3, 0, 4, 0], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(node.Inputs[4]!.Constant!.GetBytes()).ToArray());
        Assert.True(node.Inputs[6]!.IsVariable);
        Assert.Equal(1, node.Inputs[7]!.Quantization!.Axis);
        Assert.Equal("WHILE", model.Graph.Nodes.Last().Operator);
        Assert.Equal(1, model.Graph.Nodes.Last().Attributes.GetInteger("body_subgraph_index"));
        Assert.Equal("RELU", Assert.Single(Assert.Single(model.Subgraphs).Nodes).Operator);
        Assert.Equal("hello", model.Metadata["note"]);
    }

    [Fact]
    public void Write_ModelMadeByHand_ReadsAsMade()
    {
        Graph graph = new("made");
        Value x = new("x", DataType.Float32, new SymbolicShape(default(Dimension), 3));
        graph.Inputs.Add(x);
        Value w = graph.AddInitializer("w", DenseTensorData.Create((ReadOnlySpan<float>)[1, 2, 3, 4, 5, 6], new TensorShape(2, 3)));
        Value twin = graph.AddInitializer("twin", DenseTensorData.Create((ReadOnlySpan<float>)[1, 2, 3, 4, 5, 6], new TensorShape(2, 3)));
        Node first = graph.CreateNode("a", "FULLY_CONNECTED", [x, w, null]);
        Node second = graph.CreateNode("b", "FULLY_CONNECTED", [x, twin]);
        Node sum = graph.CreateNode("c", "ADD", [first.Output, second.Output]);
        sum.Attributes["fused_activation_function"] = AttributeValue.Of("RELU6");
        foreach (Node n in graph.Nodes)
        {
            n.Output.Type = DataType.Float32;
            n.Output.Shape = new SymbolicShape(default(Dimension), 2);
        }

        graph.Outputs.Add(sum.Output);
        byte[] bytes = Written(new Model(Vocabularies.TFLite, graph));
        Model again = Read(bytes);
        Assert.Equal("[?,2]", again.Graph.Outputs[0].Shape!.ToString());
        Assert.Equal("RELU6", again.Graph.Nodes.Last().Attributes.GetString("fused_activation_function"));
        Assert.Null(again.Graph.Nodes.First().Inputs[2]);
        Assert.Equal([1f, 2, 3, 4, 5, 6], again.Graph.Nodes.First().Inputs[1]!.Constant!.ToFloats());
        Assert.Equal("2.1.0", again.Metadata["min_runtime_version"]);
        string[] lines = [.. CanonicalTFLite.Of(bytes)];
        Assert.Contains("model.subgraphs[0].operators[0]: operator 9  version 1", lines);
        Assert.Contains("model.subgraphs[0].operators[1]: operator 9  version 6", lines);
        Assert.Equal(lines.Single(l => l.Contains("tensors[1].buffer", StringComparison.Ordinal))[^64..], lines.Single(l => l.Contains("tensors[3].buffer", StringComparison.Ordinal))[^64..]);
        Assert.Contains(lines, l => l.EndsWith(": serving_default", StringComparison.Ordinal));
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
