using System.Text.Json;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>pack</c> and <c>unpack</c>.</summary>
public sealed class PackVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pack_Sample_UnpacksToTheSameBytesAndReplays()
    {
        string model = SharedFiles.Sample("petals", "petals.pb");
        string packed = _folder["petals.pare"];
        CommandRun run = CommandRun.Of("pack", model, "-o", packed, "--recipe", _folder["recipe.json"], "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal("bytes", run.Json().GetProperty("check").GetProperty("data").GetString());
        Assert.InRange(run.Json().GetProperty("output").GetProperty("bytes").GetInt64(), 100_000, 365_000);
        Assert.Equal(2, CommandRun.Of("pack", model, "-o", packed).Code);
        Assert.Equal(2, CommandRun.Of("pack", packed, "-o", _folder["twice.pare"]).Code);
        Assert.Equal(2, CommandRun.Of("pack", model, "-o", _folder["petals.zip"]).Code);

        string again = _folder["again.pb"];
        CommandRun back = CommandRun.Of("unpack", packed, "-o", again);
        Assert.True(back.Code == 0, back.Error);
        Assert.Equal(File.ReadAllBytes(model), File.ReadAllBytes(again));
        Assert.Equal(2, CommandRun.Of("unpack", packed, "-o", _folder["again.onnx"]).Code);
        Assert.Equal(3, CommandRun.Of("unpack", model, "-o", _folder["again2.pb"]).Code);

        CommandRun replay = CommandRun.Of("apply", _folder["recipe.json"], model, "-o", _folder["replayed.pare"]);
        Assert.True(replay.Code == 0, replay.Error);
        Assert.Equal(File.ReadAllBytes(packed), File.ReadAllBytes(_folder["replayed.pare"]));
    }

    [Fact]
    public void Pack_Sqnr_ReachesTheRatioAndRuns()
    {
        string packed = _folder["petals.pare"];
        CommandRun run = CommandRun.Of("pack", SharedFiles.Sample("petals", "petals.pb"), "-o", packed, "--sqnr", "25", "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.InRange(run.Json().GetProperty("output").GetProperty("bytes").GetInt64(), 20_000, 85_000);
        CommandRun compared = CommandRun.Of("compare", SharedFiles.Sample("petals", "petals.pb"), packed, "--json");
        Assert.True(compared.Code == 0, compared.Error);
        Assert.True(compared.Json().GetProperty("weightsChanged").GetInt64() > 50_000);
        CommandRun sized = CommandRun.Of("size", packed, "--tensors", "--json");
        Assert.True(sized.Code == 0, sized.Error);
        JsonElement size = sized.Json().GetProperty("files")[0];
        Assert.InRange(size.GetProperty("weightBits").GetDouble(), 1, 12);
        JsonElement[] codes = [.. size.GetProperty("tensors").EnumerateArray().Where(t => t.GetProperty("codec").GetString() == "codes")];
        Assert.NotEmpty(codes);
        Assert.All(codes, t => Assert.InRange(t.GetProperty("codedBits").GetDouble(), 0.1, 12));
        Assert.All(codes, t => Assert.InRange(t.GetProperty("sqnrDb").GetDouble(), 1, 60));
    }

    [Fact]
    public void Pack_InterruptedWhileItSearches_ExitsWith130AndLeavesNothing()
    {
        CommandRun run = CommandRun.Interrupted(
            TimeSpan.FromSeconds(1), "pack", SharedFiles.Sample("petals", "petals.pb"), "-o", _folder["petals.pare"], "--max-drop", "0.5", "--data", SharedFiles.Sample("petals", "test"));
        Assert.Equal(130, run.Code);
        Assert.Empty(run.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_folder["petals.pare"])!));
    }

    [Fact]
    public void Pack_LabelsThatTheModelLacks_RefusedBeforeTheSearch()
    {
        string data = _folder["data"];
        Directory.CreateDirectory(data);
        string[] pictures = [.. Directory.EnumerateFiles(SharedFiles.Sample("petals", "test", "roses")).Order(StringComparer.Ordinal).Take(8)];
        foreach (string picture in pictures)
        {
            File.Copy(picture, Path.Combine(data, Path.GetFileName(picture)));
        }

        File.WriteAllText(Path.Combine(data, "labels.csv"), "file,index\n" + string.Concat(pictures.Select((p, k) => $"{Path.GetFileName(p)},{k * 100}\n")));
        CommandRun run = CommandRun.Of("pack", SharedFiles.Sample("petals", "petals.pb"), "-o", _folder["petals.pare"], "--max-drop", "0.5", "--data", data);
        Assert.True(run.Code == 2, $"{run.Code}: {run.Error}");
        Assert.Contains("is of class", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["petals.pare"]));
    }
}
