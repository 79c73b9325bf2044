using System.CommandLine;
using System.CommandLine.Parsing;
using Pare.Compress;
using Pare.Formats;

namespace Pare.Cli;

/// <summary><c>pare compress MODEL -o OUT --data DATA</c>.</summary>
internal sealed class CompressVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Option<string> _output = Arguments.Output("Where to write the model; beside it go OUT.recipe.json, OUT.report.html (.md, .json) and OUT.pareto.csv (.png)");
    private readonly ModelDataOptions _data = new(required: true, "Samples to choose by: a folder, archive, IDX, .npz or .csv; see 'pare evaluate --help'");
    private readonly Option<string?> _testData = new("--test-data") { Description = "Samples that are only reported on (default: a stratified half of --data)", HelpName = "DATA" };
    private readonly Option<double?> _maxDrop = new("--max-drop") { Description = "Largest loss of accuracy in percentage points, without labels of agreement (default: 0.5; with --max-size alone: any)", HelpName = "POINTS" };
    private readonly Option<long?> _maxSize = Arguments.Size("--max-size", "Largest size by the measure, such as 200KB");
    private readonly Option<string> _measure = new("--measure") { Description = "What counts as size: gzip, zip, file, or pare (packed without loss)", DefaultValueFactory = _ => "gzip", HelpName = "MEASURE" };
    private readonly Option<string?> _target = new("--target") { Description = "Format that the result is for: tflite, whose weights the search stores in its 8-bit forms (default: the model's own)", HelpName = "TARGET" };
    private readonly Option<string> _structure = new("--structure") { Description = "free: optimise and store codes; same: only values of constants change", DefaultValueFactory = _ => "free", HelpName = "STRUCTURE" };
    private readonly SkipOption _skip = new();
    private readonly Option<bool> _force = Arguments.Force();

    public CompressVerb()
    {
        _measure.AcceptOnlyFromAmong("gzip", "zip", "file", "pare");
        _target.AcceptOnlyFromAmong("tflite");
        _structure.AcceptOnlyFromAmong("free", "same");
        _maxDrop.Validators.Add(RefuseNegative);
    }

    public override string Example => "pare compress samples/petals/petals.pb -o petals_small.pb --data samples/petals/calibration --test-data samples/petals/test";

    protected override IEnumerable<Symbol> Symbols => [_model, _output, _maxDrop, _maxSize, _measure, _target, _structure, _testData, .. _data.Symbols, _skip.Symbol, _force];

    protected override int Run(VerbContext context)
    {
        string model = context.GetRequired(_model);
        long? maxSize = context.Get(_maxSize);
        CompressRequest request = new()
        {
            Input = model,
            Output = context.Get(_output)!,
            Data = _data.Path(context)!,
            DataOptions = _data.Selection(context),
            TestData = context.Get(_testData),
            Evaluation = _data.Read(context, model),
            SkipUnreadable = _skip.IsSet(context),
            Options = new CompressOptions
            {
                MaxDrop = context.Get(_maxDrop) ?? (maxSize is null ? 0.5 : 100),
                MaxSize = maxSize,
                Measure = Enum.Parse<CompressMeasure>(context.Get(_measure)!, ignoreCase: true),
                Target = context.Get(_target),
                Structure = Enum.Parse<CompressStructure>(context.Get(_structure)!, ignoreCase: true),
                Seed = _data.Seed(context),
                Threads = context.Threads,
            },
        };
        using FileTransaction outputs = context.OpenOutputs(context.Get(_force));
        CompressReport report;
        using (ProgressBar bar = context.Progress("compressing"))
        {
            report = new CompressWorkflow(context.Runner).Run(request, outputs, bar, context.Cancellation);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        outputs.Commit();
        foreach (string w in report.Warnings)
        {
            context.Warn(w);
        }

        context.Print(report, CompressJson.Default.CompressReport, p => Draw(report, p));
        foreach (string b in report.Broken)
        {
            context.Complain(b);
        }

        return report.WithinBounds ? ExitCode.Done : ExitCode.BoundMissed;
    }

    private static void RefuseNegative(OptionResult result)
    {
        if (result.Tokens.Count > 0 && double.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out double points) && !(points >= 0))
        {
            result.AddError($"--max-drop {result.Tokens[0].Value}: expected percentage points, 0 or more");
        }
    }

    private static void Draw(CompressReport r, Printer p)
    {
        p.Pairs(
        [
            ("input", $"{r.Input.File}  {Show.Bytes(r.Input.Bytes)} bytes, {Show.Bytes(r.Baseline.Measured)} as {r.Measure}"),
            ("output", $"{r.Output.File}  {Show.Bytes(r.Output.Bytes)} bytes, {Show.Bytes(r.Measured)} as {r.Measure}: {Show.Number(r.Ratio, "0.0")} times smaller"),
            ("pictures", r.Preprocessing ?? "tensors"),
            ("result", r.Chosen),
        ]);
        TextTable table = new("part", ">samples", ">before", ">after", ">drop, points");
        table.Add("selection", Show.Count(r.Result.Selection.Samples), Accuracy(r.Baseline.Selection.Accuracy), Accuracy(r.Result.Selection.Accuracy), Show.Number(r.SelectionDrop, "0.00"));
        table.Add("test", Show.Count(r.Result.Test.Samples), Accuracy(r.Baseline.Test.Accuracy), Accuracy(r.Result.Test.Accuracy), $"{Show.Number(r.TestDrop, "0.00")} ± {Show.Number(r.TestDropMargin, "0.00")}");
        p.Table(table);
        p.Line();
        TextTable front = new("candidates", $">{r.Measure}", ">accuracy", ">agreement", ">drop, points", "");
        foreach (CompressTrial t in r.Tried.Where(t => t.OnFront || t.Chosen || (t.Complete && t.PredictedDivergence == 0)).OrderBy(t => t.Bytes))
        {
            front.Add(t.Name, Show.Bytes(t.Bytes), Accuracy(t.Score.Accuracy), Show.Percent(t.Score.Agreement), Show.Number(t.Score.Drop * 100, "0.00"), t.Chosen ? "the result" : !t.Accepted ? "beyond the bound" : t.OnFront ? "on the Pareto front" : "");
        }

        p.Table(front);
        p.Line($"same answer as before on {Show.Percent(r.TestAgreement)} of the test part; {r.Tried.Count} candidates tried in {Show.Number(r.Seconds, "0.0")} s");
        p.Line($"report: {CompressWorkflow.Beside(r.Output.File, ".report.html")}, recipe: {CompressWorkflow.Beside(r.Output.File, ".recipe.json")}");
    }

    private static string Accuracy(double? accuracy) => accuracy is { } a ? Show.Percent(a) : "-";
}
