using System.CommandLine;
using System.Text.Json;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Pruning;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare prune MODEL -o OUT</c>.</summary>
internal sealed class PruneVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Option<string> _output = Arguments.Output("Where to write the model");
    private readonly Option<double?> _sparsity = new("--sparsity") { Description = "Part of the weights (or channels) that goes (default: what the pattern fixes, else 0.5)", HelpName = "S" };
    private readonly Option<string> _pattern = new("--pattern")
    {
        Description = "unstructured; N:M such as 2:4 along the input channels; block:RxC (output rows by input channels); channels: filters go and the graph becomes smaller",
        DefaultValueFactory = _ => "unstructured",
        HelpName = "PATTERN",
    };

    private readonly Option<string?> _schedule = new("--schedule") { Description = "How sparsity is spread over tensors: uniform, global or sensitivity (default: sensitivity with --data, else uniform)", HelpName = "SCHEDULE" };
    private readonly Option<long> _minSize = new("--min-size") { Description = "Leave tensors with fewer values alone", DefaultValueFactory = _ => 256, HelpName = "N" };
    private readonly Option<int?> _multiple = new("--multiple") { Description = "With channels: how many stay is a multiple of N, as runtimes lay them out in blocks (8, 16)", HelpName = "N" };
    private readonly Option<string[]> _include = Arguments.Names("--include", "Globs of the constants that take part (depthwise filters only when named)");
    private readonly Option<string[]> _exclude = Arguments.Names("--exclude", "Globs of the constants that do not");
    private readonly Option<bool> _noRefit = new("--no-refit") { Description = "Do not fit the weights that stay to the data" };
    private readonly ModelDataOptions _data = new(required: false, "Calibration data: weights count by what they are multiplied with, and those that stay are fitted");
    private readonly Option<string?> _testData = new("--test-data") { Description = "Samples that accuracy is measured on (default: --data)", HelpName = "DATA" };
    private readonly Option<int> _samples = new("--samples") { Description = "Samples of the data to calibrate with", DefaultValueFactory = _ => 512, HelpName = "N" };
    private readonly Option<string> _check = Arguments.Check();
    private readonly Option<string?> _recipe = Arguments.Recipe();
    private readonly Option<bool> _force = Arguments.Force();

    public PruneVerb() => _schedule.AcceptOnlyFromAmong("uniform", "global", "sensitivity");

    public override string Example => "pare prune samples/petals/petals.onnx -o petals_pruned.onnx --sparsity 0.5 --data samples/petals/calibration --test-data samples/petals/test";

    protected override IEnumerable<Symbol> Symbols =>
        [_model, _output, _sparsity, _pattern, _schedule, _minSize, _multiple, _include, _exclude, .. _data.Symbols, _testData, _samples, _noRefit, _check, _recipe, _force];

    protected override int Run(VerbContext context)
    {
        string model = context.GetRequired(_model);
        EvaluationOptions evaluation = _data.Read(context, model);
        PruneRequest request = new()
        {
            Rewrite = new RewriteRequest
            {
                Input = model,
                Output = context.Get(_output)!,
                Steps = [],
                Check = CheckOptions.Parse(context.Get(_check)!),
                Force = context.Get(_force),
                Recipe = context.Get(_recipe),
                Seed = _data.Seed(context),
                Threads = context.Threads,
            },
            Step = new PruneStep
            {
                Sparsity = context.Get(_sparsity),
                Pattern = context.Get(_pattern)!,
                Schedule = context.Get(_schedule),
                MinSize = context.Get(_minSize),
                Multiple = context.Get(_multiple),
                Include = context.Get(_include) ?? [],
                Exclude = context.Get(_exclude) ?? [],
                Refit = !context.Get(_noRefit),
                Data = _data.Path(context),
                DataOptions = _data.Selection(context),
                Preprocessing = evaluation.Preprocessing is { } given && _data.Path(context) is not null ? JsonDocument.Parse(PreprocessingFile.ToJson(given)).RootElement.Clone() : null,
                Samples = context.Get(_samples),
            },
            TestData = context.Get(_testData),
            Evaluation = evaluation,
        };
        using FileTransaction outputs = context.OpenOutputs(request.Rewrite.Force);
        PruneReport report;
        using (ProgressBar progress = context.Progress(Path.GetFileName(model)))
        {
            report = new PruneWorkflow(context.Runner).Run(request, outputs, progress, context.Cancellation);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        outputs.Commit();
        foreach (string w in report.Warnings)
        {
            context.Warn(w);
        }

        context.Print(report, PruneJson.Default.PruneReport, p => Draw(report, p));
        return ExitCode.Done;
    }

    private static void Draw(PruneReport report, Printer p)
    {
        p.Pairs(
        [
            ("input", report.Input.File),
            ("output", report.Output.File),
            ("pattern", report.Pattern),
            ("check", report.Check.Skipped is not null ? "skipped" : report.Check.MaxAbs is { } abs ? $"{report.Check.Data}: outputs moved by {Show.Small(abs)} at most" : "none"),
        ]);
        TextTable table = new("", ">before", ">after");
        (ModelMeasure b, ModelMeasure a) = (report.Before, report.After);
        table.Add("bytes", Show.Bytes(b.Bytes), Show.Bytes(a.Bytes));
        table.Add("gzip", Show.Bytes(b.Gzip), Show.Bytes(a.Gzip));
        if (b.Pare is { } packed)
        {
            table.Add(".pare", Show.Bytes(packed), a.Pare is { } now ? Show.Bytes(now) : "-");
        }

        table.Add("parameters", Show.Count(b.Parameters), Show.Count(a.Parameters));
        table.Add("zeros", Show.Percent(b.Sparsity), Show.Percent(a.Sparsity));
        table.Add("multiply-adds", Optional(b.MultiplyAdds), Optional(a.MultiplyAdds));
        table.Add("median ms", Time(b.MedianMs), Time(a.MedianMs));
        if (b.Samples is not null)
        {
            table.Add($"accuracy, {Show.Count(b.Samples.Value)} samples", Accuracy(b), Accuracy(a));
        }

        p.Table(table);
        if (report.Drop is { } drop)
        {
            p.Line($"drop {Show.Number(drop, "0.00")} ± {Show.Number(report.DropMargin ?? 0, "0.00")} points{(b.Accuracy is null ? " of agreement" : "")}");
        }

        TextTable tensors = new("tensor", "shape", "became", ">zeros");
        foreach (PrunedTensor t in report.Tensors)
        {
            tensors.Add(t.Name, Shape(t.ShapeBefore), t.ShapeBefore.SequenceEqual(t.Shape) ? "" : Shape(t.Shape), Show.Percent(t.Zeros));
        }

        p.Table(tensors);
    }

    private static string Shape(IReadOnlyList<long> shape) => string.Join('x', shape.Select(Show.Plain));

    private static string Optional(long? value) => value is { } v ? Show.Count(v) : "-";

    private static string Time(double? ms) => ms is { } v ? Show.Number(v, "0.000") : "-";

    private static string Accuracy(ModelMeasure m) => m.Accuracy is { } a ? $"{Show.Percent(a)} [{Show.Percent(m.AccuracyLow ?? a)}, {Show.Percent(m.AccuracyHigh ?? a)}]" : "-";
}
