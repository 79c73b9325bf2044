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
    /// <exception cref="UsageException">No random inputs fit the model.</exception>
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
        };
    }

    private static double Time(IModelSession session, IReadOnlyList<TensorData> inputs)
    {
        long start = Stopwatch.GetTimestamp();
        session.Run(inputs);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static ValueDescription WithBatch(ValueDescription input, int batch) => input.Shape is { Rank: > 0 } shape && shape[0].Value is null
        ? input with { Shape = new SymbolicShape([batch, .. shape.Dimensions.AsSpan()[1..]]) }
        : input;
}
