using System.Text;
using Pare.Formats.Protobuf;
using Pare.Formats.TensorFlow;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow;

public class GraphDefReaderTests
{
    private static readonly GraphDefFormat s_format = new();

    [Theory]
    [InlineData("node { name: 'y' op: 'Relu' input: 'x' }", "GraphDef, byte 11, node 'y': input 'x' is no node of the graph")]
    [InlineData("node { name: 'y' op: 'Relu' input: '^x' }", "GraphDef, byte 11, node 'y': control input 'x' is no node of the graph")]
    [InlineData("node { name: 'x' op: 'A' } node { name: 'x' op: 'B' }", "GraphDef, byte 10, node 'x': two nodes bear this name; names must be unique")]
    [InlineData("node { name: 'a\\\\b' op: 'A' }", "GraphDef, byte 2: 'a\\b' is no node name: letters, digits and '.' first, then also '_', '-', '/' and '>'")]
    [InlineData("node { op: 'A' }", "GraphDef, byte 0: a node has no name")]
    [InlineData("node { name: 'x' }", "GraphDef, byte 0, node 'x': the node names no operator")]
    [InlineData("node { name: 'k' op: 'Const' }", "GraphDef, byte 0, node 'k': the constant has no tensor under 'value'")]
    [InlineData("node { name: 'k' op: 'Const' attr { key: 'value' value { i: 1 } } }", "GraphDef, byte 23, node 'k': the constant's 'value' is no tensor (it has field 3)")]
    [InlineData("node { name: 'k' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } tensor_content: 'abc' } } } }", "GraphDef, byte 25, node 'k': a tensor Float32[2] takes 8 bytes, but its tensor_content has 3")]
    [InlineData("node { name: 'k' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 4294967296 } dim { size: 4294967296 } } } } } }", "GraphDef, byte 29, node 'k': the shape [4294967296,4294967296] has more elements than a tensor can hold")]
    [InlineData("node { name: 'k' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: -1 } } } } } }", "GraphDef, byte 29, node 'k': a tensor shape has the extent -1; extents must not be negative")]
    [InlineData("node { name: 'a' op: 'Relu' input: 'b' } node { name: 'b' op: 'Relu' input: 'a' }", "the graph has a cycle: a <- b <- a")]
    [InlineData("node { name: 'a' op: 'Relu' input: 'a' }", "the graph has a cycle: a <- a")]
    [InlineData("node { name: 'x' op: 'A' } node { name: 'y' op: 'B' input: 'x:2000000000' }", "GraphDef, byte 16, node 'x': more outputs are claimed (2000000002) than a graph of 30 bytes can have")]
    public void Read_BrokenGraph_NamesPlaceAndNode(string text, string message)
    {
        PareException e = Assert.ThrowsAny<PareException>(() => Read(text));
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void Read_Loop_IsNoCycle()
    {
        Model m = Read("node { name: 'm' op: 'Merge' input: 'x' input: 'n' } node { name: 'n' op: 'NextIteration' input: 'm' } node { name: 'x' op: 'Placeholder' }");
        GraphVerifier.Verify(m);
        Assert.Equal(2, m.Graph.FindNode("m")!.Outputs.Count);
    }

    [Theory]
    [InlineData("dtype: DT_FLOAT tensor_shape { dim { size: 3 } } float_val: [1, 2]", new float[] { 1, 2, 2 })]
    [InlineData("dtype: DT_FLOAT tensor_shape { dim { size: 2 } }", new float[] { 0, 0 })]
    [InlineData("dtype: DT_FLOAT float_val: 5", new float[] { 5 })]
    [InlineData("dtype: DT_FLOAT tensor_shape { dim { size: 1 } } float_val: 5 tensor_content: '\\000\\000\\200?'", new float[] { 1 })]
    [InlineData("dtype: DT_FLOAT tensor_shape { dim { size: 2 } } float_val: [1, 2, 3]", new float[] { 1, 2 })]
    [InlineData("dtype: DT_HALF tensor_shape { dim { size: 2 } } half_val: [15360, 49152]", new float[] { 1, -2 })]
    [InlineData("dtype: DT_BFLOAT16 tensor_shape { dim { size: 1 } } half_val: 16256", new float[] { 1 })]
    [InlineData("dtype: DT_INT8 tensor_shape { dim { size: 2 } } int_val: [-1, 127]", new float[] { -1, 127 })]
    [InlineData("dtype: DT_BOOL tensor_shape { dim { size: 2 } } bool_val: [true, false]", new float[] { 1, 0 })]
    [InlineData("dtype: DT_INT4 tensor_shape { dim { size: 3 } } int_val: [-1, 7]", new float[] { -1, 7, 7 })]
    [InlineData("dtype: DT_INT4 tensor_shape { dim { size: 2 } } tensor_content: '\\377\\007'", new float[] { -1, 7 })]
    public void Read_Constant_ValuesAreThose(string tensor, float[] values)
    {
        TensorData t = Read($"node {{ name: 'k' op: 'Const' attr {{ key: 'value' value {{ tensor {{ {tensor} }} }} }} }}").Graph.FindNode("k")!.Output.Constant!;
        Assert.Equal(values, t.ToFloats());
    }

    [Fact]
    public void Read_MergedTensor_IsOne()
    {
        Model m = Read("node { name: 'k' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } } tensor { float_val: [3, 4] } } } }");
        Assert.Equal([3f, 4f], m.Graph.FindNode("k")!.Output.Constant!.ToFloats());
    }

    [Fact]
    public void Write_ReplacedConstant_KeepsWhatItDoesNotReplace()
    {
        Model m = Read("""
            node { name: 'k' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } float_val: 1 555: 'zz' } 77: 1 } } attr { key: 'dtype' value { type: DT_FLOAT } } 900: 3 }
            """);
        Value k = m.Graph.FindNode("k")!.Output;
        k.Constant = DenseTensorData.Create([5f, 6f], new TensorShape(2));
        string text = Write(m);
        Assert.Equal("""
            node {
              name: "k"
              op: "Const"
              attr {
                key: "value"
                value {
                  tensor {
                    dtype: DT_FLOAT
                    tensor_shape {
                      dim {
                        size: 2
                      }
                    }
                    tensor_content: "\000\000\240@\000\000\300@"
                    555: "zz"
                  }
                  77: 1
                }
              }
              attr {
                key: "dtype"
                value {
                  type: DT_FLOAT
                }
              }
              900: 3
            }

            """, text);
    }

    [Fact]
    public void Write_ConstantOfAnotherType_NamesItsType()
    {
        Model m = Read("node { name: 'k' op: 'Const' attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'value' value { tensor { dtype: DT_FLOAT } } } }");
        m.Graph.FindNode("k")!.Output.Constant = DenseTensorData.Create<byte>(DataType.UInt8, [1, 2], new TensorShape(2));
        Assert.DoesNotContain("DT_FLOAT", Write(m), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EveryKindOfAttribute_ReadsAgain()
    {
        Model m = new(Vocabularies.TensorFlow);
        Node n = m.Graph.CreateNode("n", "Relu");
        n.Attributes["i"] = AttributeValue.Of(-3L);
        n.Attributes["f"] = AttributeValue.Of(0.1f);
        n.Attributes["b"] = AttributeValue.Of(false);
        n.Attributes["s"] = AttributeValue.Of("text");
        n.Attributes["t"] = AttributeValue.Of(DataType.Int64);
        n.Attributes["shape"] = AttributeValue.OfShape(new SymbolicShape(2, Dimension.Unknown, 0));
        n.Attributes["unknown"] = AttributeValue.OfShape(null);
        n.Attributes["li"] = AttributeValue.Of([1L, -2]);
        n.Attributes["lf"] = AttributeValue.Of([1f, 2f]);
        n.Attributes["lb"] = AttributeValue.Of([true, false]);
        n.Attributes["lt"] = AttributeValue.Of([DataType.Float32, DataType.String]);
        n.Attributes["empty"] = AttributeValue.EmptyList();
        n.Attributes["tensor"] = AttributeValue.Of(DenseTensorData.Create([1L, 2], new TensorShape(2)));
        n.Attributes["func"] = AttributeValue.Of(new FunctionReference("F", new Dictionary<string, AttributeValue> { ["T"] = AttributeValue.Of(1L) }));
        using MemoryStream stream = new();
        s_format.Write(m, new StreamTarget(stream, ".pb"));
        AttributeMap a = s_format.Read(new ModelSource { Bytes = ByteSource.FromMemory(stream.ToArray()) }).Graph.FindNode("n")!.Attributes;
        Assert.Equal(n.Attributes.Keys, a.Keys);
        Assert.Equal(-3, a["i"].AsInteger);
        Assert.Equal(0.1f, a["f"].AsFloat);
        Assert.False(a["b"].AsBoolean);
        Assert.Equal(DataType.Int64, a["t"].AsType);
        Assert.Equal(new SymbolicShape(2, Dimension.Unknown, 0), a["shape"].AsShape);
        Assert.Null(a["unknown"].AsShape);
        Assert.Equal([1L, -2], a["li"].AsIntegers);
        Assert.Equal([true, false], a["lb"].AsBooleans);
        Assert.Equal([DataType.Float32, DataType.String], a["lt"].AsTypes);
        Assert.Equal(AttributeKind.EmptyList, a["empty"].Kind);
        Assert.Equal([1L, 2], a["tensor"].AsTensor.ToInt64s());
        Assert.Equal(1, a["func"].AsFunction.Attributes["T"].AsInteger);
    }

    [Fact]
    public void Identify_SavedModel_IsNoGraphDef()
    {
        ByteSource bytes = ByteSource.FromFile(SharedFiles.InShared("models", "wild", "basic_pitch_saved_model", "saved_model.pb"));
        Assert.Equal(FormatMatch.No, s_format.Identify(new ModelSource { Bytes = bytes }));
    }

    private static Model Read(string text)
    {
        ReadOnlyMemory<byte> binary = TextFormatReader.Read(Encoding.UTF8.GetBytes(text), GraphDefSchema.GraphDef, "text", out _);
        return s_format.Read(new ModelSource { Bytes = ByteSource.FromMemory(binary), Suffix = ".pb" });
    }

    private static string Write(Model model)
    {
        using MemoryStream stream = new();
        s_format.Write(model, new StreamTarget(stream, ".pbtxt"));
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
