using System.Text.Json;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary>The verbs that look at pictures: <c>label</c>, <c>evaluate</c>, <c>compare</c>.</summary>
public sealed class DataVerbTests
{
    private static readonly string s_petals = SharedFiles.Sample("petals", "petals.pb");
    private static readonly string s_test = SharedFiles.Sample("petals", "test");

    [Fact]
    public void Label_Picture_TellsTheClass()
    {
        CommandRun run = CommandRun.Of("label", s_petals, Path.Combine(s_test, "daisy", "daisy-000.jpg"), "--top", "2", "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement labels = run.Json().GetProperty("images")[0].GetProperty("labels");
        Assert.Equal("daisy", labels[0].GetProperty("label").GetString());
        Assert.Equal(0, labels[0].GetProperty("index").GetInt32());
        Assert.True(labels[0].GetProperty("score").GetDouble() > 0.9);
        Assert.Equal(2, labels.GetArrayLength());
    }

    [Fact]
    public void Label_LabelsThatDoNotMatch_ExitsWith2()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["labels.txt"], "one\ntwo\n");
        CommandRun run = CommandRun.Of("label", s_petals, Path.Combine(s_test, "daisy", "daisy-000.jpg"), "--labels", folder["labels.txt"]);
        Assert.Equal(2, run.Code);
        Assert.Contains("2 labels", run.Error);
    }

    [Fact]
    public void Label_DamagedPicture_ExitsWith3()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a.jpg"], File.ReadAllBytes(Path.Combine(s_test, "daisy", "daisy-000.jpg"))[..100]);
        Assert.Equal(3, CommandRun.Of("label", s_petals, folder["a.jpg"]).Code);
    }

    [Fact]
    public void Evaluate_Sample_ReportsByTheContract()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("evaluate", s_petals, "--data", SharedFiles.Sample("petals", "calibration"), "--csv", folder["rows.csv"], "--json");
        Assert.True(run.Code == 0, run.Error);
        JsonElement report = run.Json();
        Assert.Equal(100, report.GetProperty("samples").GetInt32());
        Assert.Equal(0, report.GetProperty("skipped").GetInt32());
        double accuracy = report.GetProperty("accuracy").GetDouble();
        Assert.Equal(report.GetProperty("correct").GetInt32() / 100.0, accuracy, 9);
        Assert.InRange(accuracy, 0.85, 1);
        Assert.InRange(accuracy, report.GetProperty("accuracyLow").GetDouble(), report.GetProperty("accuracyHigh").GetDouble());
        Assert.Equal(5, report.GetProperty("perClass").GetArrayLength());
        Assert.Equal(5, report.GetProperty("confusion").GetArrayLength());
        Assert.Equal(101, File.ReadAllLines(folder["rows.csv"]).Length);
        Assert.Equal(["rows.csv"], folder.Names);
    }

    [Fact]
    public void Evaluate_EmptyFolder_IsWrongUsageOrDamage_AndSaysSo()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("evaluate", s_petals, "--data", folder.Root);
        Assert.Contains(run.Code, new[] { 2, 3 });
        Assert.Contains(folder.Root, run.Error);
    }

    [Fact]
    public void Evaluate_UnreadablePicture_ExitsWith3_UnlessSkipped()
    {
        using TemporaryFolder folder = new();
        foreach (string c in new[] { "daisy", "dandelion", "roses", "sunflowers", "tulips" })
        {
            Directory.CreateDirectory(folder[c]);
            File.Copy(Path.Combine(s_test, c, c + "-000.jpg"), Path.Combine(folder[c], "a.jpg"));
        }

        File.WriteAllText(Path.Combine(folder["daisy"], "b.jpg"), "no picture");
        CommandRun refused = CommandRun.Of("evaluate", s_petals, "--data", folder.Root);
        Assert.Equal(3, refused.Code);
        Assert.Contains("b.jpg", refused.Error);
        CommandRun skipped = CommandRun.Of("evaluate", s_petals, "--data", folder.Root, "--skip-unreadable", "--json");
        Assert.Equal(0, skipped.Code);
        Assert.Equal(1, skipped.Json().GetProperty("skipped").GetInt32());
        Assert.Equal(5, skipped.Json().GetProperty("samples").GetInt32());
    }

    [Fact]
    public void Compare_TwoFormats_OnData_TellsBothAccuracies()
    {
        CommandRun run = CommandRun.Of("compare", s_petals, SharedFiles.Sample("petals", "petals.onnx"), "--data", SharedFiles.Sample("petals", "calibration"), "--max-drop", "1", "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(run.Json().GetProperty("accuracyA").GetDouble(), run.Json().GetProperty("accuracyB").GetDouble(), 2);
        Assert.Equal(0, run.Json().GetProperty("argmaxFlips").GetInt32());
    }

    [Fact]
    public void Compare_MaxDropWithoutData_ExitsWith2() =>
        Assert.Equal(2, CommandRun.Of("compare", s_petals, s_petals, "--max-drop", "1").Code);
}
