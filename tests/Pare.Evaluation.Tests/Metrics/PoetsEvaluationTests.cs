using System.Globalization;
using System.Text.Json;
using Pare.Formats;
using Pare.Runtime;
using Pare.Testing;
using Xunit;

namespace Pare.Evaluation.Tests;

/// <summary>Whole evaluations against what the tutorial's own scripts gave under TensorFlow 1.15.</summary>
public sealed class PoetsEvaluationTests
{
    private static readonly Evaluator s_evaluator = new(new OnnxRuntimeRunner());

    public static TheoryData<string, string> Graphs => new(
        ("models/poets-flowers/retrained_graph.pb", "evaluate_validation_retrained.csv"),
        ("models/poets-flowers/optimized_graph.pb", "evaluate_validation_optimized.csv"),
        ("models/poets-flowers/rounded_graph.pb", "evaluate_validation_rounded.csv"),
        ("models/poets-flowers/rounded_optimized_graph.pb", "evaluate_validation_rounded_optimized.csv"),
        ("models/poets-flowers/weights_optimized_graph.pb", "evaluate_validation_weights_optimized.csv"),
        ("golden/poets/optimized_graph_tf2.pb", "evaluate_validation_optimized_tf2.csv"));

    public static TheoryData<string, int> Bilinear => new(("retrained_graph.pb", 294), ("rounded_graph.pb", 260), ("weights_optimized_graph.pb", 203));

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Evaluate_WithLanczosOnValidationPhotos_GivesTheTutorialsAnswers(string graph, string recorded)
    {
        EvaluationResult result = Run(SharedFiles.InShared(graph), new Preprocessing { Resize = ResizeMethod.Lanczos });
        string[][] rows = [.. File.ReadLines(SharedFiles.InShared("golden", "poets", recorded)).Skip(1).Select(l => l.Split(','))];
        Assert.Equal(359, result.Samples);
        Assert.Equal(rows.Select(r => r[0]), result.Rows.Select(r => r.File));
        Assert.Equal(rows.Select(r => int.Parse(r[1], CultureInfo.InvariantCulture)), result.Rows.Select(r => r.Label!.Value));
        int same = rows.Zip(result.Rows).Count(p => int.Parse(p.First[2], CultureInfo.InvariantCulture) == p.Second.Answer);
        int correct = rows.Count(r => r[3] == "1");
        Assert.True(same >= 0.99 * 359, $"{same} of 359 answers are the same");
        Assert.InRange(result.Correct, correct - 2, correct + 2);
        Assert.Equal(CrossEntropySource.SoftmaxInput, result.CrossEntropyFrom);
        double entropy = rows.Average(r => double.Parse(r[4], CultureInfo.InvariantCulture));
        Assert.Equal(entropy, result.CrossEntropy!.Value, 0.01);
    }

    [Theory]
    [MemberData(nameof(Bilinear))]
    public void Evaluate_WithBilinearOnValidationPhotos_GivesTheMeasuredAccuracy(string graph, int correct)
    {
        EvaluationResult result = Run(SharedFiles.InShared("models", "poets-flowers", graph), null);
        Assert.InRange(result.Correct, correct - 4, correct + 4);
    }

    [Fact]
    public void Evaluate_OfTheEightBitGraph_IsWithinTwoPoints()
    {
        EvaluationResult result = Run(SharedFiles.InShared("models", "poets-flowers", "eightbit_optimized_graph.pb"), new Preprocessing { Resize = ResizeMethod.Lanczos });
        Assert.InRange(result.Correct, 266 - 7, 266 + 7);
    }

    [Fact]
    public void Evaluate_WithAnyNumberOfThreads_GivesTheSameRows()
    {
        string graph = SharedFiles.InShared("models", "poets-flowers", "retrained_graph.pb");
        OpenedModel opened = ModelFile.Open(graph);
        using Dataset data = Datasets.Open(SharedFiles.InShared("data", "flower_photos"), new DatasetOptions { Limit = 60, Shuffle = true, Seed = 7 });
        EvaluationOptions options = new() { Labels = LabelList.FindBeside(graph), KeepScores = true };
        EvaluationResult one = s_evaluator.Evaluate(opened.Model, data, options with { Threads = 1 });
        EvaluationResult many = s_evaluator.Evaluate(opened.Model, data, options with { Threads = 4 });
        Assert.Equal(one.Rows.SelectMany(r => r.Scores!), many.Rows.SelectMany(r => r.Scores!));
        Assert.Equal(one.CrossEntropy, many.CrossEntropy);
        Assert.True(one.Rows.Select(r => r.Label).Distinct().Count() > 3);
    }

    [Fact]
    public void Evaluate_OfTheImageNetSample_GivesTheRecordedAccuracy()
    {
        string graph = SharedFiles.InShared("models", "poets", "mobilenet_v1_0.25_128_frozen.pb");
        OpenedModel opened = ModelFile.Open(graph);
        using Dataset data = Datasets.Open(SharedFiles.InShared("data", "imagenet-sample"));
        EvaluationOptions options = new() { Labels = LabelList.Read(SharedFiles.InShared("models", "poets", "imagenet_labels_1001.txt")) };
        EvaluationResult whole = s_evaluator.Evaluate(opened.Model, data, options);
        Assert.Equal(500, whole.Samples);
        Assert.InRange(whole.Correct, 218 - 5, 218 + 5);
        Assert.InRange(whole.Top5!.Value, 0.68, 0.71);
        Assert.Equal(CrossEntropySource.SoftmaxInput, whole.CrossEntropyFrom);
        EvaluationResult crop = s_evaluator.Evaluate(opened.Model, data, options with { Preprocessing = new Preprocessing { Crop = 0.875 } });
        Assert.InRange(crop.Correct, 231 - 5, 231 + 5);
        TestContext.Current.SendDiagnosticMessage($"imagenet whole {whole.Correct} top5 {whole.Top5} crop {crop.Correct}");
    }

