using Pare.Formats.TensorFlow;
using Pare.Formats.TensorFlow.SavedModel;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow.SavedModel;

public class SavedModelReaderTests
{
    // As TensorFlow 2 saves a layer y = x + w: the signature calls a function, which calls another; variables are restored by a function.
    private const string TwoFunctions = """
        node { name: "serving_x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: -1 } dim { size: 2 } } } } }
        node { name: "w" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } attr { key: "shared_name" value { s: "dense/w" } } }
        node { name: "call" op: "StatefulPartitionedCall" input: "serving_x" input: "w" attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "outer" } } } }
        node { name: "file" op: "Placeholder" attr { key: "dtype" value { type: DT_STRING } } }
        node { name: "restore" op: "StatefulPartitionedCall" input: "file" input: "w" attr { key: "Tout" value { list { type: DT_STRING } } } attr { key: "f" value { func { name: "restoring" } } } }
        node { name: "unused" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } }
        library {
          function { signature { name: "outer" input_arg { name: "a" type: DT_FLOAT } input_arg { name: "h" type: DT_RESOURCE } output_arg { name: "identity" type: DT_FLOAT } }
            node_def { name: "inner" op: "PartitionedCall" input: "a" input: "h" attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "inner" attr { key: "T" value { type: DT_FLOAT } } } } } }
            node_def { name: "Identity" op: "Identity" input: "inner:output:0" input: "^NoOp" attr { key: "T" value { type: DT_FLOAT } } }
            node_def { name: "NoOp" op: "NoOp" input: "^inner" }
            ret { key: "identity" value: "Identity:output:0" } }
          function { signature { name: "inner" input_arg { name: "b" type: DT_FLOAT } input_arg { name: "v" type: DT_RESOURCE } output_arg { name: "z" type: DT_FLOAT } control_output: "read" }
            node_def { name: "read" op: "ReadVariableOp" input: "v" attr { key: "dtype" value { type: DT_FLOAT } } }
            node_def { name: "add" op: "AddV2" input: "b" input: "read:value:0" attr { key: "T" value { placeholder: "T" } } }
            ret { key: "z" value: "add:z:0" } control_ret { key: "read" value: "read" } }
          function { signature { name: "restoring" input_arg { name: "p" type: DT_STRING } input_arg { name: "v" type: DT_RESOURCE } output_arg { name: "o" type: DT_STRING } }
            node_def { name: "names" op: "Const" attr { key: "dtype" value { type: DT_STRING } } attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { dim { size: 2 } } string_val: "other" string_val: "layer/w/VALUE" } } } }
            node_def { name: "slices" op: "Const" attr { key: "dtype" value { type: DT_STRING } } attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { dim { size: 2 } } string_val: "" string_val: "" } } } }
            node_def { name: "RestoreV2" op: "RestoreV2" input: "p" input: "names:output:0" input: "slices:output:0" attr { key: "dtypes" value { list { type: DT_FLOAT type: DT_FLOAT } } } }
            node_def { name: "value" op: "Identity" input: "RestoreV2:tensors:1" attr { key: "T" value { type: DT_FLOAT } } }
            node_def { name: "assign" op: "AssignVariableOp" input: "v" input: "value:output:0" attr { key: "dtype" value { type: DT_FLOAT } } }
            node_def { name: "out" op: "Identity" input: "p" input: "^assign" attr { key: "T" value { type: DT_STRING } } }
            ret { key: "o" value: "out:output:0" } }
        }
        versions { producer: 1994 min_consumer: 12 }
        """;

    private const string Reference = """
        node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "weights" op: "VariableV2" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } }
        node { name: "weights/read" op: "Identity" input: "weights" attr { key: "T" value { type: DT_FLOAT } } }
        node { name: "scores" op: "Mul" input: "x" input: "weights/read" attr { key: "T" value { type: DT_FLOAT } } }
        node { name: "twice" op: "AddV2" input: "scores" input: "scores" attr { key: "T" value { type: DT_FLOAT } } }
        node { name: "save/Const" op: "Const" attr { key: "dtype" value { type: DT_STRING } } attr { key: "value" value { tensor { dtype: DT_STRING string_val: "model" } } } }
        node { name: "save/names" op: "Const" attr { key: "dtype" value { type: DT_STRING } } attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { dim { size: 1 } } string_val: "weights" } } } }
        node { name: "save/slices" op: "Const" attr { key: "dtype" value { type: DT_STRING } } attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { dim { size: 1 } } string_val: "SLICE" } } } }
        node { name: "save/RestoreV2" op: "RestoreV2" input: "save/Const" input: "save/names" input: "save/slices" attr { key: "dtypes" value { list { type: DT_FLOAT } } } }
        node { name: "save/Assign" op: "Assign" input: "weights" input: "save/RestoreV2" attr { key: "T" value { type: DT_FLOAT } } }
        node { name: "save/restore_all" op: "NoOp" input: "^save/Assign" }
        """;

