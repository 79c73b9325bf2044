using System.Text;
using Pare.Formats.TensorFlow;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow;

public class GraphDefTextTests
{
    private static Model Read(string text) => new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(Encoding.UTF8.GetBytes(text)), Suffix = ".pbtxt" });

    private static string Write(Model model)
    {
        using MemoryStream stream = new();
        new GraphDefFormat().Write(model, new StreamTarget(stream, ".pbtxt"));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void Read_AllSpellings_MeanTheSame()
    {
        Model m = Read("""
            # a comment before anything
            node { name: "x" op: 'Placeholder' attr { key: "dtype" value { type: DT_FLOAT } } }
            node < name: "k"; op: "Const", device: "/de" "vice:" 'CPU:0'
              attr: { key: "dtype" value: < type: 1 > }
              attr { key: "value" value { tensor {
                dtype: DT_FLOAT tensor_shape { dim { size: 2 } dim { size: 0x3 } }
                float_val: [1, -2.5f, inf] float_val: -inf  # packed and single mix
                float_val: 1e-3 float_val: nan } } }
              attr { key: "_s" value { s: "a\n\x41\102\u00e9\\\"" } }
              attr { key: "_i" value { list { i: [010, -1] i: 7 } } }
            >
            node { name: "y" op: "Add" input: ["x", "k:0"] input: "^x" 900: 7 901 { 1: "deep" } 902: 0x00000001 903: "raw" }
            versions { producer: 27 bad_consumers: [1, 2] }
            """);
        Assert.Equal(["x", "k", "y"], m.Graph.Nodes.Select(n => n.Name));
        Node k = m.Graph.FindNode("k")!;
        Assert.Equal([1f, -2.5f, float.PositiveInfinity, float.NegativeInfinity, 0.001f, float.NaN], k.Output.Constant!.ToFloats());
        Assert.Equal("/device:CPU:0", k.Device);
        Assert.Equal("a\nABé\\\"", k.Attributes.GetString("_s"));
        Assert.Equal([8L, -1, 7], k.Attributes.GetIntegers("_i")!);
        Assert.Equal("x", Assert.Single(m.Graph.FindNode("y")!.ControlInputs).Name);
        Assert.Equal(27, Assert.IsType<GraphDefExtension>(m.Extension).Producer);
        string written = Write(m);
        Assert.Contains("  900: 7\n  901 {\n    1: \"deep\"\n  }\n  902: 0x00000001\n  903: \"raw\"\n", written, StringComparison.Ordinal);
        Assert.Equal(written, Write(Read(written)));
    }

    [Theory]
    [InlineData("node { name: \"x\" opp: \"Relu\" }", "GraphDef text, byte 17: line 1, column 18: NodeDef has no field 'opp'")]
    [InlineData("node {\n  name: \"x\n}", "GraphDef text, byte 15: line 2, column 9: the string does not end on its line")]
    [InlineData("node { name: \"x\"", "GraphDef text, byte 16: line 1, column 17: the text ends within a message")]
    [InlineData("node { name \"x\" }", "GraphDef text, byte 12: line 1, column 13: ':' is missing after 'name'")]
    [InlineData("node { name: \"x\" op: \"Relu\" }\nnode { name: \"y\" op: \"Relu\" input: \"z\" }", "GraphDef text, byte 30, node 'y': line 2, column 1: input 'z' is no node of the graph")]
    [InlineData("node { name: \"\\q\" }", "GraphDef text, byte 14: line 1, column 15: '\\q' is no escape")]
    [InlineData("version: 99999999999999999999", "GraphDef text, byte 9: line 1, column 10: '99999999999999999999' is no integer of 64 bits")]
    [InlineData("node { attr { value { type: DT_FLOOT } } }", "GraphDef text, byte 28: line 1, column 29: 'DT_FLOOT' is no value of 'type'")]
    public void Read_Mistake_NamesThePlace(string text, string message) => Assert.Equal(message, Assert.Throws<ModelFormatException>(() => Read(text)).Message);

    [Fact]
    public void Read_DeepNesting_IsRefused()
    {
        StringBuilder text = new("node { name: \"x\" op: \"A\" ");
        for (int i = 0; i < 10000; i++)
        {
            text.Append("900 { ");
        }

        Assert.Contains("more than 100", Assert.Throws<ModelFormatException>(() => Read(text.ToString())).Message, StringComparison.Ordinal);
    }
}
