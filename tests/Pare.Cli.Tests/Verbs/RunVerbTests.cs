using System.Text.Json;
using Pare.Evaluation;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Verbs;

/// <summary><c>pare run</c>: every recorded graph goes through it.</summary>
public sealed class RunVerbTests
{
    private const double RelativeTolerance = 1e-5;
    private const double AbsoluteTolerance = 1e-6;

    public static TheoryData<string> Goldens => [.. SharedFiles.Find(Path.Combine("golden", "tensorflow-ops"), "*.pb").Select(p => Path.GetFileNameWithoutExtension(p))];

    [Fact]
    public void Run_SavedModelFolder_TakesAndGivesTheSignaturesNames()
    {
        string folder = SharedFiles.InShared("models", "wild", "basic_pitch_saved_model");
        using TemporaryFolder temporary = new();
        using NpzFile golden = NpzFile.Open(folder + ".golden.npz");
        using (FileStream stream = File.Create(temporary["in.npz"]))
        {
            NpzWriter.Write(stream, [KeyValuePair.Create("input_2", golden.Read("in_0"))]);
        }

        CommandRun run = CommandRun.Of("run", folder, "--inputs", temporary["in.npz"], "-o", temporary["out.npz"], "--signature", "serving_default");
        Assert.True(run.Code == 0, run.Error);
        using NpzFile results = NpzFile.Open(temporary["out.npz"]);
        Assert.Equal(["contour:0", "note:0", "onset:0"], results.Names.Order(StringComparer.Ordinal));
        Assert.Equal(2, CommandRun.Of("inspect", folder, "--signature", "nobody").Code);
    }

