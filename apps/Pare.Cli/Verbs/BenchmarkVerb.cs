using System.CommandLine;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare benchmark MODEL…</c>.</summary>
internal sealed class BenchmarkVerb : Verb
{
    private readonly Argument<string[]> _models = Arguments.Models();
    private readonly RuntimeOption _runtime = new();
    private readonly Option<int> _runs = new("--runs") { Description = "Timed runs, at least", DefaultValueFactory = _ => 50, HelpName = "N" };
    private readonly Option<double> _minSeconds = new("--min-seconds") { Description = "Seconds of timed runs, at least", DefaultValueFactory = _ => 1, HelpName = "S" };
    private readonly Option<double> _maxSeconds = new("--max-seconds") { Description = "Seconds after which no further run is begun", DefaultValueFactory = _ => 150, HelpName = "S" };
    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Runs before timing, at least", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<double> _warmUpSeconds = new("--warm-up-seconds") { Description = "Seconds of runs before timing, at least", DefaultValueFactory = _ => 0.5, HelpName = "S" };
    private readonly Option<int> _batch = new("--batch") { Description = "Samples a run", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<string[]> _shapes = Arguments.Pairs("--shape", "The shape of an input that a model leaves open", "NAME=1,48,320,3");
    private readonly Option<bool> _profile = new("--profile") { Description = "Also measure each operator, in a session of its own (LiteRT: @tensorflow/tfjs-tflite beside it)" };
    private readonly Option<int> _top = new("--top") { Description = "Operators in the profile's table", DefaultValueFactory = _ => 20, HelpName = "N" };
    private readonly Option<string?> _chart = new("--chart") { Description = "Draw the models side by side", HelpName = "OUT.png" };
    private readonly Option<string?> _csv = new("--csv") { Description = "Write a row a model", HelpName = "OUT.csv" };
    private readonly Option<bool> _force = Arguments.Force();
    private readonly Option<int> _seed = Arguments.Seed();

    public override string Example => "pare benchmark samples/petals/petals.pb samples/petals/petals.tflite --threads 1 --chart petals.png";

    protected override IEnumerable<Symbol> Symbols => [_models, .. _runtime.Symbols, _runs, _minSeconds, _maxSeconds, _warmUp, _warmUpSeconds, _batch, _shapes, _profile, _top, _chart, _csv, _force, _seed];

    protected override int Run(VerbContext context)
    {
        bool litert = _runtime.IsLiteRt(context);
        BenchmarkOptions options = new()
        {
            Runtime = litert ? BenchmarkRuntime.LiteRt : BenchmarkRuntime.OnnxRuntime,
            LiteRtFolder = _runtime.LiteRtFolder(context),
            Runs = context.Get(_runs),
            MinSeconds = context.Get(_minSeconds),
            MaxSeconds = context.Get(_maxSeconds),
            WarmUp = context.Get(_warmUp),
            WarmUpSeconds = context.Get(_warmUpSeconds),
            Batch = context.Get(_batch),
            Shapes = Arguments.Split(context.Get(_shapes), "--shape", "input=1,48,320,3"),
            Seed = context.Get(_seed),
            Threads = context.Threads,
            Profile = context.Get(_profile),
        };
        CheckOutputs(context);
        ModelBenchmark benchmark = new(context.Runner);
        List<ModelTiming> timings = [];
        foreach (string model in context.GetRequired(_models))
        {
            using ProgressBar bar = context.Progress(Path.GetFileName(model));
            timings.Add(benchmark.Measure(model, options, bar, context.Cancellation));
        }

        BenchmarkReport report = new() { Runtime = litert ? "litert" : "onnxruntime", Threads = litert ? 1 : context.Threads, Models = timings };
        WriteOutputs(context, report);
        context.Print(report, ReportJson.Default.BenchmarkReport, p => Draw(report, context.Get(_top), p));
        return ExitCode.Done;
    }

    // Before anything is timed.
    private void CheckOutputs(VerbContext context)
    {
        if (context.Get(_chart) is { } chart)
        {
            if (!Path.GetExtension(chart).Equals(".png", StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException($"'{chart}' does not end in .png; the chart is a PNG picture", "--chart");
            }

            FileTransaction.CheckTarget(chart, context.Get(_force));
        }

        if (context.Get(_csv) is { } csv)
        {
            FileTransaction.CheckTarget(csv, context.Get(_force));
        }
    }

    private void WriteOutputs(VerbContext context, BenchmarkReport report)
    {
        if (context.Get(_chart) is null && context.Get(_csv) is null)
        {
            return;
        }

        using FileTransaction files = context.OpenOutputs(context.Get(_force));
        if (context.Get(_chart) is { } chart)
        {
            files.Create(chart).Write(BenchmarkChart.Draw(report));
        }

        if (context.Get(_csv) is { } csv)
        {
            using StreamWriter writer = new(files.Create(csv), leaveOpen: true);
            BenchmarkCsv.Write(report, writer);
        }

        files.Commit();
    }

    private static void Draw(BenchmarkReport report, int top, Printer p)
    {
        TextTable latency = new("latency, ms", ">load", ">first", ">warm-up", ">min", ">median", ">p95", ">max", ">runs");
        TextTable memory = new("memory, MB", ">model", ">arena", ">model + arena", ">session", ">peak");
        foreach (ModelTiming t in report.Models)
        {
            latency.Add(t.Model, Ms(t.LoadMs), Ms(t.FirstMs), Ms(t.WarmUpMs), Ms(t.MinMs), Ms(t.MedianMs), Ms(t.P95Ms), Ms(t.MaxMs), Show.Count(t.Runs));
            memory.Add(t.Model, Mb(t.ModelBytes), t.ArenaBytes is { } a ? Mb(a) : "-", t.ArenaBytes is { } b ? Mb(t.ModelBytes + b) : "-", Mb(t.SessionBytes), Mb(t.PeakBytes));
        }

        p.Table(latency);
        p.Line();
        p.Table(memory);
        p.Line(report.Runtime == "litert" ? "LiteRT as WebAssembly, 1 thread" : $"ONNX Runtime, {report.Threads} thread{(report.Threads == 1 ? "" : "s")}");
        foreach (ModelTiming t in report.Models)
        {
            if (t.Profile is { } profile)
            {
                OperatorTables.Draw(t.Model, profile, top, p);
            }
        }
    }

    private static string Ms(double ms) => Show.Number(ms, "0.000");

    private static string Mb(long bytes) => Show.Number(bytes / 1e6, bytes < 10_000_000 ? "0.000" : "0.0");
}
