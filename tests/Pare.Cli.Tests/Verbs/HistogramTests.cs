using Pare.Evaluation;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary>The pictures of weight histograms, and clustering by calibration data.</summary>
public sealed class HistogramTests
{
    [Fact]
    public void Inspect_Histogram_WritesAPictureOnce()
    {
        using TemporaryFolder folder = new();
        string[] command = ["inspect", SharedFiles.Sample("petals", "petals.pb"), "--histogram", folder["w.png"]];
        CommandRun run = CommandRun.Of(command);
        Assert.True(run.Code == 0, run.Error);
        RgbImage picture = ImageDecoder.Decode(File.ReadAllBytes(folder["w.png"]), "w.png");
        Assert.True(picture is { Width: >= 480, Height: >= 320 });
        Assert.True(picture.Pixels.ToArray().Distinct().Count() > 3);
        Assert.Equal(2, CommandRun.Of(command).Code);
        Assert.Equal(2, CommandRun.Of("inspect", SharedFiles.Sample("petals", "petals.pb"), "--histogram", folder["w.jpg"]).Code);
        Assert.Equal(["w.png"], folder.Names);
    }

    [Fact]
    public void Cluster_WithData_ReplaysToTheSameBytes_AndCompareDrawsBoth()
    {
        using TemporaryFolder folder = new();
        string model = SharedFiles.Sample("petals", "petals.pb");
        CommandRun run = CommandRun.Of("cluster", model, "-o", folder["a.pb"], "--clusters", "16", "--data", SharedFiles.Sample("petals", "calibration"), "--samples", "16", "--recipe", folder["a.json"], "--threads", "1");
        Assert.True(run.Code == 0, run.Error);
        Assert.True(CommandRun.Of("apply", folder["a.json"], model, "-o", folder["b.pb"]).Code == 0);
        Assert.Equal(File.ReadAllBytes(folder["a.pb"]), File.ReadAllBytes(folder["b.pb"]));
        Assert.True(CommandRun.Of("cluster", model, "-o", folder["c.pb"], "--clusters", "16").Code == 0);
        Assert.NotEqual(File.ReadAllBytes(folder["a.pb"]), File.ReadAllBytes(folder["c.pb"]));

        CommandRun compare = CommandRun.Of("compare", model, folder["a.pb"], "--histogram", folder["both.png"]);
        Assert.True(compare.Code == 0, compare.Error);
        Assert.NotEqual(0, new FileInfo(folder["both.png"]).Length);
    }
}
