using System.Text.Json;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>advise</c>: what it recommends, measures and lists.</summary>
public sealed class AdviseVerbTests
{
    private static readonly string s_petals = SharedFiles.Sample("petals", "petals.tflite");

    [Fact]
    public void Advise_MicrocontrollerWithData_TakesIntegersAndSaysWhy()
    {
        CommandRun run = CommandRun.Of("advise", s_petals, "--target", "esp32", "--data", SharedFiles.Sample("petals", "calibration"), "--limit", "20", "--shuffle", "--max-drop", "11", "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement advice = run.Json();
        Assert.Equal("int8", advice.GetProperty("recommended").GetString());
        JsonElement[] candidates = [.. advice.GetProperty("candidates").EnumerateArray()];
        JsonElement Of(string technique) => candidates.First(c => c.GetProperty("technique").GetString() == technique);
        Assert.Equal(4 * Of("int8").GetProperty("arenaBytes").GetInt64(), Of("float32").GetProperty("arenaBytes").GetInt64(), 8192.0);
        Assert.True(Of("int8").GetProperty("fitsRam").GetBoolean());
        Assert.NotEmpty(Of("dynamic").GetProperty("unsupported").EnumerateArray());
        Assert.NotEmpty(Of("float16").GetProperty("unsupported").EnumerateArray());
        Assert.Equal(20, advice.GetProperty("samples").GetInt32());
        string reasons = string.Join(' ', advice.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()));
        Assert.Contains(Of("int8").GetProperty("bytes").GetInt64().ToString("N0", System.Globalization.CultureInfo.InvariantCulture), reasons, StringComparison.Ordinal);
        Assert.Contains("Not dynamic", reasons, StringComparison.Ordinal);
        Assert.Contains(advice.GetProperty("missing").EnumerateArray(), m => m.GetString()!.StartsWith("--test-data", StringComparison.Ordinal));
    }

    [Fact]
    public void Advise_NothingGiven_ListsWhatIsMissing()
    {
        CommandRun run = CommandRun.Of("advise", s_petals, "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement advice = run.Json();
        string missing = string.Join('\n', advice.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
        Assert.All((string[])["--data", "--target", "--flash", "--ram"], o => Assert.Contains(o, missing, StringComparison.Ordinal));
        Assert.Contains("not measured", string.Join(' ', advice.GetProperty("reasons").EnumerateArray().Select(r => r.GetString())), StringComparison.Ordinal);
        Assert.DoesNotContain(advice.GetProperty("candidates").EnumerateArray(), c => c.GetProperty("technique").GetString() == "int8");
    }

    [Fact]
    public void Advise_FarTooLittleFlash_NamesArchitecturesThatFit()
    {
        CommandRun run = CommandRun.Of("advise", s_petals, "--target", "cortex-m4", "--flash", "40KB", "--json");
        Assert.Equal(1, run.Code);
        JsonElement advice = run.Json();
        Assert.False(advice.TryGetProperty("recommended", out JsonElement none) && none.ValueKind == JsonValueKind.String);
        Assert.Contains(advice.GetProperty("candidates").EnumerateArray(), c => c.GetProperty("technique").GetString()!.StartsWith("channels", StringComparison.Ordinal));
        JsonElement architecture = Assert.Single(advice.GetProperty("architectures").EnumerateArray());
        Assert.True(architecture.GetProperty("parameters").GetInt64() < 40_000);
    }

    [Fact]
    public void Advise_DownloadOfAnotherFormat_PacksSharedAndPrunedWeights()
    {
        const string File = "petals.onnx";
        CommandRun run = CommandRun.Of("advise", SharedFiles.Sample("petals", File), "--target", "download", "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement[] candidates = [.. run.Json().GetProperty("candidates").EnumerateArray()];
        long Packed(string technique) => candidates.First(c => c.GetProperty("technique").GetString() == technique).GetProperty("pare").GetInt64();
        Assert.True(Packed("cluster 32") < Packed("prune 0.5") && Packed("prune 0.5") < Packed("float32"));
        Assert.Contains(run.Json().GetProperty("commands").EnumerateArray(), c => c.GetString()!.Contains(File, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("esp32", "--target", "abacus")]
    [InlineData("more than 0", "--flash", "0")]
    [InlineData("more than 0", "--ram", "0KB")]
    [InlineData("0 or more", "--max-drop", "-1")]
    public void Advise_WrongOptions_SaysWhat(string about, params string[] options)
    {
        CommandRun run = CommandRun.Of(["advise", s_petals, .. options]);
        Assert.True(run.Code == 2, run.Error);
        Assert.Contains(about, run.Error, StringComparison.Ordinal);
    }
}
