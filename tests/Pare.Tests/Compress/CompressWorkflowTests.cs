using System.Security.Cryptography;
using System.Text.Json;
using Pare.Compress;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Compress;

public sealed class CompressWorkflowTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-compress").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_Petals_IsSmallWithinTheBoundAndReplaysByteForByte()
    {
        string output = Path.Combine(_folder, "small.pb");
        CompressReport report = Run("petals.pb", output, new CompressOptions { Threads = 1 });

        Assert.True(report.WithinBounds, string.Join("; ", report.Broken));
        Assert.True(report.Measured < 60_000, $"{report.Measured} bytes of gzip");
        Assert.True(report.TestDrop <= 0.5 + report.TestDropMargin);
        Assert.Equal(500, report.Result.Test.Samples);
        Assert.Equal(0.944, report.Baseline.Test.Accuracy!.Value, 3);
        Assert.Contains(report.Layers, l => l.Encoding.StartsWith("codes", StringComparison.Ordinal));
        Assert.True(File.Exists(output + ".report.md"));
        using (JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(output + ".report.json")))
        {
            Assert.Equal("softmax-input", json.RootElement.GetProperty("baseline").GetProperty("test").GetProperty("crossEntropyFrom").GetString());
        }

        string twice = Path.Combine(_folder, "twice.pb");
        Run("petals.pb", twice, new CompressOptions { Threads = 2 });
        Assert.Equal(Hash(output), Hash(twice));

        string replayed = Path.Combine(_folder, "replayed.pb");
        Recipe recipe = Recipe.Load(output + ".recipe.json");
        using FileTransaction files = new();
        new ModelRewriter(new OnnxRuntimeRunner()).Run(
            new RewriteRequest { Input = SharedFiles.Sample("petals", "petals.pb"), Output = replayed, Steps = recipe.Steps, Check = CheckOptions.Parse("none"), Seed = recipe.Seed }, files);
        files.Commit();
        Assert.Equal(Hash(output), Hash(replayed));
    }

    [Fact]
    public void Run_SameStructure_ChangesValuesOnly()
    {
        string output = Path.Combine(_folder, "same.pb");
        CompressReport report = Run("petals.pb", output, new CompressOptions { Structure = CompressStructure.Same });
        Model before = ModelFile.Open(SharedFiles.Sample("petals", "petals.pb")).Model;
        Model after = ModelFile.Open(output).Model;
        Assert.Equal(Structure(before), Structure(after));
        Assert.True(report.Measured * 3 < report.Baseline.Measured, $"{report.Measured} bytes of gzip");
        Assert.True(report.WithinBounds, string.Join("; ", report.Broken));
    }

    [Fact]
    public void Run_SizeThatCannotBeMet_SaysSoAndStillWrites()
    {
        string output = Path.Combine(_folder, "tiny.pb");
        CompressReport report = Run("petals.pb", output, new CompressOptions { MaxDrop = 100, MaxSize = 1000 });
        Assert.False(report.WithinBounds);
        Assert.Contains("1000", Assert.Single(report.Broken), StringComparison.Ordinal);
        Assert.True(File.Exists(output));
    }

    [Fact]
    public void Run_SizeAlone_IsMet()
    {
        CompressReport report = Run("petals.onnx", Path.Combine(_folder, "fit.onnx"), new CompressOptions { MaxDrop = 100, MaxSize = 40_000 });
        Assert.True(report.WithinBounds, string.Join("; ", report.Broken));
        Assert.InRange(report.Measured, 20_000, 40_000);
    }

    [Fact]
    public void Run_OneSample_AsksForMore()
    {
        string data = Directory.CreateDirectory(Path.Combine(_folder, "one", "roses")).Parent!.FullName;
        File.Copy(Directory.EnumerateFiles(SharedFiles.Sample("petals", "test", "roses")).Order(StringComparer.Ordinal).First(), Path.Combine(data, "roses", "a.jpg"));
        CompressRequest request = Request("petals.pb", Path.Combine(_folder, "one.pb"), new CompressOptions()) with
        {
            Data = data,
            TestData = null,
            Evaluation = new EvaluationOptions { Labels = LabelList.Read(SharedFiles.Sample("petals", "labels.txt")) },
        };
        using FileTransaction files = new();
        UsageException e = Assert.Throws<UsageException>(() => new CompressWorkflow(new OnnxRuntimeRunner()).Run(request, files));
        Assert.Contains("--test-data", e.Message, StringComparison.Ordinal);
    }

    private static CompressRequest Request(string model, string output, CompressOptions options) => new()
    {
        Input = SharedFiles.Sample("petals", model),
        Output = output,
        Data = SharedFiles.Sample("petals", "calibration"),
        TestData = SharedFiles.Sample("petals", "test"),
        Options = options,
    };

    private static CompressReport Run(string model, string output, CompressOptions options)
    {
        using FileTransaction files = new();
        CompressReport report = new CompressWorkflow(new OnnxRuntimeRunner()).Run(Request(model, output, options), files);
        files.Commit();
        return report;
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    private static string[] Structure(Model model) =>
        [.. model.Graph.Nodes.Select(n => $"{n.Name} {n.Operator} {string.Join(",", n.Inputs.Select(v => v?.Name))} {n.Output.Constant?.Type} {n.Output.Constant?.Shape}")];
}
