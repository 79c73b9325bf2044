using System.Diagnostics;
using Pare.Formats;

namespace Pare.Workflows;

/// <summary>Times models on random inputs. Run one at a time: measurements disturb each other.</summary>
public sealed class ModelBenchmark
{
    private readonly IModelRunner _runner;

    /// <summary>Creates a benchmark.</summary>
    /// <param name="runner">Runs the models.</param>
    public ModelBenchmark(IModelRunner runner) => _runner = runner;

    /// <summary>Times a model.</summary>
    /// <exception cref="UsageException">No random inputs fit the model, or a batch was asked for that the model fixes otherwise.</exception>
    public ModelTiming Measure(string path, BenchmarkOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new BenchmarkOptions();
        if (options.Runs < 1 || options.WarmUp < 0 || options.Batch < 1)
        {
            throw new UsageException($"{options.Runs} runs, {options.WarmUp} before, batch {options.Batch}: at least one run and a batch of 1 are needed");
        }

        long before = Environment.WorkingSet;
        long started = Stopwatch.GetTimestamp();
        OpenedModel opened = ModelFile.Open(path);
        using IModelSession session = _runner.Load(opened.Model, new SessionOptions { Threads = options.Threads });
        double load = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        if (options.Batch > 1 && !session.Inputs.Any(TakesBatch))
        {
            throw new UsageException($"the model fixes its batch ({string.Join(", ", session.Inputs.Select(i => $"'{i.Name}' {i.Shape}"))}); found --batch {options.Batch}", path);
        }

        ValueDescription[] described = [.. session.Inputs.Select(i => WithBatch(i, options.Batch))];
        IReadOnlyList<TensorData> inputs = RandomInputs.TryCreate(described, options.Seed, out string? obstacle) ?? throw new UsageException($"the model cannot be timed on random inputs: {obstacle}");
        double first = Time(session, inputs);
        long after = Environment.WorkingSet;
        double warm = 0;
        for (int i = 0; i < options.WarmUp; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            warm += Time(session, inputs);
        }

        double[] times = new double[options.Runs];
        for (int i = 0; i < times.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            times[i] = Time(session, inputs);
            progress?.Report((i + 1.0) / times.Length);
        }

        Array.Sort(times);
        using Process self = Process.GetCurrentProcess();
        return new ModelTiming
        {
            Model = path,
            Batch = options.Batch,
            Runs = options.Runs,
            LoadMs = load,
            FirstMs = first,
            WarmUpMs = options.WarmUp == 0 ? 0 : warm / options.WarmUp,
            MinMs = times[0],
            MedianMs = times.Length % 2 == 1 ? times[times.Length / 2] : (times[(times.Length / 2) - 1] + times[times.Length / 2]) / 2,
            P95Ms = times[Math.Min(times.Length - 1, (int)Math.Ceiling(times.Length * 0.95) - 1)],
            MaxMs = times[^1],
            ModelBytes = opened.FileBytes,
            SessionBytes = Math.Max(0, after - before),
            PeakBytes = self.PeakWorkingSet64,
            Profile = options.Profile ? Profile(opened.Model, inputs, options, cancellation) : null,
        };
    }

    private static double Time(IModelSession session, IReadOnlyList<TensorData> inputs)
    {
        long start = Stopwatch.GetTimestamp();
        session.Run(inputs);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private OperatorProfile? Profile(Model model, IReadOnlyList<TensorData> inputs, BenchmarkOptions options, CancellationToken cancellation)
    {
        // The timed session stays free of what noting costs. Later runs of 100 tell no more than the first.
        int runs = Math.Min(options.Runs, 100);
        using IModelSession session = _runner.Load(model, new SessionOptions { Threads = options.Threads, Profile = true });
        if (session is not IProfiledSession profiled)
        {
            return null;
        }

        for (int i = 0; i < options.WarmUp + 1 + runs; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            session.Run(inputs);
        }

        return OperatorProfile.Of(profiled.EndProfiling().Where(r => r.Run > options.WarmUp), runs);
    }

    private static bool TakesBatch(ValueDescription input) => input.Shape is { Rank: > 0 } shape && shape[0].Value is null;

    private static ValueDescription WithBatch(ValueDescription input, int batch) => TakesBatch(input)
        ? input with { Shape = new SymbolicShape([batch, .. input.Shape!.Dimensions.AsSpan()[1..]]) }
        : input;
}
