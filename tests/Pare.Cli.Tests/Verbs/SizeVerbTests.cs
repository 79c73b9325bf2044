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
        CommandRun run = CommandRun.Of("benchmark", SharedFiles.Sample("petals", "petals.pb"), "--runs", "5", "--warm-up", "1", "--threads", "1", "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement timing = run.Json().GetProperty("models")[0];
        double Get(string name) => timing.GetProperty(name).GetDouble();
        Assert.True(Get("minMs") <= Get("medianMs") && Get("medianMs") <= Get("p95Ms") && Get("p95Ms") <= Get("maxMs"));
        Assert.True(Get("peakBytes") > 0);
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
