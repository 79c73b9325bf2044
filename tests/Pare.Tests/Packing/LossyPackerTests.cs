using System.Security.Cryptography;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Packing;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Packing;

public sealed class LossyPackerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-pack").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private LossyPackReport Run(string output, LossyPackOptions options, int limit = 100, string? recipe = null)
    {
        using FileTransaction files = new(overwrite: true);
        LossyPackReport report = new LossyPacker(new OnnxRuntimeRunner()).Run(
            new LossyPackRequest
            {
                Input = SharedFiles.Sample("petals", "petals.pb"),
                Output = output,
                Recipe = recipe,
                Data = SharedFiles.Sample("petals", "calibration"),
                DataOptions = new DatasetOptions { Limit = limit, Shuffle = true },
                TestData = SharedFiles.Sample("petals", "test"),
                Options = options,
            },
            files);
        files.Commit();
        return report;
    }

    [Fact]
    public void Run_PetalsWithinHalfAPoint_IsATwentiethAndReadsBackWithTheSameAnswers()
    {
        string output = Path.Combine(_folder, "petals.pare");
        LossyPackReport report = Run(output, new LossyPackOptions { MaxDrop = 0.5 });

        Assert.True(report.WithinBounds, string.Join("; ", report.Broken));
        Assert.True(report.Output.Bytes < 23_000, $"{report.Output.Bytes} bytes");
        Assert.True(report.TestAgreement > 0.95, $"{report.TestAgreement:P1} the same");
        Assert.Equal(new FileInfo(output).Length, report.Output.Bytes);
        EvaluationResult read = new Evaluator(new OnnxRuntimeRunner()).Evaluate(
            ModelFile.Open(output).Model, Datasets.Open(SharedFiles.Sample("petals", "test")), new EvaluationOptions());
        Assert.Equal(report.Result.Test.Accuracy, read.Accuracy);
    }

    [Fact]
    public void Run_SizeAlone_FitsAndTheRecipeGivesTheSameBytesOnOtherThreads()
    {
        string one = Path.Combine(_folder, "one.pare");
        string two = Path.Combine(_folder, "two.pare");
        string recipeFile = Path.Combine(_folder, "one.json");
        LossyPackReport report = Run(one, new LossyPackOptions { MaxSize = 40_000, Threads = 1 }, limit: 20, recipeFile);
        Assert.True(report.WithinBounds, string.Join("; ", report.Broken));
        Assert.InRange(report.Output.Bytes, 30_000, 40_000);

        Recipe recipe = Recipe.Load(recipeFile);
        using FileTransaction files = new();
        new ModelRewriter(new OnnxRuntimeRunner()).Run(
            new RewriteRequest { Input = recipe.Input.File, Output = two, Steps = recipe.Steps, Check = CheckOptions.Parse("none"), Seed = recipe.Seed, Threads = 2 }, files);
        files.Commit();
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(one)), SHA256.HashData(File.ReadAllBytes(two)));
    }
}
