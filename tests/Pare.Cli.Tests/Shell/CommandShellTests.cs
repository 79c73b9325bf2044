using System.Text.Json;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Shell;

/// <summary>What scripts rely on: exit codes, one line of error, one JSON object.</summary>
public sealed class CommandShellTests
{
    public static TheoryData<string> Verbs => [.. VerbTable.All.Select(v => v.Name)];

    [Fact]
    public void Version_PrintsTheNumber()
    {
        CommandRun run = CommandRun.Of("--version");
        Assert.Equal(0, run.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", run.Out);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("--topp", "'--topp' is no option of label; did you mean --top?")]
    [InlineData("-z", "'-z' is no option of label")]
    public void Dispatch_UnknownOptionAmongFiles_IsNoFile(string option, string expected)
    {
        CommandRun run = CommandRun.Of("label", SharedFiles.Sample("petals", "petals.pb"), SharedFiles.Sample("petals", "test/daisy/daisy-000.jpg"), option, "3");
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public void Label_FolderForAPicture_ExitsWith2()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("label", SharedFiles.Sample("petals", "petals.pb"), folder.Root);
        Assert.Equal(2, run.Code);
        Assert.Contains("is a folder", run.Error);
    }

    [Fact]
    public void Help_ListsEveryVerb()
    {
        CommandRun run = CommandRun.Of("--help");
        Assert.Equal(0, run.Code);
        Assert.Contains("pare [command]", run.Out);
        Assert.All(VerbTable.All, v => Assert.Contains($"  {v.Name} ", run.Out));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_OfAVerb_ShowsAnExampleOnTheSamples(string verb)
    {
        CommandRun run = CommandRun.Of(verb, "--help");
        Assert.Equal(0, run.Code);
        Assert.Contains("Example:", run.Out);
        Assert.Contains($"  pare {verb} ", run.Out[run.Out.IndexOf("Example:", StringComparison.Ordinal)..]);
        Assert.Contains("--json", run.Out);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("inspct", "did you mean inspect")]
    [InlineData("inspect", "MODEL")]
    [InlineData("inspect a.pb b.pb", "b.pb")]
    [InlineData("inspect a.pb --top many", "--top")]
    [InlineData("inspect a.pb --threads 0", "--threads 0")]
    [InlineData("inspect a.pb --no-such-option", "--no-such-option")]
    public void WrongUsage_ExitsWith2_AndNamesWhatIsWrong(string line, string expected)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Empty(run.Out);
        Assert.Contains(expected, run.Error);
        Assert.StartsWith("pare: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void WrongUsage_WithJson_PrintsTheErrorObjectAlone()
    {
        CommandRun run = CommandRun.Of("inspect", "--json", "--top", "many", "a.pb");
        JsonElement error = run.Json().GetProperty("error");
        Assert.Equal(2, run.Code);
        Assert.Equal(2, error.GetProperty("code").GetInt32());
        Assert.Equal("usage", error.GetProperty("kind").GetString());
        Assert.Equal("--top", error.GetProperty("where").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void MissingFile_ExitsWith5()
    {
        CommandRun run = CommandRun.Of("inspect", "no-such-model.pb", "--json");
        JsonElement error = run.Json().GetProperty("error");
        Assert.Equal(5, run.Code);
        Assert.Equal("io", error.GetProperty("kind").GetString());
        Assert.Contains("no-such-model.pb", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("petals/petals.pb", 1000)]
    [InlineData("petals/petals.pb", 300_001)]
    [InlineData("petals/petals.onnx", 200_000)]
    [InlineData("petals/petals.pb", 0)]
    public void TruncatedModel_ExitsWith3(string sample, int length)
    {
        using TemporaryFolder folder = new();
        string path = folder[Path.GetFileName(sample)];
        File.WriteAllBytes(path, File.ReadAllBytes(SharedFiles.Sample(sample))[..length]);
        CommandRun run = CommandRun.Of("inspect", path);
        Assert.Equal(3, run.Code);
        Assert.Empty(run.Out);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Cancelled_ExitsWith130()
    {
        Failure failure = Failure.Of(new OperationCanceledException(), ExitCode.Interrupted);
        Assert.Equal(130, failure.Code);
        Assert.Equal(143, Failure.Of(new OperationCanceledException(), ExitCode.Terminated).Code);
    }

    [Fact]
    public void UnexpectedException_IsABug()
    {
        Failure failure = Failure.Of(new InvalidOperationException("one\ntwo"), ExitCode.Interrupted);
        Assert.Equal(70, failure.Code);
        Assert.DoesNotContain("\n", failure.Message);
        Assert.Contains("--verbose", failure.Message);
    }
}
