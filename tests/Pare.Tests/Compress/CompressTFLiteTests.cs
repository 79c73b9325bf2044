using System.Xml.Linq;
using Pare.Compress;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Passes.Quantize;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Compress;

/// <summary><c>compress</c> for TFLite, and the files beside its result.</summary>
public sealed class CompressTFLiteTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-compress").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_ForTFLite_StoresCodesThatReplayByteForByte()
    {
        string output = Path.Combine(_folder, "small.tflite");
        CompressReport report = Run("petals.pb", output, new CompressOptions { Target = "tflite", MaxDrop = 2 });
        Assert.True(report.WithinBounds, string.Join("; ", report.Broken));
        Assert.True(report.Measured < 70_000, $"{report.Measured} bytes of gzip");
        Assert.Equal("tflite", report.Result.Model!.Format);
        Assert.NotNull(report.Result.Latency?.ArenaBytes);
        Model model = ModelFile.Open(output).Model;
        Assert.Contains(model.Graph.Initializers, v => v.Type == DataType.Int8 && v.Quantization is { Axis: not null });

        string replayed = Path.Combine(_folder, "replayed.tflite");
        Replay("petals.pb", output, replayed);
        Assert.Equal(File.ReadAllBytes(output), File.ReadAllBytes(replayed));
    }

    [Fact]
    public void Run_FileBytesCount_MixesSchemesAndReplays()
    {
        string output = Path.Combine(_folder, "file.tflite");
        CompressReport report = Run("petals.onnx", output, new CompressOptions { Target = "tflite", Measure = CompressMeasure.File, MaxDrop = 0.05 });
        Assert.Equal(report.Output.Bytes, report.Measured);
        Assert.Contains(report.Tried, t => t.Name.Contains(" layers, else float16", StringComparison.Ordinal));
        Assert.True(report.Measured < report.Tried.Single(t => t.Name == "float32").Bytes);
        Assert.True(report.Layers.Count > 10 && report.Layers.All(l => l.SqnrDb > 20));

        string replayed = Path.Combine(_folder, "replayed.tflite");
        Replay("petals.onnx", output, replayed);
        Assert.Equal(File.ReadAllBytes(output), File.ReadAllBytes(replayed));
    }

    [Fact]
    public void Run_AnyTarget_WritesAPageThatNeedsNothingElse()
    {
        string output = Path.Combine(_folder, "a&b.onnx");
        CompressReport report = Run("petals.onnx", output, new CompressOptions { MaxDrop = 100, MaxSize = 45_000 });
        Assert.InRange(report.Measured, 20_000, 45_000);

        // As XML the page shows a tag that is not closed, or a name that is not escaped.
        string page = File.ReadAllText(output + ".report.html");
        string body = page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)].Replace("<!doctype html>", "", StringComparison.Ordinal);
        XElement root = XElement.Parse(body);
        Assert.DoesNotContain(root.DescendantsAndSelf().Attributes(), a => a.Name.LocalName is "src" or "href");
        Assert.Contains("a&b.onnx", root.Element("header")!.Element("h1")!.Value, StringComparison.Ordinal);
        Assert.Equal(report.Layers.Count, root.Descendants("caption").Single(c => c.Value == "Weights.").Parent!.Descendants("tr").Count() - 1);
        Assert.All(root.Descendants("svg"), s => Assert.Equal("img", s.Attribute("role")!.Value));
        Assert.Contains("pare apply", root.Descendants("pre").Single().Value, StringComparison.Ordinal);

        string[] rows = File.ReadAllLines(output + ".pareto.csv");
        Assert.Equal(report.Tried.Count + 1, rows.Length);
        Assert.Equal(1, rows.Count(r => r.EndsWith(",1", StringComparison.Ordinal)));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(output + ".pareto.png")[..4]);
    }

    [Theory]
    [InlineData("dynamic", "float16")]
    [InlineData("weights-int4", "dynamic")]
    public void Steps_MixedSchemes_RunInLiteRt(string coarse, string fine)
    {
        PassContext context = new() { Runner = new OnnxRuntimeRunner() };
        Model original = ModelFile.Open(SharedFiles.Sample("petals", "petals.tflite")).Model;
        LinearLayer[] layers = [.. LinearLayers.Find(original)];
        Model mixed = original.Clone();
        foreach (QuantizeStep step in SchemeMixer.Steps(coarse, [.. layers.Where((_, i) => i % 2 == 0)], fine, [.. layers.Where((_, i) => i % 2 == 1)], null))
        {
            mixed = step.Apply(mixed, context).Model;
        }

        CompressMeasurer measurer = new(CompressMeasure.File, new Formats.TFLite.TFLiteFormat(), "mixed.tflite", ".tflite");
        byte[] file = measurer.Serialize(mixed);
        using LiteRtModel runtime = LiteRtModel.Load(file);
        DenseTensorData input = DenseTensorData.Create([.. Enumerable.Range(0, 96 * 96 * 3).Select(i => MathF.Sin(i * 0.01f))], new TensorShape(1, 96, 96, 3));
        float[] there = runtime.Run(input)[0].ToFloats();
        using IModelSession session = context.Runner.Load(mixed);
        float[] here = session.Run([input])[0].ToFloats();
        Assert.All(here.Zip(there), p => Assert.Equal(p.First, p.Second, 0.02f));
    }

    [Theory]
    [InlineData(CompressMeasure.File, 462_294, 462_294)]
    [InlineData(CompressMeasure.Pare, 300_000, 400_000)]
    public void Measure_TheSample_IsItsSize(CompressMeasure measure, long least, long most)
    {
        OpenedModel opened = ModelFile.Open(SharedFiles.Sample("petals", "petals.pb"));
        CompressMeasurer measurer = new(measure, opened.Format, "petals.pb", ".pb");
        Assert.InRange(measurer.Measure(measurer.Serialize(opened.Model)), least, most);
    }

    [Theory]
    [InlineData("small.pb", "tflite")]
    [InlineData("small.onnx", "coreml")]
    public void Run_WrongTarget_IsWrongUsage(string output, string target) =>
        Assert.Throws<UsageException>(() => Run("petals.onnx", Path.Combine(_folder, output), new CompressOptions { Target = target }));

    private static CompressReport Run(string model, string output, CompressOptions options)
    {
        CompressRequest request = new()
        {
            Input = SharedFiles.Sample("petals", model),
            Output = output,
            Data = SharedFiles.Sample("petals", "calibration"),
            DataOptions = new DatasetOptions { Limit = 30, Shuffle = true },
            Options = options,
        };
        using FileTransaction files = new();
        CompressReport report = new CompressWorkflow(new OnnxRuntimeRunner()).Run(request, files);
        files.Commit();
        return report;
    }

    private static void Replay(string model, string output, string replayed)
    {
        Recipe recipe = Recipe.Load(output + ".recipe.json");
        using FileTransaction files = new();
        new ModelRewriter(new OnnxRuntimeRunner()).Run(
            new RewriteRequest { Input = SharedFiles.Sample("petals", model), Output = replayed, Steps = recipe.Steps, Check = CheckOptions.Parse("none"), Seed = recipe.Seed }, files);
        files.Commit();
    }
}
