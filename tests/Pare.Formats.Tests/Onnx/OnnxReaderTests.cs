using Pare.Testing;
using Xunit;

namespace Pare.Formats.Onnx.Tests;

public sealed class OnnxReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-onnx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_EveryStructure_RoundTripsAndMeansWhatItSays()
    {
        byte[] bytes = OnnxBytes.Everything();
        Model model = Read(bytes);
        Assert.Null(ProtobufTree.Difference(bytes, OnnxRoundTripTests.Written(model), OnnxSchema.Model));
        Assert.Null(ProtobufTree.Difference(bytes, OnnxRoundTripTests.Written(model.Clone()), OnnxSchema.Model));
        Graph g = model.Graph;
        Assert.Equal([1.5f, -2f], g.FindValue("k1")!.Constant!.ToFloats());
        Assert.Equal([0f, 3, 0, 0, 4, 0], g.FindValue("k2")!.Constant!.ToFloats());
        Assert.Equal([7f, -1, -8], g.FindValue("i4")!.Constant!.ToFloats());
        Assert.Equal([0f, 1, 2, 3, 1], g.FindValue("u2")!.Constant!.ToFloats());
        Assert.Equal([-1f, 1], g.FindValue("f4")!.Constant!.ToFloats());
        Assert.Equal([1f, 2], g.FindValue("h")!.Constant!.ToFloats());
        Assert.Equal([5L, -5], g.FindValue("i64")!.Constant!.ToInt64s());
        Assert.Equal([0f, 0, 0, 9, 0, 0], g.FindValue("sp")!.Constant!.ToFloats());
        Assert.Equal("local", Assert.Single(model.Functions).Domain);
        Node choice = g.FindNode("n_z")!;
        Assert.Same(g.FindValue("y"), choice.Attributes["then_branch"].AsGraph.Nodes.First().Inputs[0]);
    }

    [Fact]
    public void Write_ContentReplaced_WrittenAnewOthersAsTheyStood()
    {
        Model model = Read(OnnxBytes.Everything());
        model.Graph.FindValue("k1")!.Constant = DenseTensorData.Create([7f], new TensorShape(1));
        model.Graph.FindValue("w")!.Name = "renamed";
        Model again = Read(OnnxRoundTripTests.Written(model));
        Assert.Equal([7f], again.Graph.FindValue("k1")!.Constant!.ToFloats());
        Assert.Equal([1f, 2], again.Graph.FindValue("renamed")!.Constant!.ToFloats());
        Assert.Equal([0f, 3, 0, 0, 4, 0], again.Graph.FindValue("k2")!.Constant!.ToFloats());
    }

    [Fact]
    public void Read_InitializersAsInputs_CountAsConstantsAndStayDeclared()
    {
        byte[] bytes = OnnxBytes.Model(
            OnnxBytes.Graph(g =>
            {
                g.Message(1, OnnxBytes.Node("Add", ["x", "w"], ["y"]));
                g.Message(5, OnnxBytes.Tensor("w", 1, [2], t => t.PackedFloat(4, [1f, 2f])));
                g.Message(11, OnnxBytes.Info("w", 1, 2));
                g.Message(11, OnnxBytes.Info("x", 1, 2));
                g.Message(12, OnnxBytes.Info("y", 1, 2));
            }),
            ir: 3);
        Model model = Read(bytes);
        Assert.Equal(["x"], model.Graph.Inputs.Select(v => v.Name));
        Assert.Null(ProtobufTree.Difference(bytes, OnnxRoundTripTests.Written(model), OnnxSchema.Model));
        model.Graph.AddInitializer("more", DenseTensorData.Create([1f], new TensorShape(1)));
        Assert.All(Read(OnnxRoundTripTests.Written(model)).Graph.Initializers, v => Assert.True(v.Extension is OnnxValueInfo { Input: not null }));
    }

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("a/../../outside.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("a\\..\\outside.bin")]
    [InlineData("link.bin")]
    [InlineData("")]
    public void Read_ExternalDataOutsideTheFolder_Refused(string location)
    {
        string inside = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        File.WriteAllBytes(Path.Combine(_folder, "outside.bin"), new byte[8]);
        File.CreateSymbolicLink(Path.Combine(inside, "link.bin"), Path.Combine(_folder, "outside.bin"));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Read(External(location, null, null), inside));
        Assert.Contains("'w'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4", "8", true)]
    [InlineData("4", null, true)]
    [InlineData("5", "8", false)]
    [InlineData("9223372036854775807", "8", false)]
    [InlineData("0", "9223372036854775807", false)]
    [InlineData("-4", "8", false)]
    [InlineData("0", "4", false)]
    [InlineData("zero", null, false)]
    public void Read_ExternalDataBounds_Checked(string offset, string? length, bool fits)
    {
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), [9, 9, 9, 9, 0, 0, 128, 63, 0, 0, 0, 64]);
        byte[] bytes = External("w.bin", offset, length);
        if (!fits)
        {
            Assert.Throws<ModelFormatException>(() => Read(bytes, _folder));
            return;
        }

        Assert.Equal([1f, 2], Read(bytes, _folder).Graph.FindValue("w")!.Constant!.ToFloats());
        Assert.Throws<ModelFormatException>(() => Read(bytes));
    }

    [Fact]
    public void Write_MessageTooLong_InitializersGoToACompanion()
    {
        Model model = new(Vocabularies.Onnx);
        model.OperatorSets[""] = 17;
        Value x = new("x", DataType.Float32, new SymbolicShape(3000));
        model.Graph.Inputs.Add(x);
        float[] w = [.. Enumerable.Range(0, 3000).Select(i => (float)i)];
        Value y = model.Graph.CreateNode("", "Add", [x, model.Graph.AddInitializer("w", DenseTensorData.Create(w.AsSpan(), new TensorShape(3000)))]).Output;
        y = model.Graph.CreateNode("", "Add", [y, model.Graph.AddInitializer("v", DenseTensorData.Create(w.AsSpan(), new TensorShape(3000)))], 0).AddOutput("y");
        ((Value)y.Producer!.Inputs[0]!).Name = "inner";
        (y.Type, y.Shape) = (DataType.Float32, x.Shape);
        model.Graph.Outputs.Add(y);
        using (FolderTarget target = new(_folder))
        {
            OnnxFormat.Write(model, target, new OnnxWriteOptions { MaxMessageBytes = 4096 });
        }

        byte[] main = File.ReadAllBytes(Path.Combine(_folder, "model.onnx"));
        Assert.True(main.Length < 4096);
        Model again = Read(main, _folder);
        Assert.Equal(w, again.Graph.FindValue("v")!.Constant!.ToFloats());

        // Written to one stream the data comes back into the message.
        Assert.Equal(w, Read(OnnxRoundTripTests.Written(again)).Graph.FindValue("w")!.Constant!.ToFloats());
        using MemoryStream apart = new();
        Assert.Equal(["w", "v"], OnnxFormat.WriteWithoutLargeInitializers(model, apart, 1000).Select(v => v.Name));
        Assert.True(apart.Length < 4096);
    }

    public static TheoryData<string, string> Damaged() => new()
    {
        { "two values", "two values bear the name 'y'" },
        { "missing input", "'nowhere', is made by nothing" },
        { "missing output", "output 'nowhere' is made by nothing" },
        { "cycle", "cycle" },
        { "short raw data", "takes 16 bytes, found 8" },
        { "overflow", "more elements than a tensor can hold" },
        { "negative extent", "-1" },
        { "data type", "data type 99" },
        { "no operator", "no operator" },
        { "attribute twice", "given twice" },
        { "no graph", "has no graph" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Read_Damaged_NamesTheDefect(string kind, string message)
    {
        byte[] bytes = kind == "no graph" ? [8, 8] : OnnxBytes.Model(OnnxBytes.Graph(g =>
        {
            g.Message(11, OnnxBytes.Info("x", 1, 2));
            g.Message(12, OnnxBytes.Info(kind == "missing output" ? "nowhere" : "y", 1, 2));
            g.Message(1, OnnxBytes.Node(kind == "no operator" ? "" : "Relu", [kind switch { "missing input" => "nowhere", "cycle" => "z", _ => "x" }], ["y"], n =>
            {
                for (int i = 0; i < (kind == "attribute twice" ? 2 : 0); i++)
                {
                    n.Message(5, OnnxBytes.Make(a =>
                    {
                        a.Text(1, "alpha");
                        a.Float(2, 1);
                        a.Int64(20, 1);
                    }));
                }
            }));
            g.Message(1, OnnxBytes.Node("Relu", ["y"], [kind == "two values" ? "y" : "z"]));
            long[]? dims = kind switch { "short raw data" => [4], "overflow" => [1L << 40, 1L << 40], "negative extent" => [-1], "data type" => [2], _ => null };
            if (dims is not null)
            {
                g.Message(5, OnnxBytes.Tensor("w", kind == "data type" ? 99 : 1, dims, t => t.Bytes(9, new byte[8])));
            }
        }));
        PareException e = Assert.ThrowsAny<PareException>(() => Read(bytes));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutOrMutated_ModelOrTypedError()
    {
        ReaderFuzzer fuzzer = new(ReadTouchWrite);
        fuzzer.Run("everything.onnx", OnnxBytes.Everything(), ReaderFuzzer.Mutants() * 30);
        fuzzer.Run("petals.onnx", File.ReadAllBytes(SharedFiles.Sample("petals", "petals.onnx")), ReaderFuzzer.Mutants(20));
        foreach (string file in SharedFiles.Find("models/wild", "s*.onnx"))
        {
            fuzzer.Run(Path.GetFileName(file), File.ReadAllBytes(file), ReaderFuzzer.Mutants(10) / 10);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{fuzzer.Count} damaged files, {fuzzer.Refused} refused by a typed error, the others read");
    }

    private static void ReadTouchWrite(byte[] bytes)
    {
        ModelSource source = new() { Bytes = ByteSource.FromMemory(bytes) };
        _ = new OnnxFormat().Identify(source);
        Model model = new OnnxFormat().Read(source);
        ModelToucher.Touch(model);
        try
        {
            _ = Read(OnnxRoundTripTests.Written(model));
        }
        catch (PareException e)
        {
            throw new InvalidOperationException("what was read is not written and read again", e);
        }
    }

    private static byte[] External(string location, string? offset, string? length) => OnnxBytes.Model(OnnxBytes.Graph(g =>
    {
        g.Message(1, OnnxBytes.Node("Add", ["x", "w"], ["y"]));
        g.Message(5, OnnxBytes.External("w", [2], location, offset, length));
        g.Message(11, OnnxBytes.Info("x", 1, 2));
        g.Message(12, OnnxBytes.Info("y", 1, 2));
    }));

    private static Model Read(byte[] bytes, string? folder = null) => new OnnxFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(bytes), Folder = folder });

    private sealed class FolderTarget(string folder) : ModelTarget, IDisposable
    {
        private readonly FileStream _main = File.Create(Path.Combine(folder, "model.onnx"));

        public override Stream Main => _main;

        public override string Suffix => ".onnx";

        public override Stream OpenCompanion(string name) => File.Create(Path.Combine(folder, name));

        public void Dispose() => _main.Dispose();
    }
}