    [Fact]
    public void Label_OfDecodedPhotos_GivesTensorFlowsScores()
    {
        OpenedModel opened = ModelFile.Open(SharedFiles.InShared("models", "poets-flowers", "retrained_graph.pb"));
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.InShared("golden", "poets", "label_retrained.json")));
        Dictionary<string, JsonElement> photos = recorded.RootElement.GetProperty("photos").EnumerateArray().ToDictionary(p => p.GetProperty("file").GetString()!);
        EvaluationOptions options = new() { Labels = LabelList.Read(SharedFiles.InShared("models", "poets-flowers", "retrained_labels.txt")) };
        IReadOnlyList<string> files = SharedFiles.Find("golden/poets/decoded", "*.png");
        LabelResult result = new Labeler(new OnnxRuntimeRunner()).Label(opened.Model, files, 5, options);
        Assert.Equal(10, result.Images.Count);
        foreach (LabeledImage image in result.Images)
        {
            string name = Path.GetFileNameWithoutExtension(image.File);
            int cut = name.IndexOf('_', StringComparison.Ordinal);
            JsonElement scores = photos[$"{name[..cut]}/{name[(cut + 1)..]}.jpg"].GetProperty("scores");
            Assert.All(image.Labels, l => Assert.Equal(scores.GetProperty(l.Label).GetDouble(), l.Score, 1e-4));
            Assert.Equal(image.Labels.OrderByDescending(l => l.Score), image.Labels);
        }
    }

    [Fact]
    public void Evaluate_OfPetals_GivesTheRecordedScores()
    {
        OpenedModel opened = ModelFile.Open(SharedFiles.Sample("petals", "petals.pb"));
        using Dataset data = Datasets.Open(SharedFiles.Sample("petals", "test"));
        EvaluationResult result = s_evaluator.Evaluate(opened.Model, data, new EvaluationOptions { Labels = LabelList.FindBeside(SharedFiles.Sample("petals", "petals.pb")), KeepScores = true });
        Assert.Equal(500, result.Samples);
        Assert.Equal(472, result.Correct);
        float[][] recorded = [.. File.ReadLines(SharedFiles.Sample("petals", "test-scores.csv")).Skip(1).Select(l => l.Split(',').Skip(1).Select(f => float.Parse(f, CultureInfo.InvariantCulture)).ToArray())];
        double largest = result.Rows.Select((r, i) => r.Scores!.Zip(recorded[i], (a, b) => Math.Abs(a - b)).Max()).Max();
        TestContext.Current.SendDiagnosticMessage($"petals: largest difference of a score {largest}");
        Assert.True(largest < 1e-4, $"largest difference {largest}");
        Assert.Equal([94, 4, 0, 2, 0], result.Confusion[0]);
    }

    [Fact]
    public void Compare_OfRetrainedAndRounded_TellsThemApart()
    {
        OpenedModel a = ModelFile.Open(SharedFiles.InShared("models", "poets-flowers", "retrained_graph.pb"));
        OpenedModel b = ModelFile.Open(SharedFiles.InShared("models", "poets-flowers", "rounded_graph.pb"));
        OpenedModel same = ModelFile.Open(SharedFiles.InShared("models", "poets-flowers", "optimized_graph.pb"));
        using Dataset data = Datasets.Open(SharedFiles.InShared("data", "flower_photos"), new DatasetOptions { Split = DatasetSplit.Validation });
        ModelComparer comparer = new(new OnnxRuntimeRunner());
        ComparisonResult far = comparer.Compare(a.Model, b.Model, data);
        Assert.Equal(359, far.Samples);
        Assert.Equal(480811, far.WeightsChanged);
        Assert.InRange(far.McnemarP!.Value, 0, 0.001);
        Assert.True(far.ArgmaxFlips > 30);
        ComparisonResult near = comparer.Compare(a.Model, same.Model, data);
        Assert.True(near.MaxAbs < 1e-4);
        Assert.Equal(0, near.ArgmaxFlips);
        Assert.Equal(1, near.McnemarP);
        ComparisonResult random = comparer.Compare(a.Model, a.Model);
        Assert.Equal((4, 0.0, double.PositiveInfinity, 0L), (random.Samples, random.MaxAbs, random.SqnrDb, random.WeightsChanged!.Value));
    }

    private static EvaluationResult Run(string graph, Preprocessing? preprocessing)
    {
        OpenedModel opened = ModelFile.Open(graph);
        using Dataset data = Datasets.Open(SharedFiles.InShared("data", "flower_photos"), new DatasetOptions { Split = DatasetSplit.Validation });
        EvaluationOptions options = new() { Preprocessing = preprocessing, Labels = LabelList.Read(SharedFiles.InShared("models", "poets-flowers", "retrained_labels.txt")) };
        EvaluationResult result = s_evaluator.Evaluate(opened.Model, data, options);
        TestContext.Current.SendDiagnosticMessage($"{Path.GetFileName(graph)}: {result.Correct}/{result.Samples} {result.CrossEntropy} in {result.Seconds:0.00} s");
        return result;
    }
}
