using Pare.Formats.TensorFlow;
using Pare.Formats.TensorFlow.SavedModel;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow.SavedModel;

/// <summary>Variables whose handles go into the functions of loops and conditionals.</summary>
public class SavedModelLoopTests
{
    // i, x, handle: while i < 3: x += w.
    private const string Text = """
        node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } }
        node { name: "zero" op: "Const" attr { key: "dtype" value { type: DT_INT32 } } attr { key: "value" value { tensor { dtype: DT_INT32 int_val: 0 } } } }
        node { name: "w" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shared_name" value { s: "w" } } }
        node { name: "loop" op: "While" input: "zero" input: "x" input: "w" attr { key: "T" value { list { type: DT_INT32 type: DT_FLOAT type: DT_RESOURCE } } }
          attr { key: "cond" value { func { name: "more" } } } attr { key: "body" value { func { name: "step" } } } }
        node { name: "again" op: "StatelessWhile" input: "zero" input: "loop:1" input: "loop:2" attr { key: "T" value { list { type: DT_INT32 type: DT_FLOAT type: DT_RESOURCE } } }
          attr { key: "cond" value { func { name: "more" } } } attr { key: "body" value { func { name: "step" } } } }
        library {
          function { signature { name: "more" input_arg { name: "i" type: DT_INT32 } input_arg { name: "x" type: DT_FLOAT } input_arg { name: "h" type: DT_RESOURCE } output_arg { name: "go" type: DT_BOOL } }
            node_def { name: "three" op: "Const" attr { key: "dtype" value { type: DT_INT32 } } attr { key: "value" value { tensor { dtype: DT_INT32 int_val: 3 } } } }
            node_def { name: "Less" op: "Less" input: "i" input: "three:output:0" attr { key: "T" value { type: DT_INT32 } } }
            ret { key: "go" value: "Less:z:0" } }
          function { signature { name: "step" input_arg { name: "i" type: DT_INT32 } input_arg { name: "x" type: DT_FLOAT } input_arg { name: "h" type: DT_RESOURCE } output_arg { name: "i1" type: DT_INT32 } output_arg { name: "x1" type: DT_FLOAT } output_arg { name: "h1" type: DT_RESOURCE } }
            node_def { name: "one" op: "Const" attr { key: "dtype" value { type: DT_INT32 } } attr { key: "value" value { tensor { dtype: DT_INT32 int_val: 1 } } } }
            node_def { name: "next" op: "AddV2" input: "i" input: "one:output:0" attr { key: "T" value { type: DT_INT32 } } }
            node_def { name: "call" op: "StatefulPartitionedCall" input: "x" input: "h" attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "cell" } } } }
            node_def { name: "handle" op: "Identity" input: "h" attr { key: "T" value { type: DT_RESOURCE } } }
            ret { key: "i1" value: "next:z:0" } ret { key: "x1" value: "call:output:0" } ret { key: "h1" value: "handle:output:0" } }
          function { signature { name: "cell" input_arg { name: "x" type: DT_FLOAT } input_arg { name: "h" type: DT_RESOURCE } output_arg { name: "y" type: DT_FLOAT } }
            node_def { name: "read" op: "ReadVariableOp" input: "h" attr { key: "dtype" value { type: DT_FLOAT } } }
            node_def { name: "add" op: "AddV2" input: "x" input: "read:value:0" attr { key: "T" value { type: DT_FLOAT } } }
            ret { key: "y" value: "add:z:0" } }
        }
        """;

    [Fact]
    public void Read_LoopTakesTheHandle_TakesTheValueInstead()
    {
        Model m = Loop().Read();
        GraphVerifier.Verify(m);
        Assert.All(m.Graph.Nodes.Where(n => n.Operator.EndsWith("While", StringComparison.Ordinal)), n => Assert.Equal(DataType.Float32, n.Attributes["T"].AsTypes[2]));
        Assert.DoesNotContain(m.Functions.SelectMany(f => f.Body.Nodes).Concat(m.Graph.Nodes), n => n.Operator is "ReadVariableOp" or "VarHandleOp" or "StatefulPartitionedCall");
        Assert.All(m.Functions, f => Assert.Equal(DataType.Float32, f.Body.Inputs[2].Type));
    }

    [Fact]
    public void Read_LoopThenWrittenAsGraphDef_KeepsItsFunctions()
    {
        Model m = Loop().Read();
        using MemoryStream stream = new();
        new SavedModelFormat().Write(m, new StreamTarget(stream, ".pb"));
        Model again = new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(stream.ToArray()) });
        Assert.Equal(m.Functions.Select(f => f.Name), again.Functions.Select(f => f.Name));
        ModelFunction step = again.Functions.First(f => f.Body.Outputs.Count == 3);
        Assert.Equal([DataType.Int32, DataType.Float32, DataType.Float32], step.Body.Inputs.Select(v => v.Type));
        Node add = step.Body.FindNode("call/add")!;
        Assert.Same(step.Body.Inputs[1], add.Inputs[0]);
        Assert.Equal("Identity", add.Inputs[1]!.Producer!.Operator);
        Assert.Same(step.Body.Inputs[2], add.Inputs[1]!.Producer!.Inputs[0]);
        Assert.Same(add.Output, step.Body.Outputs[1]);
    }

    [Fact]
    public void Read_LoopChangesTheVariable_LeavesIt()
    {
        SavedModelBuilder b = Loop("""node_def { name: "assign" op: "AssignVariableOp" input: "h" input: "x" attr { key: "dtype" value { type: DT_FLOAT } } } node_def { name: "one" """);
        Assert.Contains(b.Read().Graph.Nodes, n => n.Operator == "VarHandleOp");
    }

    internal static SavedModelBuilder Loop(string? one = null)
    {
        SavedModelBuilder b = new();
        string text = one is null ? Text : Text.Replace("""node_def { name: "one" """, one, StringComparison.Ordinal);
        b.Graph(text, "serve", "", "serving_default: x=x:0 -> y=again:1");
        b.Checkpoint.Add("w", DenseTensorData.Create([1f, 2f], new TensorShape(2)));
        return b;
    }
}
