using System.Text.Json;
using Pare.Evaluation;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>quantize</c> with integer schemes: what it writes, keeps and refuses.</summary>
public sealed class QuantizeVerbTests
{
    private static readonly string s_petals = SharedFiles.Sample("petals", "petals.h5");
    private static readonly string s_calibration = SharedFiles.Sample("petals", "calibration");
    private static readonly string s_test = SharedFiles.Sample("petals", "test");

    [Fact]
    public void Quantize_Int8_StaysAccurateAndReplaysWithoutData()
    {
        using TemporaryFolder folder = new();
        string data = CopyOf(s_calibration, folder);
        CommandRun run = CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--io", "uint8", "--calibration", data, "--check", "none");
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("q.tflite.recipe.json", folder.Names);
        Assert.InRange(new FileInfo(folder["q.tflite"]).Length, 1, 150_000);
        double before = CommandRun.Of("evaluate", s_petals, "--data", s_test, "--limit", "150", "--shuffle", "--json").Json().GetProperty("accuracy").GetDouble();
        double after = CommandRun.Of("evaluate", folder["q.tflite"], "--data", s_test, "--limit", "150", "--shuffle", "--json").Json().GetProperty("accuracy").GetDouble();
        Assert.True(after >= before - 0.02, $"{before} became {after}");

        Directory.Delete(data, recursive: true);
        CommandRun again = CommandRun.Of("apply", folder["q.tflite.recipe.json"], s_petals, "-o", folder["again.tflite"]);
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(File.ReadAllBytes(folder["q.tflite"]), File.ReadAllBytes(folder["again.tflite"]));
    }

