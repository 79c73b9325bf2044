using System.IO.Compression;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.Keras;

public class KerasReaderTests
{
    [Theory]
    [InlineData("classic.h5")]
    [InlineData("latest.h5")]
    [InlineData("chunked.h5")]
    [InlineData("chunked_latest.h5")]
    [InlineData("types.h5")]
    public void Read_EveryHdf5Structure_GivesTheWeights(string file)
    {
        Model model = KerasFiles.Open(file);
        Assert.Equal(["InputLayer", "Dense", "Dense", "Dense"], model.Graph.Nodes.Select(n => n.Operator));
        Value[] weights = [.. model.Graph.Initializers];
        Assert.Equal(["d0/kernel:0", "d0/bias:0", "d1/kernel:0", "d1/bias:0", "d2/kernel:0", "d2/bias:0"], weights.Select(w => w.Name));
        for (int k = 0; k < weights.Length; k++)
        {
            float[] values = weights[k].Constant!.ToFloats();
            Assert.Equal(Enumerable.Range(0, values.Length).Select(i => (i / 4f) - k), values);
        }

        Assert.Equal("[4,3]", weights[0].Constant!.Shape.ToString());
        Assert.Equal("2.15.0", model.Metadata["keras_version"]);
        Assert.Equal(["x"], model.Graph.Inputs.Select(v => v.Name));
        Assert.Equal("[?,4]", model.Graph.Inputs[0].Shape!.ToString());
    }

    [Fact]
    public void Read_ElementTypes_AreKept()
    {
        Model model = KerasFiles.Open("types.h5");
        Assert.Equal(
            [DataType.Float32, DataType.Float32, DataType.Float16, DataType.Float16, DataType.Float64, DataType.Float64],
            model.Graph.Initializers.Select(v => v.Constant!.Type));
    }

    [Fact]
    public void Read_WiredNetwork_SharesWeightsAndLaysModelsOut()
    {
        Model model = KerasFiles.Open("wired.h5");
        Dictionary<string, Node> nodes = model.Graph.Nodes.ToDictionary(n => n.Name);
        Assert.Equal(["a", "b"], model.Graph.Inputs.Select(v => v.Name));
        Assert.Same(nodes["shared"].Inputs[1], nodes["shared_1"].Inputs[1]);
        Assert.Equal("Sequential", nodes["block"].Operator);
        Assert.Equal(["inner_dense/kernel:0", "inner_dense/bias:0"], nodes["block/inner_dense"].Inputs.Skip(1).Select(v => v!.Name));
        Assert.Equal(5, nodes["block/inner_bn"].Inputs.Count);
        Assert.Same(nodes["block"].Output, nodes["tf.math.multiply"].Inputs[0]);
        Assert.Equal(AttributeKind.Raw, nodes["tf.math.multiply"].Attributes["call"].Kind);
        Assert.Equal(["add", "tf.__operators__.getitem"], model.Graph.Outputs.Select(v => v.Name));
    }

    [Theory]
    [InlineData("stored.keras")]
    [InlineData("deflated.keras")]
    public void Read_Archive_FindsWeightsByClassAndName(string file)
    {
        Model model = KerasFiles.Open(file);
        Assert.Equal(["first/kernel", "first/bias", "second/kernel"], model.Graph.Initializers.Select(v => v.Name));
        Assert.Equal(-2f, model.Graph.Initializers[2].Constant!.ToFloats()[0]);
        Assert.Equal("3.5.0", model.Metadata["keras_version"]);
        Assert.Equal("keras.ops", model.Graph.FindNode("mean")!.Domain);
    }

