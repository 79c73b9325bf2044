using System.CommandLine;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare compare A B</c>.</summary>
internal sealed class CompareVerb : Verb
{
    private readonly Argument<string> _a = new("A") { Description = "The first model, most often the original" };
    private readonly Argument<string> _b = new("B") { Description = "The second model" };
    private readonly ModelDataOptions _data = new(required: false, "Samples to run both on (default: four random inputs)");
    private readonly SkipOption _skip = new();
    private readonly RuntimeOption _runtime = new();
    private readonly Option<double?> _maxAbs = new("--max-abs") { Description = "Exit 1 where an output differs by more", HelpName = "D" };
    private readonly Option<double?> _minSqnr = new("--min-sqnr") { Description = "Exit 1 where the signal to noise of the outputs is lower", HelpName = "DB" };
    private readonly Option<double?> _maxDrop = new("--max-drop") { Description = "Exit 1 where the accuracy falls by more percentage points", HelpName = "POINTS" };

    private readonly Option<string?> _histogram = Arguments.Histogram();
    private readonly Option<bool> _force = Arguments.Force();

    public override string Example => "pare compare samples/petals/petals.pb samples/petals/petals.onnx --data samples/petals/test --limit 50 --shuffle";

    protected override IEnumerable<Symbol> Symbols => [_a, _b, .. _data.Symbols, _maxAbs, _minSqnr, _maxDrop, _histogram, _force, _skip.Symbol, .. _runtime.Symbols];

    protected override int Run(VerbContext context)
    {
        OpenedModel a = ModelFile.Open(context.GetRequired(_a));
        OpenedModel b = ModelFile.Open(context.GetRequired(_b));
        context.Tell(a.Model.Diagnostics);
        context.Tell(b.Model.Diagnostics);
        using Dataset? data = _data.Open(context);
        double? maxDrop = context.Get(_maxDrop);
        if (maxDrop is not null && data is null)
        {
            throw new UsageException("--max-drop needs --data with labels", "--max-drop");
        }

        using LiteRtRunner? litert = _runtime.LiteRt(context);
        ComparisonResult result;
        using (ProgressBar bar = context.Progress("comparing"))
        {
            result = new ModelComparer((IModelRunner?)litert ?? context.Runner).Compare(a.Model, b.Model, data, _data.Read(context, a.Path), new SampleProgress(bar), context.Cancellation)
                with
            { BytesA = a.FileBytes, BytesB = b.FileBytes };
        }

        context.Tell(result.Warnings);
        _skip.Judge(context, result.Unreadable);
        if (maxDrop is not null && result.AccuracyA is null)
        {
            throw new UsageException("--max-drop needs data with labels", "--max-drop");
        }

        if (context.Get(_histogram) is { } picture)
        {
            HistogramFile.Write(context, picture, context.Get(_force), a.Model, b.Model);
        }

        context.Print(() => JsonReport.Of(result), p => Draw(result, p));
        return Judge(context, result);
    }

    private int Judge(VerbContext context, ComparisonResult r)
    {
        int code = ExitCode.Done;
        if (context.Get(_maxAbs) is { } maxAbs && !(r.MaxAbs <= maxAbs))
        {
            context.Complain($"outputs differ by {Show.Small(r.MaxAbs)}, more than {Show.Small(maxAbs)}");
            code = ExitCode.BoundMissed;
        }

        if (context.Get(_minSqnr) is { } minSqnr && !(r.SqnrDb >= minSqnr))
        {
            context.Complain($"the signal to noise is {Show.Number(r.SqnrDb)} dB, less than {Show.Number(minSqnr)}");
            code = ExitCode.BoundMissed;
        }

        if (context.Get(_maxDrop) is { } maxDrop && r.AccuracyA - r.AccuracyB is { } drop && !(drop * 100 <= maxDrop + 1e-9))
        {
            context.Complain($"the accuracy falls by {Show.Number(drop * 100, "0.00")} points, more than {Show.Number(maxDrop)}");
            code = ExitCode.BoundMissed;
        }

        return code;
    }

    private static void Draw(ComparisonResult r, Printer p)
    {
        List<(string, string)> pairs =
        [
            ("samples", Show.Count(r.Samples)),
            ("largest difference", Show.Small(r.MaxAbs)),
            ("mean difference", Show.Small(r.MeanAbs)),
            ("signal to noise", $"{Show.Number(r.SqnrDb, "0.0")} dB"),
            ("cosine", Show.Number(r.Cosine, "0.0000000")),
            ("other answers", $"{Show.Count(r.ArgmaxFlips)} of {Show.Count(r.Samples)}"),
        ];
        if (r.AccuracyA is { } a && r.AccuracyB is { } b)
        {
            pairs.Add(("accuracy", $"{Show.Percent(a)} and {Show.Percent(b)}, difference {Show.Number((b - a) * 100, "+0.00;-0.00;0.00")} points (McNemar's p {Show.Small(r.McnemarP ?? 1)}; only the first right: {r.OnlyARight}, only the second: {r.OnlyBRight})"));
        }

        if (r.WeightsChanged is { } changed)
        {
            pairs.Add(("weights changed", $"{Show.Count(changed)}, {Show.Count(r.WeightsUnmatched ?? 0)} without a partner"));
        }

        pairs.Add(("bytes", $"{Show.Bytes(r.BytesA ?? 0)} and {Show.Bytes(r.BytesB ?? 0)}"));
        p.Pairs(pairs);
    }
}