    private static readonly TensorData s_weights = DenseTensorData.Create([3f, 5f], new TensorShape(2));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Open_FolderWhoseFileIsCutShort_SaysThatTheSavedModelIs(double part)
    {
        using TemporaryFolder folder = new();
        byte[] whole = Functions().File();
        File.WriteAllBytes(folder["saved_model.pb"], whole[..(int)(whole.Length * part)]);
        ModelFormatException inFolder = Assert.Throws<ModelFormatException>(() => ModelFile.Open(folder.Root));
        Assert.StartsWith("SavedModel, byte 2: field 2 claims", inFolder.Message, StringComparison.Ordinal);
        Assert.Equal(inFolder.Message, Assert.Throws<ModelFormatException>(() => ModelFile.Open(folder["saved_model.pb"])).Message);
    }

    [Fact]
    public void Open_DamageWithinTheGraph_TellsTheOffsetInTheFile()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = Functions().File();
        int name = bytes.AsSpan().IndexOf("serving_x"u8);
        bytes[name - 1] = 0x7F;
        File.WriteAllBytes(folder["saved_model.pb"], bytes);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => ModelFile.Open(folder.Root));
        Assert.StartsWith($"GraphDef, byte {name - 2}: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NestedFunctions_PutInWithTheRestoredValue()
    {
        SavedModelBuilder b = Functions();
        Model m = b.Read();
        Assert.Empty(m.Functions);
        Assert.Equal(["x"], m.Graph.Inputs.Select(v => v.Producer!.Name));
        Assert.Equal(["sum"], m.Graph.Outputs.Select(v => v.Producer!.Name));
        Node add = Assert.Single(m.Graph.Nodes, n => n.Operator == "AddV2");
        Assert.Equal("call/inner/add", add.Name);
        Assert.Equal(DataType.Float32, add.Attributes.GetDataType("T"));
        Assert.Same(m.Graph.Inputs[0], add.Inputs[0]);
        Assert.Equal("Identity", add.Inputs[1]!.Producer!.Operator);
        Assert.Equal([3f, 5f], add.Inputs[1]!.Producer!.Inputs[0]!.Constant!.ToFloats());
        Assert.DoesNotContain(m.Graph.Nodes, n => n.Operator is "RestoreV2" or "AssignVariableOp" or "VarHandleOp" or "StatefulPartitionedCall" or "PartitionedCall");
        GraphVerifier.Verify(m);
    }

    [Fact]
    public void Read_FunctionsThenWrittenAsGraphDef_HoldsTheSame()
    {
        Model m = Functions().Read();
        using MemoryStream stream = new();
        new SavedModelFormat().Write(m, new StreamTarget(stream, ".pb"));
        Model again = new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(stream.ToArray()) });
        Assert.Equal(m.Graph.Nodes.Select(n => (n.Name, n.Operator)), again.Graph.Nodes.Select(n => (n.Name, n.Operator)));
        Assert.Equal(1994, ((GraphDefExtension)again.Extension!).Producer);
        Assert.Empty(((GraphDefExtension)again.Extension!).Functions);
        Assert.Equal(["sum:0"], again.Graph.Outputs.Select(v => v.Name));
    }

    [Fact]
    public void Read_ReferenceVariable_BecomesConstant()
    {
        SavedModelBuilder b = new();
        b.Graph(Reference.Replace("SLICE", "", StringComparison.Ordinal), "serve", "save/restore_all", "serving_default: image=x:0 -> scores=scores:0");
        b.Checkpoint.Add("weights", s_weights);
        Model m = b.Read();
        Assert.Equal(["image", "weights", "weights/read", "scores"], m.Graph.Nodes.Select(n => n.Name));
        Assert.Equal([3f, 5f], m.Graph.FindNode("weights")!.Output.Constant!.ToFloats());
        Assert.Equal("Const", m.Graph.FindNode("weights")!.Operator);
    }

    [Fact]
    public void Read_SlicedVariable_TakesItsPart()
    {
        SavedModelBuilder b = new();
        b.Graph(Reference.Replace("SLICE", "4 2,2", StringComparison.Ordinal), "serve", "save/restore_all", "serving_default: image=x:0 -> scores=scores:0");
        b.Checkpoint.AddSlice("weights", "4 2,2", s_weights);
        Assert.Equal([3f, 5f], b.Read().Graph.FindNode("weights")!.Output.Constant!.ToFloats());
    }

    [Fact]
    public void Read_SeveralSignaturesAndGraphs_TakesWhatIsAskedFor()
    {
        SavedModelBuilder b = new();
        string text = Reference.Replace("SLICE", "", StringComparison.Ordinal);
        b.Graph(text, "train", "save/restore_all", "serving_default: t=x:0 -> training=twice:0");
        b.Graph(text, "serve", "save/restore_all", "double: x=x:0 -> doubled=twice:0", "serving_default: x=x:0 -> scores=scores:0", "__saved_model_init_op: -> i=x:0");
        b.Checkpoint.Add("weights", s_weights);
        Assert.Equal(["scores:0"], b.Read().Graph.Outputs.Select(v => v.Name));
        Assert.Contains(b.Read().Diagnostics, d => d.Message.Contains("'double'", StringComparison.Ordinal));
        Assert.Equal(["doubled:0"], b.Read("double").Graph.Outputs.Select(v => v.Name));
        Assert.Equal(["training:0"], b.Read(tags: ["train"]).Graph.Outputs.Select(v => v.Name));
        Assert.Contains("'double', 'serving_default'", Assert.Throws<UsageException>(() => b.Read("other")).Message, StringComparison.Ordinal);
        Assert.Contains("train | serve", Assert.Throws<UsageException>(() => b.Read(tags: ["gpu"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoCheckpoint_LeavesTheVariableAndSaysSo()
    {
        SavedModelBuilder b = Functions();
        Model m = SavedModelBuilder.Read(b.File(), null, []);
        Assert.Contains(m.Graph.Nodes, n => n.Operator == "VarHandleOp");
        Model other = SavedModelBuilder.Read(b.File(), new CheckpointBuilder().Add("else", s_weights).Index(), []);
        Assert.Contains(other.Diagnostics, d => d.Message.Contains("layer/w/VALUE", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_FunctionCallsItself_IsRefused()
    {
        string text = TwoFunctions.Replace("""func { name: "inner" attr""", """func { name: "outer" attr""", StringComparison.Ordinal);
        SavedModelBuilder b = new();
        b.Graph(text, "serve", "restore", "serving_default: x=serving_x:0 -> sum=call:0");
        Assert.Contains("calls itself", Assert.Throws<GraphException>(() => b.Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Folder_ReadsVariablesLazily()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pare-savedmodel");
        SavedModelBuilder b = Functions();
        Directory.CreateDirectory(Path.Combine(folder.FullName, "variables"));
        File.WriteAllBytes(Path.Combine(folder.FullName, "saved_model.pb"), b.File());
        File.WriteAllBytes(Path.Combine(folder.FullName, "variables", "variables.index"), b.Checkpoint.Index());
        File.WriteAllBytes(Path.Combine(folder.FullName, "variables", "variables.data-00000-of-00001"), b.Checkpoint.Data);
        foreach (string path in new[] { folder.FullName, Path.Combine(folder.FullName, "saved_model.pb") })
        {
            OpenedModel opened = ModelFile.Open(path);
            Assert.Equal("savedmodel", opened.Format.Name);
            Assert.Equal([3f, 5f], opened.Model.Graph.FindNode("w")!.Output.Constant!.ToFloats());
        }

        Assert.Contains("saved_model.pb", Assert.Throws<UsageException>(() => ModelFile.Open(Path.Combine(folder.FullName, "variables"))).Message, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Open_BasicPitch_HoldsTheFrozenGraphsConstants()
    {
        OpenedModel opened = ModelFile.Open(SharedFiles.InShared("models", "wild", "basic_pitch_saved_model"));
        OpenedModel frozen = ModelFile.Open(SharedFiles.InShared("models", "wild", "basic_pitch_frozen.pb"));
        Assert.Equal(["input_2:0"], opened.Model.Graph.Inputs.Select(v => v.Name));
        Assert.Equal(["contour:0", "note:0", "onset:0"], opened.Model.Graph.Outputs.Select(v => v.Name));
        Assert.Equal(Kernels(frozen.Model), Kernels(opened.Model));

        static IEnumerable<string> Kernels(Model m) => m.Graph.Nodes.Where(n => n.Operator == "Conv2D").Select(n => Convert.ToHexString(Root(n.Inputs[1]!).Constant!.GetBytes())).Order(StringComparer.Ordinal);

        static Value Root(Value v)
        {
            while (v.Constant is null)
            {
                v = v.Producer!.Inputs[0]!;
            }

            return v;
        }
    }

    internal static SavedModelBuilder Functions()
    {
        SavedModelBuilder b = new();
        b.Graph(TwoFunctions, "serve", "restore", "serving_default: x=serving_x:0 -> sum=call:0");
        b.Checkpoint.Add("layer/w/VALUE", s_weights).Add("other", DenseTensorData.Create([1f], new TensorShape(1)));
        return b;
    }
}
