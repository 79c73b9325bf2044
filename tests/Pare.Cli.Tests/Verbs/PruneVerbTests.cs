using System.Text.Json;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>prune</c>: what it writes in each format, measures, keeps and refuses.</summary>
public sealed class PruneVerbTests
{
    private static readonly string s_calibration = SharedFiles.Sample("petals", "calibration");

    [Theory]
    [InlineData("petals.h5", "2:4")]
    [InlineData("petals.keras", "block:1x4")]
    [InlineData("petals.tflite", "unstructured")]
    public void Prune_EachFormat_ZerosInPlaceAndReports(string name, string pattern)
    {
        using TemporaryFolder folder = new();
        string input = SharedFiles.Sample("petals", name);
        string output = folder["out" + Path.GetExtension(name)];
        CommandRun run = CommandRun.Of("prune", input, "-o", output, "--pattern", pattern, "--check", "random:1", "--json");
        Assert.True(run.Code == 0, run.Error + run.Out);
        JsonElement report = run.Json();
        Assert.Equal(new FileInfo(output).Length, report.GetProperty("output").GetProperty("bytes").GetInt64());
        JsonElement before = report.GetProperty("before");
        JsonElement after = report.GetProperty("after");
        Assert.InRange(after.GetProperty("bytes").GetInt64(), 0.99 * before.GetProperty("bytes").GetInt64(), before.GetProperty("bytes").GetInt64());
        Assert.InRange(after.GetProperty("sparsity").GetDouble(), 0.44, 0.51);
        Assert.True(after.GetProperty("gzip").GetInt64() < 0.75 * before.GetProperty("gzip").GetInt64());
        Assert.True(after.GetProperty("pare").GetInt64() < 0.75 * before.GetProperty("pare").GetInt64());
        Assert.Equal(6_628_736, after.GetProperty("multiplyAdds").GetInt64());
        Assert.All(report.GetProperty("tensors").EnumerateArray(), t => Assert.InRange(t.GetProperty("zeros").GetDouble(), 0.48, 0.52));
        Assert.Equal(1, report.GetProperty("check").GetProperty("samples").GetInt32());
    }

    [Fact]
    public void Prune_ChannelsOnData_IsSmallerMeasuredAndReplays()
    {
        using TemporaryFolder folder = new();
        string input = SharedFiles.Sample("petals", "petals.tflite");
        CommandRun run = CommandRun.Of(
            "prune", input, "-o", folder["out.tflite"], "--pattern", "channels", "--sparsity", "0.2", "--schedule", "global", "--data", s_calibration, "--limit", "20", "--shuffle", "--recipe", folder["r.json"], "--check", "none", "--json");
        Assert.True(run.Code == 0, run.Error + run.Out);
        JsonElement report = run.Json();
        Assert.Equal(6_628_736, report.GetProperty("before").GetProperty("multiplyAdds").GetInt64());
        Assert.True(report.GetProperty("after").GetProperty("multiplyAdds").GetInt64() < 6_628_736);
        Assert.NotEmpty(report.GetProperty("tensors").EnumerateArray());
        Assert.True(report.GetProperty("after").GetProperty("bytes").GetInt64() < 0.85 * report.GetProperty("before").GetProperty("bytes").GetInt64());
        Assert.Equal(20, report.GetProperty("after").GetProperty("samples").GetInt32());
        Assert.True(report.GetProperty("after").GetProperty("accuracyLow").GetDouble() <= report.GetProperty("after").GetProperty("accuracy").GetDouble());
        Assert.Contains(report.GetProperty("warnings").EnumerateArray(), w => w.GetString()!.Contains("--test-data", StringComparison.Ordinal));
        CommandRun again = CommandRun.Of("apply", folder["r.json"], input, "-o", folder["again.tflite"]);
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(File.ReadAllBytes(folder["out.tflite"]), File.ReadAllBytes(folder["again.tflite"]));
    }

    [Theory]
    [InlineData(2, "sparsity", "--sparsity", "1")]
    [InlineData(2, "sparsity", "--sparsity", "-0.5")]
    [InlineData(2, "sparsity", "--sparsity", "NaN")]
    [InlineData(2, "pattern", "--pattern", "diagonal")]
    [InlineData(2, "2:4", "--pattern", "2:4", "--sparsity", "0.8")]
    [InlineData(2, "fits none", "--pattern", "1:64", "--include", "*logits*", "--exclude", "*pw*", "--min-size", "9000000")]
    [InlineData(2, "excluded", "--exclude", "*")]
    [InlineData(2, "--data", "--schedule", "sensitivity")]
    [InlineData(2, "samples", "--samples", "0")]
    [InlineData(2, "multiple", "--multiple", "8")]
    [InlineData(2, "multiple", "--pattern", "channels", "--multiple", "0")]
    [InlineData(2, "channel", "--pattern", "channels", "--exclude", "*")]
    [InlineData(5, "nowhere", "--data", "nowhere")]
    public void Prune_WrongOptions_SaysWhatAndLeavesNothing(int code, string about, params string[] options)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of(["prune", SharedFiles.Sample("petals", "petals.onnx"), "-o", folder["out.onnx"], "--check", "none", .. options]);
        Assert.True(run.Code == code, $"{run.Code}: {run.Error}");
        Assert.True(run.Error.Contains(about, StringComparison.Ordinal) || run.Error.Contains("no weight", StringComparison.Ordinal), run.Error);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Prune_DataOfAnotherShape_IsWrongUsage()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("prune", SharedFiles.Sample("petals", "petals.onnx"), "-o", folder["out.onnx"], "--data", SharedFiles.Sample("chars", "test.npz"));
        Assert.True(run.Code == 2, $"{run.Code}: {run.Error}");
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Prune_ChannelsOfAKerasModel_NamesConvert()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("prune", SharedFiles.Sample("petals", "petals.h5"), "-o", folder["out.h5"], "--pattern", "channels");
        Assert.Equal(4, run.Code);
        Assert.Contains("pare convert", run.Error, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Theory]
    [InlineData("""{"verb":"prune","sparsity":7,"samples":1}""", 2)]
    [InlineData("""{"verb":"prune","pattern":"4:2","samples":1}""", 2)]
    [InlineData("""{"verb":"prune","schedule":"random","samples":1}""", 2)]
    [InlineData("""{"verb":"prune","sparsity":"much"}""", 3)]
    [InlineData("""{"verb":"prune","include":7}""", 3)]
    [InlineData("""{"verb":"prune","pattern":null,"include":null,"exclude":null,"dataOptions":null,"samples":1}""", 0)]
    public void Apply_DamagedStep_IsRefusedByName(string step, int code)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["r.json"], """{"version":1,"pare":"0","check":"none","steps":[STEP],"input":{"file":"a","bytes":1,"sha256":"0"},"output":{"file":"b","bytes":1,"sha256":"0"}}""".Replace("STEP", step, StringComparison.Ordinal));
        CommandRun run = CommandRun.Of("apply", folder["r.json"], SharedFiles.Sample("petals", "petals.onnx"), "-o", folder["out.onnx"]);
        Assert.True(run.Code == code, $"{run.Code}: {run.Error}");
        Assert.Equal(code == 0, folder.Names.Contains("out.onnx"));
    }
}