    [Fact]
    public void Read_WeightsAlone_AsksForTheArchitecture()
    {
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => KerasFiles.Open("weights_only.h5"));
        Assert.Contains("weights_only.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WeightsAloneBesideAnArchitecture_PairsLayersByOrder()
    {
        string folder = Directory.CreateTempSubdirectory("pare-").FullName;
        try
        {
            File.Copy(KerasFiles.Find("weights_only.h5"), Path.Combine(folder, "m.h5"));
            File.WriteAllText(Path.Combine(folder, "m.json"), """
                {"class_name": "Sequential", "config": {"name": "chain", "layers": [
                  {"class_name": "Dense", "config": {"name": "p", "units": 3, "activation": "relu", "batch_input_shape": [null, 4]}},
                  {"class_name": "Dense", "config": {"name": "q", "units": 3, "activation": "relu"}},
                  {"class_name": "Dropout", "config": {"name": "r", "rate": 0.5}},
                  {"class_name": "Dense", "config": {"name": "s", "units": 4, "activation": "relu"}}]}, "keras_version": "2.2.4"}
                """);
            Model model = ModelFile.Open(Path.Combine(folder, "m.h5")).Model;
            Assert.Equal(-4f, model.Graph.FindNode("s")!.Inputs[1]!.Constant!.ToFloats()[0]);
            Assert.Equal(["p_input"], model.Graph.Inputs.Select(v => v.Name));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Read_CyclicGroupsAndLinks_EndInATypedError()
    {
        Assert.ThrowsAny<PareException>(() => KerasFiles.Open("cyclic.h5"));
    }

    [Theory]
    [InlineData("""{"class_name": "Sequential", "config": {"name": "m"}}""", "no list of layers")]
    [InlineData("""{"class_name": "Mine", "config": {"name": "m"}}""", "subclassed")]
    [InlineData("""{"class_name": "Sequential", "config": [{"class_name": "Dense"}]}""", "no name")]
    [InlineData("""{"class_name": "Functional", "config": {"layers": [{"class_name": "Add", "name": "a", "config": {}, "inbound_nodes": [[["a", 0, 0, {}]]]}], "input_layers": [], "output_layers": [["a", 0, 0]]}}""", "circle")]
    [InlineData("""{"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "d9", "units": 3}}]}""", "do not fit")]
    [InlineData("[1, 2", "no valid JSON")]
    public void Read_BadArchitecture_SaysWhatIsWrong(string json, string expected)
    {
        string folder = Directory.CreateTempSubdirectory("pare-").FullName;
        try
        {
            File.Copy(KerasFiles.Find("weights_only.h5"), Path.Combine(folder, "m.h5"));
            File.WriteAllText(Path.Combine(folder, "m.json"), json);
            PareException e = Assert.ThrowsAny<PareException>(() => ModelFile.Open(Path.Combine(folder, "m.h5")));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Open_LargeFile_TakesAFifthOfASecond()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".h5");
        using (GZipStream packed = new(File.OpenRead(SharedFiles.InShared("models", "scale", "resnet50_like.h5.gz")), CompressionMode.Decompress))
        using (FileStream file = File.Create(path))
        {
            packed.CopyTo(file);
        }

        try
        {
            // Processor time, the best of a few, so that other work on the machine does not count.
            double best = double.MaxValue;
            for (int i = 0; i < 5; i++)
            {
                TimeSpan before = Environment.CpuUsage.TotalTime;
                Model model = ModelFile.Open(path).Model;
                best = Math.Min(best, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
                Assert.Equal(25636712, model.Graph.Initializers.Sum(v => v.Constant!.Count));
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{best:F3} s");
            Assert.InRange(best, 0, 0.2);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("PReLU", "p_re_lu")]
    [InlineData("SeparableConv2D", "separable_conv2d")]
    [InlineData("LSTM", "lstm")]
    [InlineData("GRU", "gru")]
    [InlineData("SimpleRNN", "simple_rnn")]
    [InlineData("BatchNormalization", "batch_normalization")]
    [InlineData("ELU", "elu")]
    [InlineData("ReLU", "re_lu")]
    [InlineData("Conv2DTranspose", "conv2d_transpose")]
    [InlineData("GlobalAveragePooling2D", "global_average_pooling2d")]
    public void ToSnakeCase_ClassNames_AsKerasWritesThem(string name, string expected) => Assert.Equal(expected, Pare.Formats.Keras.ArchiveWeights.ToSnakeCase(name));
}
