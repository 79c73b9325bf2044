using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare benchmark MODEL…</c>.</summary>
internal sealed class BenchmarkVerb : Verb
{
    private readonly Argument<string[]> _models = Arguments.Models();
    private readonly Option<int> _runs = new("--runs") { Description = "Timed runs", DefaultValueFactory = _ => 100, HelpName = "N" };
    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Runs before timing", DefaultValueFactory = _ => 10, HelpName = "N" };
    private readonly Option<int> _batch = new("--batch") { Description = "Samples a run", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<bool> _profile = new("--profile") { Description = "Also measure each operator, in a session of its own" };
    private readonly Option<int> _top = new("--top") { Description = "Operators in the profile's table", DefaultValueFactory = _ => 20, HelpName = "N" };
    private readonly Option<int> _seed = Arguments.Seed();

    public override string Example => "pare benchmark samples/petals/petals.pb --threads 1 --profile";

    protected override IEnumerable<Symbol> Symbols => [_models, _runs, _warmUp, _batch, _profile, _top, _seed];

    protected override int Run(VerbContext context)
    {
        BenchmarkOptions options = new() { Runs = context.Get(_runs), WarmUp = context.Get(_warmUp), Batch = context.Get(_batch), Seed = context.Get(_seed), Threads = context.Threads, Profile = context.Get(_profile) };
        ModelBenchmark benchmark = new(context.Runner);
        List<ModelTiming> timings = [];
        foreach (string model in context.GetRequired(_models))
        {
            using ProgressBar bar = context.Progress(Path.GetFileName(model));
            timings.Add(benchmark.Measure(model, options, bar, context.Cancellation));
        }

        BenchmarkReport report = new() { Threads = context.Threads, Models = timings };
        context.Print(report, ReportJson.Default.BenchmarkReport, p => Draw(report, context.Get(_top), p));
        return ExitCode.Done;
    }

    private static void Draw(BenchmarkReport report, int top, Printer p)
    {
        TextTable table = new("model", ">load ms", ">first ms", ">warm-up ms", ">min ms", ">median ms", ">p95 ms", ">max ms", ">file MB", ">session MB", ">peak MB");
        foreach (ModelTiming t in report.Models)
        {
            table.Add(t.Model, Ms(t.LoadMs), Ms(t.FirstMs), Ms(t.WarmUpMs), Ms(t.MinMs), Ms(t.MedianMs), Ms(t.P95Ms), Ms(t.MaxMs), Mb(t.ModelBytes), Mb(t.SessionBytes), Mb(t.PeakBytes));
        }

        p.Table(table);
        p.Line($"{report.Threads} threads");
        foreach (ModelTiming t in report.Models)
        {
            if (t.Profile is { } profile)
            {
                Draw(t.Model, profile, top, p);
            }
        }
    }

    private static void Draw(string model, OperatorProfile profile, int top, Printer p)
    {
        p.Line();
        p.Line($"{model}: {Ms(profile.TotalMs)} ms in operators a run, mean of {profile.Runs} runs");
        TextTable types = new("type", ">nodes", ">ms", ">share");
        foreach (OperatorTypeTiming t in profile.Types)
        {
            types.Add(t.Operator, Show.Count(t.Nodes), Ms(t.MeanMs), Show.Percent(t.Share));
        }

        p.Table(types);
        TextTable operators = new("operator", "type", ">ms", ">share", ">output KB");
        foreach (OperatorTiming o in profile.Operators.Take(top))
        {
            operators.Add(o.Node, o.Operator, Ms(o.MeanMs), Show.Percent(o.Share), Show.Number(o.OutputBytes / 1e3, "0.0"));
        }

        p.Table(operators);
        if (profile.Operators.Count > top)
        {
            p.Line($"and {profile.Operators.Count - top} more: --top {profile.Operators.Count} or --json shows all");
        }
    }

    private static string Ms(double ms) => Show.Number(ms, "0.000");

    private static string Mb(long bytes) => Show.Number(bytes / 1e6, "0.0");
}
