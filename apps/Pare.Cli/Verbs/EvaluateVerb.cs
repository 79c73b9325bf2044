using System.CommandLine;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare evaluate MODEL --data DATA</c>.</summary>
internal sealed class EvaluateVerb : Verb
{
    private const int LargestConfusion = 20;

    private readonly Argument<string> _model = Arguments.Model();
    private readonly ModelDataOptions _data = new(required: true, "Samples: a folder, .tar.gz or .zip of class folders, a folder with labels.csv, IDX files, .npz or .csv");
    private readonly SkipOption _skip = new();
    private readonly RuntimeOption _runtime = new();
    private readonly Option<string?> _csv = new("--csv") { Description = "Write a row a sample", HelpName = "OUT.csv" };
    private readonly Option<bool> _force = Arguments.Force();

    public override string Example => "pare evaluate samples/petals/petals.pb --data samples/petals/test";

    protected override IEnumerable<Symbol> Symbols => [_model, .. _data.Symbols, _skip.Symbol, .. _runtime.Symbols, _csv, _force];

    protected override int Run(VerbContext context)
    {
        string path = context.GetRequired(_model);
        string? csv = context.Get(_csv);
        using FileTransaction outputs = context.OpenOutputs(context.Get(_force));
        if (csv is not null)
        {
            FileTransaction.CheckTarget(csv, context.Get(_force));
        }

        OpenedModel opened = ModelFile.Open(path);
        context.Tell(opened.Model.Diagnostics);
        using Dataset data = _data.Open(context)!;
        using LiteRtRunner? litert = _runtime.LiteRt(context);
        EvaluationResult result;
        using (ProgressBar bar = context.Progress("evaluating"))
        {
            result = new Evaluator((IModelRunner?)litert ?? context.Runner).Evaluate(opened.Model, data, _data.Read(context, path) with { KeepScores = csv is not null }, new SampleProgress(bar), context.Cancellation);
        }

        context.Tell(result.Warnings);
        _skip.Judge(context, result.Unreadable);
        if (csv is not null)
        {
            using (StreamWriter writer = new(outputs.Create(csv), leaveOpen: true))
            {
                CsvReport.Write(result, writer);
            }

            outputs.Commit();
        }

        context.Print(() => JsonReport.Of(result), p => Draw(result, p));
        return ExitCode.Done;
    }

    private static void Draw(EvaluationResult r, Printer p)
    {
        List<(string, string)> pairs = [("model", r.Model), ("samples", r.Skipped == 0 ? Show.Count(r.Samples) : $"{Show.Count(r.Samples)}, {Show.Count(r.Skipped)} skipped")];
        if (r.Accuracy is { } accuracy)
        {
            pairs.Add(("accuracy", $"{Show.Percent(accuracy)} ({Show.Count(r.Correct)} right; 95% interval {Show.Percent(r.AccuracyLow ?? 0)} to {Show.Percent(r.AccuracyHigh ?? 1)})"));
        }

        if (r.Top5 is { } top5)
        {
            pairs.Add(("top 5", Show.Percent(top5)));
        }

        if (r.Auc is { } auc)
        {
            pairs.Add(("AUC", $"{Show.Number(auc, "0.0000")} (threshold {Show.Number(r.Threshold ?? 0.5)})"));
        }

        if (r.CrossEntropy is { } entropy)
        {
            pairs.Add(("cross entropy", $"{Show.Number(entropy, "0.0000")} ({MarkdownReport.Describe(r.CrossEntropyFrom)})"));
        }

        if (r.Preprocessing is { } preprocessing)
        {
            pairs.Add(("pictures", preprocessing));
        }

        pairs.Add(("seconds", Show.Number(r.Seconds, "0.00")));
        p.Pairs(pairs);
        if (r.PerClass.Count is 0 or > LargestConfusion)
        {
            return;
        }

        TextTable classes = new(["class", ">samples", ">right", ">precision", ">recall", .. r.PerClass.Select(c => ">" + c.Label)]);
        foreach (ClassMetric c in r.PerClass)
        {
            classes.Add([c.Label, Show.Count(c.Samples), Show.Count(c.Correct), Show.Percent(c.Precision), Show.Percent(c.Recall), .. r.Confusion[c.Index].Select(n => Show.Count(n))]);
        }

        p.Table(classes);
    }
}
