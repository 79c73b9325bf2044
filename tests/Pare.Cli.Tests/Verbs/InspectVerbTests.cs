using System.Text.Json;
using Pare.Formats;
using Pare.Formats.Onnx;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>pare inspect</c>.</summary>
public sealed class InspectVerbTests
{
    [Fact]
    public void Inspect_GraphDef_PrintsWhatTheReadmeOfTheSampleSays()
    {
        JsonElement report = CommandRun.Of("inspect", SharedFiles.Sample("petals", "petals.pb"), "--json").Json();
        Assert.Equal("graphdef", report.GetProperty("format").GetString());
        Assert.Equal("input:0", report.GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.Equal("float32", report.GetProperty("inputs")[0].GetProperty("type").GetString());
        Assert.Equal("[-1,96,96,3]", report.GetProperty("inputs")[0].GetProperty("shape").GetRawText());
        Assert.Equal("final_result:0", report.GetProperty("outputs")[0].GetProperty("name").GetString());
        Assert.Equal(88, report.GetProperty("operators").GetProperty("Const").GetInt32());
        Assert.Equal(17, report.GetProperty("operators").GetProperty("FusedBatchNormV3").GetInt32());
        Assert.Equal(462_294, report.GetProperty("bytes").GetInt64());
        Assert.Equal(108_053, report.GetProperty("parameters").GetInt64());
        Assert.Empty(report.GetProperty("unsupported").EnumerateArray());
    }

    [Fact]
    public void Inspect_WithTarget_ListsWhatTheRuntimeLacks()
    {
        string model = SharedFiles.InShared("golden", "tensorflow-ops", "inception_decode_head.pb");
        CommandRun run = CommandRun.Of("inspect", model, "--target", "tf-mobile", "--json");
        JsonElement unsupported = run.Json().GetProperty("unsupported");
        Assert.Equal(0, run.Code);
        Assert.Equal("DecodeJpeg", Assert.Single(unsupported.EnumerateArray()).GetProperty("operator").GetString());
    }

    [Theory]
    [InlineData("onnxruntime")]
    [InlineData("onnxruntime-web")]
    public void Inspect_OnnxRuntime_ListsAnOperatorWithoutKernel(string target)
    {
        using TemporaryFolder folder = new();
        Model model = new(Vocabularies.Onnx) { OperatorSets = { [""] = 13, ["no.such.domain"] = 1 } };
        Value x = new("x", DataType.Float32, new SymbolicShape(1, 3));
        model.Graph.Inputs.Add(x);
        model.Graph.Outputs.Add(model.Graph.CreateNode("y", "Unheard", [x], 1, "no.such.domain").Output);
        ModelFile.Save(model, new OnnxFormat(), folder["m.onnx"]);
        Assert.Single(CommandRun.Of("inspect", folder["m.onnx"], "--target", target, "--json").Json().GetProperty("unsupported").EnumerateArray());
        Assert.Empty(CommandRun.Of("inspect", SharedFiles.Sample("petals", "petals.onnx"), "--target", target, "--json").Json().GetProperty("unsupported").EnumerateArray());
    }

    [Fact]
    public void Inspect_UnknownTarget_ExitsWith2_AndListsTheTargets()
    {
        CommandRun run = CommandRun.Of("inspect", SharedFiles.Sample("petals", "petals.pb"), "--target", "toaster");
        Assert.Equal(2, run.Code);
        Assert.Contains("tf-mobile", run.Error);
    }

    [Fact]
    public void Inspect_Onnx_TellsTheOpset()
    {
        JsonElement report = CommandRun.Of("inspect", SharedFiles.Sample("chars", "chars.onnx"), "--json").Json();
        Assert.Equal(17, report.GetProperty("versions").GetProperty("ai.onnx").GetInt32());
        Assert.Equal(16, report.GetProperty("operators").GetProperty("MatMul").GetInt32());
    }
}