    [Fact]
    public void Apply_RecipeWithSignature_OpensTheModelByIt()
    {
        string folder = SharedFiles.InShared("models", "wild", "basic_pitch_saved_model");
        using TemporaryFolder temporary = new();
        CommandRun run = CommandRun.Of("convert", folder, "-o", temporary["a.pb"], "--signature", "serving_default", "--recipe", temporary["r.json"], "--check", "none");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(0, CommandRun.Of("apply", temporary["r.json"], folder, "-o", temporary["b.pb"]).Code);
        Assert.Equal(File.ReadAllBytes(temporary["a.pb"]), File.ReadAllBytes(temporary["b.pb"]));
        File.WriteAllText(temporary["r.json"], File.ReadAllText(temporary["r.json"]).Replace("serving_default", "nobody", StringComparison.Ordinal));
        Assert.Equal(2, CommandRun.Of("apply", temporary["r.json"], folder, "-o", temporary["c.pb"]).Code);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Run_RecordedGraph_GivesTheRecordedOutputs(string name)
    {
        string folder = SharedFiles.InShared("golden", "tensorflow-ops");
        JsonElement entry = Entry(folder, name);
        using TemporaryFolder temporary = new();
        using NpzFile golden = NpzFile.Open(Path.Combine(folder, name + ".npz"));
        string[] inputs = Names(entry, "inputs");
        string[] outputs = Names(entry, "outputs");
        using (FileStream stream = File.Create(temporary["in.npz"]))
        {
            NpzWriter.Write(stream, inputs.Select(i => KeyValuePair.Create(i, golden.Read(i))));
        }

        CommandRun run = CommandRun.Of("run", Path.Combine(folder, name + ".pb"), "--inputs", temporary["in.npz"], "-o", temporary["out.npz"], "--outputs", string.Join(",", outputs));
        Assert.True(run.Code == 0, run.Error);
        using NpzFile results = NpzFile.Open(temporary["out.npz"]);
        foreach (string output in outputs)
        {
            if (golden.Contains(output))
            {
                AssertClose(golden.Read(output), results.Read(output), output);
            }
        }
    }

    [Fact]
    public void Run_LoneArrayOfAnotherName_FitsTheLoneInput()
    {
        using TemporaryFolder folder = new();
        WriteTokens(folder["in.npz"], "anything", new TensorShape(2, 32));
        CommandRun run = CommandRun.Of("run", SharedFiles.Sample("chars", "chars.onnx"), "--inputs", folder["in.npz"], "-o", folder["out.npz"], "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal("scores", run.Json().GetProperty("outputs")[0].GetProperty("name").GetString());
        using NpzFile results = NpzFile.Open(folder["out.npz"]);
        Assert.Equal(new TensorShape(2, 8), results.Read("scores").Shape);
    }

    [Fact]
    public void Run_AlongSteps_StacksTheOutputs()
    {
        using TemporaryFolder folder = new();
        WriteTokens(folder["in.npz"], "tokens", new TensorShape(3, 2, 32));
        CommandRun run = CommandRun.Of("run", SharedFiles.Sample("chars", "chars.onnx"), "--inputs", folder["in.npz"], "-o", folder["out.npz"], "--steps");
        Assert.True(run.Code == 0, run.Error);
        using NpzFile results = NpzFile.Open(folder["out.npz"]);
        Assert.Equal(new TensorShape(3, 2, 8), results.Read("scores").Shape);
    }

    [Theory]
    [InlineData("final_reslt", "final_result")]
    [InlineData("no_such_thing_at_all_here", "no_such_thing_at_all_here")]
    public void Run_UnknownOutput_ExitsWith2_AndSuggestsNearNames(string asked, string expected)
    {
        using TemporaryFolder folder = new();
        WriteTokens(folder["in.npz"], "input", new TensorShape(1, 96, 96, 3), DataType.Float32);
        CommandRun run = CommandRun.Of("run", SharedFiles.Sample("petals", "petals.pb"), "--inputs", folder["in.npz"], "-o", folder["out.npz"], "--outputs", asked);
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Equal(["in.npz"], folder.Names);
    }

    [Fact]
    public void Run_WrongRank_ExitsWith2_AndLeavesNothing()
    {
        using TemporaryFolder folder = new();
        WriteTokens(folder["in.npz"], "input", new TensorShape(96, 96, 3), DataType.Float32);
        CommandRun run = CommandRun.Of("run", SharedFiles.Sample("petals", "petals.pb"), "--inputs", folder["in.npz"], "-o", folder["out.npz"]);
        Assert.Equal(2, run.Code);
        Assert.Equal(["in.npz"], folder.Names);
    }

    [Fact]
    public void Run_ExistingOutput_ExitsWith2_UnlessForced()
    {
        using TemporaryFolder folder = new();
        WriteTokens(folder["in.npz"], "tokens", new TensorShape(1, 32));
        File.WriteAllText(folder["out.npz"], "old");
        string[] args = ["run", SharedFiles.Sample("chars", "chars.onnx"), "--inputs", folder["in.npz"], "-o", folder["out.npz"]];
        CommandRun refused = CommandRun.Of(args);
        Assert.Equal(2, refused.Code);
        Assert.Contains("--force", refused.Error);
        Assert.Equal("old", File.ReadAllText(folder["out.npz"]));
        Assert.Equal(0, CommandRun.Of([.. args, "--force"]).Code);
        Assert.NotEqual("old", File.ReadAllText(folder["out.npz"]));
    }

    private static JsonElement Entry(string folder, string name)
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
        return index.RootElement.EnumerateArray().Single(e => e.GetProperty("name").GetString() == name).Clone();
    }

    private static string[] Names(JsonElement entry, string kind) => [.. entry.GetProperty(kind).EnumerateArray().Select(v => v.GetProperty("name").GetString()!)];

    private static void WriteTokens(string path, string name, TensorShape shape, DataType type = DataType.Int64)
    {
        using FileStream stream = File.Create(path);
        NpzWriter.Write(stream, [KeyValuePair.Create(name, (TensorData)new DenseTensorData(type, shape, new byte[type.ByteLength(shape.Count)]))]);
    }

    private static void AssertClose(TensorData expected, TensorData actual, string name)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        if (expected.Type == DataType.String)
        {
            return;
        }

        float[] a = expected.ToFloats();
        float[] b = actual.ToFloats();
        double largest = a.Where(float.IsFinite).Select(v => (double)Math.Abs(v)).DefaultIfEmpty(0).Max();
        bool exact = !expected.Type.IsFloat();
        for (int i = 0; i < a.Length; i++)
        {
            double tolerance = exact ? 0 : AbsoluteTolerance + (RelativeTolerance * largest);
            Assert.True(a[i].Equals(b[i]) || Math.Abs((double)a[i] - b[i]) <= tolerance, $"{name}[{i}]: expected {a[i]}, found {b[i]}");
        }
    }
}
