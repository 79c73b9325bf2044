using System.Text.Json;
using Pare.Formats;
using Pare.Formats.Onnx;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary>The verbs that write models: reports, recipes, refusals, and that nothing partial is left.</summary>
public sealed class RewriteVerbTests
{
    private static readonly string s_petals = SharedFiles.Sample("petals", "petals.pb");

    [Theory]
    [InlineData("optimize")]
    [InlineData("round")]
    [InlineData("cluster")]
    public void Rewrite_Sample_ReportsByTheContract(string verb)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of(verb, s_petals, "-o", folder["out.pb"], "--json");
        Assert.True(run.Code == 0, run.Error + run.Out);
        JsonElement report = run.Json();
        Assert.Equal(462_294, report.GetProperty("input").GetProperty("bytes").GetInt64());
        Assert.Equal(64, report.GetProperty("input").GetProperty("sha256").GetString()!.Length);
        Assert.Equal(new FileInfo(folder["out.pb"]).Length, report.GetProperty("output").GetProperty("bytes").GetInt64());
        Assert.All(report.GetProperty("changes").EnumerateArray(), c => Assert.True(c.GetProperty("count").GetInt32() > 0));
        Assert.NotEmpty(report.GetProperty("changes").EnumerateArray());
        Assert.Equal(4, report.GetProperty("check").GetProperty("samples").GetInt32());
        Assert.True(report.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Array, report.GetProperty("warnings").ValueKind);
        Assert.Equal(["out.pb"], folder.Names);
    }

    [Fact]
    public void Optimize_Sample_StaysWithinTheStatedDrift()
    {
        using TemporaryFolder folder = new();
        JsonElement check = CommandRun.Of("optimize", s_petals, "-o", folder["out.pb"], "--json").Json().GetProperty("check");
        Assert.True(check.GetProperty("passed").GetBoolean());
        Assert.True(check.GetProperty("maxRelative").GetDouble() <= check.GetProperty("bound").GetDouble());
    }

    [Fact]
    public void Optimize_CheckedOnData_RunsItsSamples()
    {
        using TemporaryFolder folder = new();
        string data = SharedFiles.Sample("petals", "calibration");
        JsonElement check = CommandRun.Of("optimize", s_petals, "-o", folder["out.pb"], "--check", data, "--json").Json().GetProperty("check");
        Assert.Equal(100, check.GetProperty("samples").GetInt32());
        Assert.True(check.GetProperty("passed").GetBoolean());
        Assert.Equal(data, check.GetProperty("data").GetString());
    }

    [Fact]
    public void Recipe_Applied_GivesTheSameBytes()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, CommandRun.Of("round", s_petals, "-o", folder["a.pb"], "--bits", "5", "--recipe", folder["r.json"], "--check", "none").Code);
        CommandRun again = CommandRun.Of("apply", folder["r.json"], s_petals, "-o", folder["b.pb"]);
        Assert.Equal(0, again.Code);
        Assert.Empty(again.Error);
        Assert.Equal(File.ReadAllBytes(folder["a.pb"]), File.ReadAllBytes(folder["b.pb"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\":99}")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"pare\":\"0.1.0\",\"steps\":[{\"verb\":\"explode\"}],\"input\":{\"file\":\"a\",\"bytes\":1,\"sha256\":\"\"},\"output\":{\"file\":\"a\",\"bytes\":1,\"sha256\":\"\"}}")]
    [InlineData("\0\u0001\u0002")]
    public void Apply_DamagedRecipe_ExitsWith3(string text)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["r.json"], text);
        CommandRun run = CommandRun.Of("apply", folder["r.json"], s_petals, "-o", folder["b.pb"], "--json");
        Assert.Equal(3, run.Code);
        Assert.Equal("recipe", run.Json().GetProperty("error").GetProperty("kind").GetString());
        Assert.Equal(["r.json"], folder.Names);
    }

    [Fact]
    public void Rewrite_ExistingOutput_ExitsWith2_AndTouchesNothing()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["out.pb"], "old");
        CommandRun run = CommandRun.Of("round", s_petals, "-o", folder["out.pb"], "--check", "none");
        Assert.Equal(2, run.Code);
        Assert.Contains("--force", run.Error);
        Assert.Equal("old", File.ReadAllText(folder["out.pb"]));
        Assert.Equal(0, CommandRun.Of("round", s_petals, "-o", folder["out.pb"], "--check", "none", "-f").Code);
        Assert.Equal(["out.pb"], folder.Names);
    }

    [Theory]
    [InlineData("out.onnx")]
    [InlineData("out.tflite")]
    [InlineData("out")]
    public void Rewrite_SuffixOfAnotherFormat_ExitsWith2_AndNamesConvert(string name)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("round", s_petals, "-o", folder[name], "--check", "none");
        Assert.Equal(2, run.Code);
        Assert.Contains("convert", run.Error);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Rewrite_MissingFolder_ExitsWith5()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(5, CommandRun.Of("round", s_petals, "-o", Path.Combine(folder.Root, "no", "out.pb"), "--check", "none").Code);
    }

    [Theory]
    [InlineData("--outputs", "final_resul", "final_result")]
    [InlineData("--inputs", "inptu", "input")]
    [InlineData("--freeze", "phase_train=false", "phase_train")]
    public void Optimize_UnknownName_ExitsWith2_AndSuggests(string option, string value, string expected)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("optimize", s_petals, "-o", folder["out.pb"], option, value);
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Empty(folder.Names);
    }

    [Theory]
    [InlineData("round --bits 8 --levels 9", "--bits")]
    [InlineData("round --bits 77", "--bits 77")]
    [InlineData("round --rule tidy", "--rule")]
    [InlineData("cluster --scope moon", "--scope")]
    [InlineData("cluster --clusters 1", "1 clusters")]
    [InlineData("optimize --check random:x", "--check")]
    [InlineData("optimize --transforms no_such_transform", "no_such_transform")]
    public void Rewrite_WrongOption_ExitsWith2(string line, string expected)
    {
        using TemporaryFolder folder = new();
        string[] words = line.Split(' ');
        CommandRun run = CommandRun.Of([words[0], s_petals, "-o", folder["out.pb"], .. words[1..]]);
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Convert_GraphDef_RunsAlikeInOnnx()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("convert", s_petals, "-o", folder["out.onnx"], "--json");
        Assert.True(run.Code == 0, run.Error);
        CommandRun compared = CommandRun.Of("compare", s_petals, folder["out.onnx"], "--max-abs", "1e-5", "--json");
        Assert.Equal(0, compared.Code);
        Assert.True(compared.Json().GetProperty("maxAbs").GetDouble() <= 1e-5);
    }

    [Fact]
    public void Convert_OpenShape_IsSaidByAnOption()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, CommandRun.Of("optimize", s_petals, "-o", folder["bare.pb"], "--check", "none").Code);
        string input = CommandRun.Of("inspect", folder["bare.pb"], "--json").Json().GetProperty("inputs")[0].GetProperty("name").GetString()!;
        CommandRun said = CommandRun.Of("convert", folder["bare.pb"], "-o", folder["out.tflite"], "--shape", $"{input}=1,96,96,-1", "--recipe", folder["r.json"]);
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal(0, CommandRun.Of("compare", s_petals, folder["out.tflite"], "--max-abs", "1e-5").Code);
        CommandRun replayed = CommandRun.Of("apply", folder["r.json"], folder["bare.pb"], "-o", folder["again.tflite"]);
        Assert.True(replayed.Code == 0, replayed.Error);
        Assert.Equal(File.ReadAllBytes(folder["out.tflite"]), File.ReadAllBytes(folder["again.tflite"]));
    }

    [Fact]
    public void Convert_OpenShape_TheCheckRunsTheOriginalInTheShapeThatWasSaid()
    {
        using TemporaryFolder folder = new();
        Model model = new(Vocabularies.Onnx) { OperatorSets = { [""] = 13 } };
        Value x = new("x", DataType.Float32, new SymbolicShape([new Dimension(null, "rows"), new Dimension(null, "columns")]));
        model.Graph.Inputs.Add(x);
        model.Graph.Outputs.Add(model.Graph.CreateNode("y", "Tanh", [x]).Output);
        ModelFile.Save(model, new OnnxFormat(), folder["open.onnx"]);
        CommandRun run = CommandRun.Of("convert", folder["open.onnx"], "-o", folder["out.tflite"], "--shape", "x=3,7", "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(4, run.Json().GetProperty("check").GetProperty("samples").GetInt32());
        Assert.DoesNotContain("skipped", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing=1,2", "is no input")]
    [InlineData("x=1,two", "expected extents")]
    [InlineData("1,2", "expected NAME=VALUE")]
    public void Convert_WrongShape_ExitsWith2(string shape, string expected)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("convert", s_petals, "-o", folder["out.tflite"], "--shape", shape.Replace("x=", InputOfPetals() + "=", StringComparison.Ordinal));
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Empty(folder.Names);
    }

    private static string InputOfPetals() => CommandRun.Of("inspect", s_petals, "--json").Json().GetProperty("inputs")[0].GetProperty("name").GetString()!;

    [Fact]
    public void Compare_BeyondABound_ExitsWith1_AndStillPrintsTheReport()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, CommandRun.Of("round", s_petals, "-o", folder["out.pb"], "--bits", "3", "--check", "none").Code);
        CommandRun run = CommandRun.Of("compare", s_petals, folder["out.pb"], "--min-sqnr", "90", "--json");
        Assert.Equal(1, run.Code);
        Assert.True(run.Json().GetProperty("sqnrDb").GetDouble() < 90);
        Assert.True(run.Json().GetProperty("weightsChanged").GetInt64() > 50_000);
        Assert.Contains("90", run.Error);
    }

    [Fact]
    public void WeightsRounded_OnTheTutorialsGraph_GivesTheToolsSize()
    {
        string model = SharedFiles.InShared("models", "poets", "retrained_graph_6class.pb");
        using TemporaryFolder folder = new();
        Assert.Equal(0, CommandRun.Of("round", model, "-o", folder["out.pb"], "--rule", "weights_rounded", "--check", "none").Code);
        JsonElement size = CommandRun.Of("size", folder["out.pb"], "--json").Json().GetProperty("files")[0];
        Assert.InRange(size.GetProperty("gzip").GetInt64(), 657_291 - 657, 657_291 + 657);
    }
}
