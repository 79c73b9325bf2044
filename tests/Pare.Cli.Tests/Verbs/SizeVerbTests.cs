using System.Text.Json;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>size</c>, <c>benchmark</c> and <c>tensorboard</c>.</summary>
public sealed class SizeVerbTests
{
    [Fact]
    public void Size_Sample_ReportsByTheContract()
    {
        CommandRun run = CommandRun.Of("size", SharedFiles.Sample("petals", "petals.pb"), SharedFiles.Sample("chars", "chars.onnx"), "--clear", "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement petals = run.Json().GetProperty("files")[0];
        Assert.Equal(462_294, petals.GetProperty("bytes").GetInt64());
        Assert.InRange(petals.GetProperty("gzip").GetInt64(), 407_000, 409_000);
        Assert.Equal(petals.GetProperty("gzip").GetInt64() - 18 + 98 + (2 * "petals.pb".Length), petals.GetProperty("zip").GetInt64());
        Assert.True(petals.GetProperty("brotli").GetInt64() < petals.GetProperty("gzip").GetInt64());
        Assert.True(petals.GetProperty("zstd").GetInt64() < petals.GetProperty("gzip").GetInt64());
        Assert.InRange(petals.GetProperty("weightBits").GetDouble(), 8, 32);
        Assert.InRange(petals.GetProperty("cleared").GetInt64(), 1000, 60_000);
        Assert.Equal(2, run.Json().GetProperty("files").GetArrayLength());
    }

    [Fact]
    public void Size_TheTutorialsGraph_IsWhatGzipMakes()
    {
        string model = SharedFiles.InShared("models", "poets-flowers", "rounded_graph.pb");
        JsonElement file = CommandRun.Of("size", model, "--json").Json().GetProperty("files")[0];
        Assert.InRange(file.GetProperty("gzip").GetInt64(), 656_138 - 656, 656_138 + 656);
    }

    [Fact]
    public void Benchmark_Sample_OrdersItsTimes()
    {
        CommandRun run = CommandRun.Of("benchmark", SharedFiles.Sample("petals", "petals.pb"), "--runs", "5", "--min-seconds", "0", "--warm-up", "1", "--warm-up-seconds", "0", "--threads", "1", "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement timing = run.Json().GetProperty("models")[0];
        double Get(string name) => timing.GetProperty(name).GetDouble();
        Assert.True(Get("minMs") <= Get("medianMs") && Get("medianMs") <= Get("p95Ms") && Get("p95Ms") <= Get("maxMs"));
        Assert.True(Get("peakBytes") > 0);
    }

    [Theory]
    [InlineData("petals.pb")]
    [InlineData("petals.onnx")]
    public void Benchmark_Profile_SharesAddUp(string model)
    {
        CommandRun run = CommandRun.Of("benchmark", SharedFiles.Sample("petals", model), "--runs", "5", "--min-seconds", "0", "--warm-up", "2", "--warm-up-seconds", "0", "--threads", "1", "--profile", "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement profile = run.Json().GetProperty("models")[0].GetProperty("profile");
        Assert.Equal(5, profile.GetProperty("runs").GetInt32());
        JsonElement[] operators = [.. profile.GetProperty("operators").EnumerateArray()];
        Assert.True(operators.Length > 10);
        Assert.Equal(operators.Length, profile.GetProperty("types").EnumerateArray().Sum(t => t.GetProperty("nodes").GetInt32()));
        Assert.Equal(1, operators.Sum(o => o.GetProperty("share").GetDouble()), 1e-9);
        Assert.Equal(profile.GetProperty("totalMs").GetDouble(), operators.Sum(o => o.GetProperty("meanMs").GetDouble()), 1e-9);
        Assert.Contains(operators, o => o.GetProperty("operator").GetString()!.Contains("Conv", StringComparison.Ordinal));
    }

    [Fact]
    public void Benchmark_BatchOfAFixedModel_IsWrongUsage()
    {
        Assert.Equal(0, CommandRun.Of("benchmark", SharedFiles.Sample("petals", "petals.pb"), "--runs", "1", "--min-seconds", "0", "--warm-up", "0", "--warm-up-seconds", "0", "--batch", "3").Code);
        string model = SharedFiles.InShared("models", "poets", "mobilenet_v1_0.25_128_frozen.pb");
        CommandRun run = CommandRun.Of("benchmark", model, "--batch", "3");
        Assert.Equal(2, run.Code);
        Assert.Contains("fixes its batch", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void TensorBoard_TwoModels_MakesARunEach()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("tensorboard", SharedFiles.Sample("petals", "petals.pb"), SharedFiles.Sample("petals", "petals.onnx"), "-o", folder["logs"], "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(2, Directory.GetDirectories(folder["logs"]).Length);
        Assert.Single(Directory.GetFiles(Path.Combine(folder["logs"], "petals")));
    }
}
