using System.Text.Json;
using Pare.Formats;
using Pare.Formats.Onnx;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>benchmark</c>: several models, the arena, the files it writes, LiteRT.</summary>
public sealed class BenchmarkVerbTests
{
    private static readonly string[] s_quick = ["--runs", "3", "--min-seconds", "0", "--warm-up", "0", "--warm-up-seconds", "0", "--threads", "1"];

    private static string Petals => SharedFiles.Sample("petals", "petals.tflite");

    [Fact]
    public void Benchmark_SeveralModels_WritesAChartAndARowEach()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of(["benchmark", Petals, SharedFiles.Sample("petals", "petals.pb"), "--chart", folder["c.png"], "--csv", folder["c.csv"], "--json", .. s_quick]);
        Assert.True(run.Code == 0, run.Error);
        JsonElement[] models = [.. run.Json().GetProperty("models").EnumerateArray()];
        Assert.Equal("onnxruntime", run.Json().GetProperty("runtime").GetString());
        Assert.Equal(2, models.Length);
        Assert.Equal(3, models[0].GetProperty("runs").GetInt32());

        // The picture of 96x96x3 floats stays to the end beside whatever is largest.
        Assert.True(models[0].GetProperty("arenaBytes").GetInt64() > 96 * 96 * 3 * 4);
        Assert.Equal(JsonValueKind.Null, models[1].GetProperty("arenaBytes").ValueKind);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(folder["c.png"])[..4]);
        string[] rows = File.ReadAllLines(folder["c.csv"]);
        Assert.Equal(3, rows.Length);
        Assert.Equal(rows[0].Split(',').Length, rows[1].Split(',').Length);
        Assert.Equal(2, CommandRun.Of(["benchmark", Petals, "--csv", folder["c.csv"], .. s_quick]).Code);
    }

    [Fact]
    public void Benchmark_MinSeconds_RunsFastModelsMoreOften()
    {
        CommandRun run = CommandRun.Of("benchmark", Petals, "--runs", "1", "--min-seconds", "0.2", "--warm-up", "0", "--warm-up-seconds", "0", "--json");
        JsonElement timing = run.Json().GetProperty("models")[0];
        Assert.True(timing.GetProperty("runs").GetInt32() > 1);
        Assert.Equal(1, CommandRun.Of("benchmark", Petals, "--runs", "1000000", "--max-seconds", "0.000001", "--warm-up", "0", "--warm-up-seconds", "0", "--json").Json().GetProperty("models")[0].GetProperty("runs").GetInt32());
    }

    [Fact]
    public void Benchmark_OpenShape_IsSaidByAnOption()
    {
        using TemporaryFolder folder = new();
        Model model = new(Vocabularies.Onnx) { OperatorSets = { [""] = 13 } };
        Value x = new("x", DataType.Float32, new SymbolicShape([new Dimension(null, "rows"), new Dimension(null, "columns")]));
        model.Graph.Inputs.Add(x);
        model.Graph.Outputs.Add(model.Graph.CreateNode("y", "Tanh", [x]).Output);
        ModelFile.Save(model, new OnnxFormat(), folder["open.onnx"]);
        Assert.Equal(2, CommandRun.Of(["benchmark", folder["open.onnx"], .. s_quick]).Code);
        CommandRun said = CommandRun.Of(["benchmark", folder["open.onnx"], "--shape", "x=3,7", .. s_quick]);
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal(2, CommandRun.Of(["benchmark", Petals, "--shape", "image=1,96,96,3", "--runtime", "litert", .. s_quick]).Code);
    }

    [Theory]
    [InlineData("--runs", "0")]
    [InlineData("--warm-up", "-1")]
    [InlineData("--min-seconds", "NaN")]
    [InlineData("--max-seconds", "0")]
    [InlineData("--runtime", "tensorrt")]
    [InlineData("--chart", "c.svg")]
    public void Benchmark_WrongOption_IsWrongUsage(string option, string value) => Assert.Equal(2, CommandRun.Of("benchmark", Petals, option, value).Code);

    [Fact]
    public void Benchmark_LiteRtMissing_SaysWhatToDo()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("benchmark", Petals, "--runtime", "litert", "--litert", folder["nothing"]);
        Assert.Equal(5, run.Code);
        Assert.Contains("npm install @litertjs/core", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Benchmark_LiteRtOnOtherFormats_NamesConvert()
    {
        CommandRun run = CommandRun.Of("benchmark", SharedFiles.Sample("petals", "petals.pb"), "--runtime", "litert");
        Assert.Equal(2, run.Code);
        Assert.Contains("pare convert", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Benchmark_LiteRtWithoutProfiler_SaysWhatToInstall()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(Path.Combine(folder.Root, "node_modules", "@litertjs", "core"));
        CommandRun run = CommandRun.Of("benchmark", Petals, "--runtime", "litert", "--litert", folder.Root, "--profile");
        Assert.Equal(5, run.Code);
        Assert.Contains("npm install @tensorflow/tfjs-tflite", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Benchmark_LiteRt_OrdersItsTimes()
    {
        string folder = Path.Combine(SharedFiles.Repository, "tests", "litert");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "@litertjs", "core")), "needs the LiteRT runtime: run 'npm ci' in tests/litert (Node 20 or later)");
        CommandRun run = CommandRun.Of(["benchmark", Petals, "--runtime", "litert", "--litert", folder, "--json", .. s_quick]);
        Assert.True(run.Code == 0, run.Error);
        JsonElement timing = run.Json().GetProperty("models")[0];
        double Get(string name) => timing.GetProperty(name).GetDouble();
        Assert.Equal(1, run.Json().GetProperty("threads").GetInt32());
        Assert.Equal(3, Get("runs"));
        Assert.True(Get("minMs") > 0 && Get("minMs") <= Get("medianMs") && Get("medianMs") <= Get("maxMs"));
        Assert.True(Get("peakBytes") > 0);
    }

    [Fact]
    public void Benchmark_LiteRtBatchAndProfile_TimesWholeBatchesAndOperators()
    {
        string folder = Path.Combine(SharedFiles.Repository, "tests", "litert");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "@tensorflow", "tfjs-tflite")), "needs the LiteRT runtime: run 'npm ci' in tests/litert (Node 20 or later)");
        CommandRun one = CommandRun.Of(["benchmark", Petals, "--runtime", "litert", "--litert", folder, "--json", .. s_quick]);
        CommandRun run = CommandRun.Of(["benchmark", Petals, "--runtime", "litert", "--litert", folder, "--batch", "4", "--profile", "--json", .. s_quick]);
        Assert.True(run.Code == 0, run.Error);
        JsonElement timing = run.Json().GetProperty("models")[0];
        Assert.Equal(4, timing.GetProperty("batch").GetInt32());
        Assert.True(timing.GetProperty("arenaBytes").GetInt64() > 3 * one.Json().GetProperty("models")[0].GetProperty("arenaBytes").GetInt64());
        JsonElement profile = timing.GetProperty("profile");
        Assert.Equal(1, profile.GetProperty("operators").EnumerateArray().Sum(o => o.GetProperty("share").GetDouble()), 1e-6);
        Assert.Contains(profile.GetProperty("types").EnumerateArray(), t => t.GetProperty("operator").GetString()!.StartsWith("Convolution", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluate_InLiteRt_GivesTheAnswersOfTheOtherRuntime()
    {
        string folder = Path.Combine(SharedFiles.Repository, "tests", "litert");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "@litertjs", "core")), "needs the LiteRT runtime: run 'npm ci' in tests/litert (Node 20 or later)");
        string[] data = ["--data", SharedFiles.Sample("petals", "test"), "--limit", "12", "--shuffle", "--json"];
        string petals = SharedFiles.Sample("petals", "petals.tflite");
        CommandRun litert = CommandRun.Of(["evaluate", petals, "--runtime", "litert", "--litert", folder, .. data]);
        Assert.True(litert.Code == 0, litert.Error);
        CommandRun other = CommandRun.Of(["evaluate", petals, .. data]);
        Assert.Equal(other.Json().GetProperty("correct").GetInt32(), litert.Json().GetProperty("correct").GetInt32());
        Assert.Equal(other.Json().GetProperty("crossEntropy").GetDouble(), litert.Json().GetProperty("crossEntropy").GetDouble(), 4);
        CommandRun compared = CommandRun.Of(["compare", petals, petals, "--runtime", "litert", "--litert", folder, .. data]);
        Assert.Equal(0, compared.Json().GetProperty("maxAbs").GetDouble());
    }

    [Theory]
    [InlineData("evaluate", "petals.onnx", 2)]
    [InlineData("evaluate", "petals.tflite", 5)]
    public void Evaluate_InLiteRtWithoutWhatItNeeds_SaysWhatToDo(string verb, string model, int code)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of(verb, SharedFiles.Sample("petals", model), "--data", SharedFiles.Sample("petals", "test"), "--runtime", "litert", "--litert", folder["nothing"]);
        Assert.Equal(code, run.Code);
        Assert.Contains(code == 2 ? "convert" : "npm install @litertjs/core", run.Error, StringComparison.Ordinal);
    }
}
