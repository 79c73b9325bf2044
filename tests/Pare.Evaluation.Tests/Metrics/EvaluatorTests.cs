using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Pare.Evaluation.Tests;

public sealed class EvaluatorTests : IDisposable
{
    private static readonly ValueDescription s_open = new("x", DataType.Float32, new SymbolicShape(Dimension.Unknown, 2));

    private readonly string _folder = Directory.CreateTempSubdirectory("pare-evaluate-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Evaluate_OfProbabilities_CountsByHand()
    {
        EvaluationResult r = Evaluate(new FakeRunner(s_open, x => x), "a,b,label\n0.9,0.1,0\n0.2,0.8,1\n0.6,0.4,1\n0.5,0.5,0\n");
        Assert.Equal((4, 3, 0.75), (r.Samples, r.Correct, r.Accuracy!.Value));
        Assert.Equal(CrossEntropySource.Probabilities, r.CrossEntropyFrom);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.8) + Math.Log(0.4) + Math.Log(0.5)) / 4, r.CrossEntropy!.Value, 1e-6);
        Assert.Equal([2, 0], r.Confusion[0]);
        Assert.Equal([1, 1], r.Confusion[1]);
        Assert.Equal((2.0 / 3, 1.0), (r.PerClass[0].Precision, r.PerClass[0].Recall));
        Assert.Equal(1, r.Top5);
    }

    [Fact]
    public void Evaluate_OfLogits_UsesLogSumExp()
    {
        EvaluationResult r = Evaluate(new FakeRunner(s_open, x => x), "a,b,label\n900,0,0\n-3,2,0\n");
        Assert.Equal(CrossEntropySource.Logits, r.CrossEntropyFrom);
        Assert.Equal((0 + 5 + Math.Log(1 + Math.Exp(-5))) / 2, r.CrossEntropy!.Value, 1e-6);
    }

    [Fact]
    public void Evaluate_OfOneColumn_IsBinary()
    {
        FakeRunner runner = new(s_open, x => [x[0]]);
        const string Data = "a,b,label\n0.9,0,1\n0.4,0,1\n0.3,0,0\n0.6,0,0\n";
        EvaluationResult r = Evaluate(runner, Data);
        Assert.Equal((2, 0.75), (r.Correct, r.Auc!.Value));
        Assert.Null(r.Top5);
        Assert.Equal(3, Evaluate(runner, Data, new EvaluationOptions { Threshold = 0.35 }).Correct);
    }

    [Fact]
    public void Evaluate_OfAModelThatRefusesBatches_RunsOneByOne()
    {
        FakeRunner runner = new(s_open, x => x, largestBatch: 1);
        Assert.Equal(4, Evaluate(runner, "a,b,label\n1,0,0\n0,1,1\n1,0,0\n0,1,1\n").Correct);
        FakeRunner free = new(s_open, x => x);
        Assert.Equal(4, Evaluate(free, "a,b,label\n1,0,0\n0,1,1\n1,0,0\n0,1,1\n").Correct);
        Assert.Equal(4, free.LargestBatchSeen);
    }

    [Fact]
    public void Evaluate_OfAModelOfFixedBatch_FillsTheLastOne()
    {
        FakeRunner runner = new(s_open with { Shape = new SymbolicShape(3, 2) }, x => x);
        EvaluationResult r = Evaluate(runner, "a,b,label\n1,0,0\n0,1,1\n1,0,0\n0,1,1\n");
        Assert.Equal((4, 4), (r.Samples, r.Correct));
    }

    [Fact]
    public void Evaluate_OfAnswersThatHardlyVary_Warns()
    {
        string data = "a,b,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"0.{i:00},0,{i % 2}\n")));
        EvaluationResult stuck = Evaluate(new FakeRunner(s_open, _ => [0.7f, 0.3f]), data);
        Assert.Contains(stuck.Warnings, w => w.Message.Contains("hardly vary", StringComparison.Ordinal));
        EvaluationResult lively = Evaluate(new FakeRunner(s_open, x => [x[0] * 2.4f, 1 - x[0] * 2.4f]), data);
        Assert.DoesNotContain(lively.Warnings, w => w.Message.Contains("hardly vary", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluate_OfUnreadablePictures_CountsThem()
    {
        byte[] png = PngWriter.Encode(TestPictures.Gradient(4, 4));
        foreach (string name in new[] { "a/1.png", "b/2.png", "b/3.png" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, name[..1]));
            File.WriteAllBytes(Path.Combine(_folder, name), name == "b/2.png" ? png[..40] : png);
        }

        using Dataset data = Datasets.Open(_folder);
        ValueDescription input = new("x", DataType.Float32, new SymbolicShape(Dimension.Unknown, 4, 4, 3));
        EvaluationResult r = new Evaluator(new FakeRunner(input, x => [x[0], x[1]])).Evaluate(FakeRunner.Model(), data);
        Assert.Equal((2, 1), (r.Samples, r.Skipped));
        Assert.Equal("b/2.png", r.Unreadable[0].File);
        Assert.Contains(r.Warnings, w => w.Message.Contains("assuming", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluate_OfLabelsThatDoNotFit_SaysWhich()
    {
        FakeRunner runner = new(s_open, x => x);
        Assert.Contains("class 2", Assert.Throws<UsageException>(() => Evaluate(runner, "a,b,label\n1,0,2\n")).Message, StringComparison.Ordinal);
        Assert.Contains("bird", Assert.Throws<UsageException>(() => Evaluate(runner, "a,b,label\n1,0,bird\n")).Message, StringComparison.Ordinal);
        LabelList three = new(["x", "y", "z"], "l.txt", isNamed: true);
        Assert.Contains("3 classes", Assert.Throws<UsageException>(() => Evaluate(runner, "a,b,label\n1,0,0\n", new EvaluationOptions { Labels = three })).Message, StringComparison.Ordinal);
        LabelList two = new(["Cat", "the dog"], "l.txt");
        Assert.Equal(2, Evaluate(runner, "a,b,label\n1,0,cat\n0,1,the-dog\n", new EvaluationOptions { Labels = two }).Correct);
    }

    [Fact]
    public void Json_OfAnEvaluation_KeepsTheContractsNames()
    {
        EvaluationResult r = Evaluate(new FakeRunner(s_open, x => x), "a,b,label\n1,0,0\n");
        using JsonDocument json = JsonDocument.Parse(JsonReport.Of(r with { Model = "m.pb" }));
        string[] names = ["model", "samples", "skipped", "correct", "accuracy", "accuracyLow", "accuracyHigh", "top5", "crossEntropy", "perClass", "confusion", "seconds"];
        Assert.All(names, n => Assert.True(json.RootElement.TryGetProperty(n, out _), n));
        Assert.Equal("NaN", json.RootElement.GetProperty("perClass")[1].GetProperty("recall").GetString());
        using JsonDocument same = JsonDocument.Parse(JsonReport.Of(new ComparisonResult { SqnrDb = double.PositiveInfinity }));
        Assert.Equal("Infinity", same.RootElement.GetProperty("sqnrDb").GetString());
        using StringWriter csv = new();
        CsvReport.Write(r, csv);
        Assert.Equal("file,label,argmax,correct,score,cross_entropy\n0,0,0,1,1,-0\n", csv.ToString());
        Assert.Contains("accuracy", MarkdownReport.Of(r), StringComparison.Ordinal);
    }

    private EvaluationResult Evaluate(FakeRunner runner, string csv, EvaluationOptions? options = null)
    {
        string path = Path.Combine(_folder, "data.csv");
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(csv));
        using Dataset data = Datasets.Open(path);
        return new Evaluator(runner).Evaluate(FakeRunner.Model(), data, options);
    }
}
