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
    private readonly Option<int> _seed = Arguments.Seed();

    public override string Example => "pare benchmark samples/petals/petals.pb --threads 1";

    protected override IEnumerable<Symbol> Symbols => [_models, _runs, _warmUp, _batch, _seed];

    protected override int Run(VerbContext context)
    {
        BenchmarkOptions options = new() { Runs = context.Get(_runs), WarmUp = context.Get(_warmUp), Batch = context.Get(_batch), Seed = context.Get(_seed), Threads = context.Threads };
        ModelBenchmark benchmark = new(context.Runner);
        List<ModelTiming> timings = [];
        foreach (string model in context.GetRequired(_models))
        {
            using ProgressBar bar = context.Progress(Path.GetFileName(model));
            timings.Add(benchmark.Measure(model, options, bar, context.Cancellation));
        }

        BenchmarkReport report = new() { Threads = context.Threads, Models = timings };
        context.Print(report, ReportJson.Default.BenchmarkReport, p => Draw(report, p));
        return ExitCode.Done;
    }

    private static void Draw(BenchmarkReport report, Printer p)
    {
        TextTable table = new("model", ">load ms", ">first ms", ">warm-up ms", ">min ms", ">median ms", ">p95 ms", ">max ms", ">file MB", ">session MB", ">peak MB");
        foreach (ModelTiming t in report.Models)
        {
            table.Add(t.Model, Ms(t.LoadMs), Ms(t.FirstMs), Ms(t.WarmUpMs), Ms(t.MinMs), Ms(t.MedianMs), Ms(t.P95Ms), Ms(t.MaxMs), Mb(t.ModelBytes), Mb(t.SessionBytes), Mb(t.PeakBytes));
        }

        p.Table(table);
        p.Line($"{report.Threads} threads");
    }

    private static string Ms(double ms) => Show.Number(ms, "0.000");

    private static string Mb(long bytes) => Show.Number(bytes / 1e6, "0.0");
}