    [Fact]
    public void Quantize_CalibrationCache_StandsForTheData()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, CommandRun.Of("quantize", s_petals, "-o", folder["a.tflite"], "--scheme", "int8", "--calibration", s_calibration, "--calibration-cache", folder["cache.json"], "--check", "none").Code);
        CommandRun cached = CommandRun.Of("quantize", s_petals, "-o", folder["b.tflite"], "--scheme", "int8", "--calibration-cache", folder["cache.json"], "--check", "none");
        Assert.True(cached.Code == 0, cached.Error);
        Assert.Equal(File.ReadAllBytes(folder["a.tflite"]), File.ReadAllBytes(folder["b.tflite"]));
    }

    [Fact]
    public void Quantize_CacheOfAnotherModel_IsRefused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["cache.json"], """{"version":1,"model":"00","method":"minmax","samples":1,"ranges":{"other":[0,1]}}""");
        CommandRun run = CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--calibration-cache", folder["cache.json"]);
        Assert.Equal(3, run.Code);
        Assert.Contains("another model", run.Error, StringComparison.Ordinal);
        Assert.Equal(["cache.json"], folder.Names);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nothing")]
    [InlineData("""{"version":9,"model":"00","method":"minmax","samples":1,"ranges":{}}""")]
    [InlineData("""{"version":1,"model":"00","method":"minmax","samples":1,"ranges":{"x":[2,1]}}""")]
    [InlineData("""{"version":1,"model":"00","method":"minmax","samples":1,"ranges":{"x":null}}""")]
    public void Quantize_DamagedCache_IsRefused(string text)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["cache.json"], text);
        CommandRun run = CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--calibration-cache", folder["cache.json"]);
        Assert.Equal(3, run.Code);
        Assert.Contains("cache.json", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--calibration DATA", "--scheme", "int8")]
    [InlineData("--io", "--scheme", "dynamic", "--io", "uint8")]
    [InlineData("--io", "--scheme", "int16x8", "--io", "int8", "--calibration", "DATA")]
    [InlineData("--granularity", "--scheme", "int8", "--granularity", "group:32", "--calibration", "DATA")]
    [InlineData("--percentile", "--scheme", "int8", "--percentile", "20", "--calibration", "DATA")]
    public void Quantize_OptionsThatDoNotFit_AreWrongUsage(string named, params string[] options)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of(["quantize", s_petals, "-o", folder["q.tflite"], .. options.Select(o => o == "DATA" ? s_calibration : o)]);
        Assert.Equal(2, run.Code);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Quantize_EmptyCalibration_IsRefused()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["none"]);
        CommandRun run = CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--calibration", folder["none"]);
        Assert.Equal(2, run.Code);
        Assert.Equal(["none"], folder.Names);
    }

    [Fact]
    public void Quantize_IntegerOnly_NamesWhatStaysReal()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of(
            "quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--integer-only", "--exclude", "*", "--calibration", s_calibration, "--json");
        Assert.Equal(4, run.Code);
        Assert.Contains("CONV_2D", run.Json().GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Theory]
    [InlineData("moving-average")]
    [InlineData("percentile")]
    [InlineData("mse")]
    [InlineData("entropy")]
    public void Quantize_EveryWayOfRanges_KeepsTheAnswers(string ranges)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--ranges", ranges, "--calibration", s_calibration, "--limit", "20", "--check", "none");
        Assert.True(run.Code == 0, run.Error);
        JsonElement result = CommandRun.Of("compare", s_petals, folder["q.tflite"], "--data", s_calibration, "--limit", "40", "--json").Json();
        Assert.InRange(result.GetProperty("argmaxFlips").GetInt32(), 0, 4);
    }

    [Theory]
    [InlineData("petals.onnx", "float16", 0.01)]
    [InlineData("petals.pb", "float16", 0.01)]
    [InlineData("petals.onnx", "bfloat16", 0.1)]
    [InlineData("petals.pb", "bfloat16", 0.1)]
    public void Quantize_SixteenBitFloats_HalveTheFileAndStillRun(string model, string scheme, double most)
    {
        using TemporaryFolder folder = new();
        string source = SharedFiles.Sample("petals", model);
        string output = folder["half" + Path.GetExtension(model)];
        CommandRun run = CommandRun.Of("quantize", source, "-o", output, "--scheme", scheme, "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.InRange(run.Json().GetProperty("check").GetProperty("maxAbs").GetDouble(), 1e-9, most);
        Assert.InRange(new FileInfo(output).Length, 1, (long)(0.62 * new FileInfo(source).Length));
    }

    [Theory]
    [InlineData("petals.pb", "out.pb", "int8")]
    [InlineData("petals.onnx", "out.onnx", "weights-int4")]
    [InlineData("petals.h5", "out.tflite", "bfloat16")]
    [InlineData("petals.h5", "out.h5", "float16")]
    public void Quantize_SchemeThatTheTargetLacks_IsWrongUsage(string model, string output, string scheme)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("quantize", SharedFiles.Sample("petals", model), "-o", folder[output], "--scheme", scheme, "--calibration", s_calibration);
        Assert.Equal(2, run.Code);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Quantize_SamplesOfAnotherShape_AreWrongUsage()
    {
        using TemporaryFolder folder = new();
        CommandRun run = Calibrated(folder, new float[2 * 48 * 48 * 3], new TensorShape(2, 48, 48, 3));
        Assert.Equal(2, run.Code);
        Assert.Contains("48", run.Error, StringComparison.Ordinal);
        Assert.Equal(["data.npz"], folder.Names);
    }

    [Fact]
    public void Quantize_NaNInTheSamples_IsRefusedByName()
    {
        using TemporaryFolder folder = new();
        float[] values = new float[2 * 96 * 96 * 3];
        values[^1] = float.NaN;
        CommandRun run = Calibrated(folder, values, new TensorShape(2, 96, 96, 3));
        Assert.Equal(3, run.Code);
        Assert.Contains("sample 1", run.Error, StringComparison.Ordinal);
        Assert.Equal(["data.npz"], folder.Names);
    }

    [Fact]
    public void Quantize_WholeNumbersUpTo255_WarnsOfUnscaledPixels()
    {
        using TemporaryFolder folder = new();
        float[] values = [.. Enumerable.Range(0, 2 * 96 * 96 * 3).Select(i => (float)(i % 256))];
        CommandRun run = Calibrated(folder, values, new TensorShape(2, 96, 96, 3));
        Assert.Equal(0, run.Code);
        Assert.Contains("unscaled", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantize_UnreadableSample_IsRefusedOrLeftOut()
    {
        using TemporaryFolder folder = new();
        string data = CopyOf(s_calibration, folder);
        File.WriteAllBytes(Path.Combine(Directory.EnumerateDirectories(data).Order(StringComparer.Ordinal).First(), "broken.jpg"), [0xFF, 0xD8, 0xFF, 1, 2, 3]);
        string[] command = ["quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--calibration", data, "--check", "none"];
        CommandRun run = CommandRun.Of(command);
        Assert.Equal(3, run.Code);
        Assert.Contains("broken.jpg", run.Error, StringComparison.Ordinal);
        Assert.Equal(["data"], folder.Names);
        run = CommandRun.Of([.. command, "--skip-unreadable"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("broken.jpg", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantize_HybridForMicrocontrollers_IsRefusedWithARemedy()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "dynamic", "--target", "tflite-micro");
        Assert.Equal(4, run.Code);
        Assert.Contains("CONV_2D", run.Error, StringComparison.Ordinal);
        Assert.Contains("--scheme int8", run.Error, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Theory]
    [InlineData("int16x8", "slower")]
    [InlineData("weights-int4", "--calibration")]
    public void Quantize_SchemeWithADrawback_SaysSo(string scheme, string said)
    {
        using TemporaryFolder folder = new();
        string[] data = scheme == "int16x8" ? ["--calibration", s_calibration, "--limit", "8"] : [];
        CommandRun run = CommandRun.Of(["quantize", s_petals, "-o", folder["q.tflite"], "--scheme", scheme, .. data, "--check", "none"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_RecipeWithRangesOnAnotherModel_NamesBothAndWritesNothing()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--calibration", s_calibration, "--limit", "8", "--check", "none").Code);
        string other = SharedFiles.Sample("chars", "chars.onnx");
        CommandRun run = CommandRun.Of("apply", folder["q.tflite.recipe.json"], other, "-o", folder["other.tflite"]);
        Assert.Equal(3, run.Code);
        Assert.Contains("petals.h5", run.Error, StringComparison.Ordinal);
        Assert.Contains("chars.onnx", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("other.tflite", folder.Names);
    }

    [Fact]
    public void Quantize_ConstantChannelsAndInputs_StillGiveAModel()
    {
        using TemporaryFolder folder = new();
        CommandRun run = Calibrated(folder, new float[2 * 96 * 96 * 3], new TensorShape(2, 96, 96, 3));
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("the same for the input", run.Error, StringComparison.Ordinal);
    }

    private static CommandRun Calibrated(TemporaryFolder folder, float[] values, TensorShape shape)
    {
        using (FileStream stream = File.Create(folder["data.npz"]))
        {
            NpzWriter.Write(stream, [KeyValuePair.Create("x", (TensorData)DenseTensorData.Create(values, shape))]);
        }

        return CommandRun.Of("quantize", s_petals, "-o", folder["q.tflite"], "--scheme", "int8", "--calibration", folder["data.npz"], "--check", "none");
    }

    private static string CopyOf(string source, TemporaryFolder folder)
    {
        string target = folder["data"];
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return target;
    }
}
