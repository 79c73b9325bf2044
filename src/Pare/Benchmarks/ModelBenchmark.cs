using System.Diagnostics;
using Pare.Formats;

namespace Pare.Workflows;

/// <summary>Times models on random inputs. Run one at a time: measurements disturb each other.</summary>
public sealed class ModelBenchmark
{
    private readonly IModelRunner _runner;
    private bool _primed;

    /// <summary>Creates a benchmark.</summary>
    /// <param name="runner">Runs the models.</param>
    public ModelBenchmark(IModelRunner runner) => _runner = runner;

    /// <summary>Times a model.</summary>
    /// <exception cref="UsageException">No random inputs fit the model, a batch or shape was asked for that contradicts it, or the options contradict each other.</exception>
    /// <exception cref="UnsupportedModelException">The runtime cannot run the model.</exception>
    /// <exception cref="IOException">The file cannot be read, or LiteRT is not there.</exception>
    public ModelTiming Measure(string path, BenchmarkOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new BenchmarkOptions();
        Check(options);
        return options.Runtime == BenchmarkRuntime.LiteRt ? LiteRtBenchmark.Measure(path, options) : MeasureHere(path, options, progress, cancellation);
    }

    private static void Check(BenchmarkOptions o)
    {
        if (o.Runs < 1 || o.WarmUp < 0 || o.Batch < 1)
        {
            throw new UsageException($"{o.Runs} runs, {o.WarmUp} before, batch {o.Batch}: at least one run and a batch of 1 are needed");
        }

        if (!(o.MinSeconds >= 0) || !(o.WarmUpSeconds >= 0) || !(o.MaxSeconds > 0) || !double.IsFinite(o.MaxSeconds))
        {
            throw new UsageException($"at least {o.MinSeconds} s, {o.WarmUpSeconds} s before, at most {o.MaxSeconds} s: expected seconds, 0 or more, and an end");
        }

        if (o.Shapes.Count > 0 && o.Runtime == BenchmarkRuntime.LiteRt)
        {
            throw new UsageException("LiteRT takes the shapes of a file as they are; 'pare convert --shape' writes one that says them", "--shape");
        }
    }

    private ModelTiming MeasureHere(string path, BenchmarkOptions options, IProgress<double>? progress, CancellationToken cancellation)
    {
        Prime();
        long before = ProcessMemory.Begin();
        long started = Stopwatch.GetTimestamp();
        OpenedModel opened = ModelFile.Open(path);
        InputShapes.Apply(opened.Model, options.Shapes);
        return Measure(opened.Model, path, opened.FileBytes, options, before, started, progress, cancellation);
    }

    /// <summary>Times a model that is in memory.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">What to call it.</param>
    /// <param name="bytes">Bytes of its file.</param>
    /// <param name="options">How to time it.</param>
    /// <param name="cancellation">Stops early.</param>
    internal ModelTiming Measure(Model model, string path, long bytes, BenchmarkOptions options, CancellationToken cancellation)
    {
        Prime();
        return Measure(model, path, bytes, options, ProcessMemory.Begin(), Stopwatch.GetTimestamp(), null, cancellation);
    }

    private ModelTiming Measure(Model model, string path, long bytes, BenchmarkOptions options, long before, long started, IProgress<double>? progress, CancellationToken cancellation)
    {
        using IModelSession session = _runner.Load(model, new SessionOptions { Threads = options.Threads });
        double load = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        if (options.Batch > 1 && !session.Inputs.Any(TakesBatch))
        {
            throw FixedBatch(session.Inputs, options.Batch, path);
        }

        IReadOnlyList<TensorData> inputs = Inputs(session.Inputs, options, path);

        // What was needed only to make the session ready is no memory that running takes.
        ProcessMemory.Release();
        double first = Time(session, inputs);
        long after = Environment.WorkingSet;
        List<double> warm = Repeat(session, inputs, options.WarmUp, options.WarmUpSeconds, options.MaxSeconds, null, cancellation);
        List<double> times = Repeat(session, inputs, options.Runs, options.MinSeconds, options.MaxSeconds, progress, cancellation);
        TimingStatistics s = TimingStatistics.Of(times);
        return new ModelTiming
        {
            Model = path,
            Batch = options.Batch,
            Runs = s.Runs,
            LoadMs = load,
            FirstMs = first,
            WarmUpMs = warm.Count == 0 ? 0 : warm.Average(),
            MinMs = s.Min,
            P5Ms = s.P5,
            MedianMs = s.Median,
            MeanMs = s.Mean,
            DeviationMs = s.Deviation,
            P95Ms = s.P95,
            MaxMs = s.Max,
            ModelBytes = bytes,
            ArenaBytes = Arena(model, options.Batch),
            SessionBytes = Math.Max(0, after - before),
            PeakBytes = ProcessMemory.Peak(),
            Profile = options.Profile ? Profile(model, inputs, options, cancellation) : null,
        };
    }

    /// <summary>The arena of a TFLite model; null for others, and where the size of a tensor is known only at run time.</summary>
    internal static long? Arena(Model model, int batch)
    {
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            return null;
        }

        ArenaOptions options = ArenaOptions.LiteRt with { OpenExtent = batch };
        ArenaPlan[] plans = [.. model.Subgraphs.Prepend(model.Graph).Select(g => ArenaPlanner.Plan(g, options))];
        return plans.Any(p => p.Unsized.Count > 0) ? null : plans.Sum(p => p.Bytes);
    }

    /// <summary>Random tensors for a model's inputs.</summary>
    internal static IReadOnlyList<TensorData> Inputs(IEnumerable<ValueDescription> inputs, BenchmarkOptions options, string path) =>
        RandomInputs.TryCreate([.. inputs.Select(i => WithBatch(i, options.Batch))], options.Seed, out string? obstacle)
            ?? throw new UsageException($"the model cannot be timed on random inputs: {obstacle}", path);

    // The runtime's own libraries are no model's memory, and loading them is no model's time.
    private void Prime()
    {
        if (_primed)
        {
            return;
        }

        Model model = new(Vocabularies.Onnx);
        model.OperatorSets[""] = 17;
        Value x = new("x", DataType.Float32, new SymbolicShape(1));
        model.Graph.Inputs.Add(x);
        Value y = model.Graph.CreateNode("y", "Neg", [x], outputs: 0).AddOutput("y");
        (y.Type, y.Shape) = (DataType.Float32, x.Shape);
        model.Graph.Outputs.Add(y);
        using IModelSession session = _runner.Load(model);
        session.Run([DenseTensorData.Create([1f], new TensorShape(1))]);
        _primed = true;
    }

    private static double Time(IModelSession session, IReadOnlyList<TensorData> inputs)
    {
        long start = Stopwatch.GetTimestamp();
        session.Run(inputs);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    // As benchmark_model does: at least so many runs and so many seconds, at most the longest.
    private static List<double> Repeat(IModelSession session, IReadOnlyList<TensorData> inputs, int runs, double seconds, double longest, IProgress<double>? progress, CancellationToken cancellation)
    {
        List<double> times = [];
        long start = Stopwatch.GetTimestamp();
        double elapsed = 0;
        while ((times.Count < runs || elapsed < seconds) && elapsed <= longest)
        {
            cancellation.ThrowIfCancellationRequested();
            times.Add(Time(session, inputs));
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            progress?.Report(Math.Min(1, Math.Min((double)times.Count / runs, seconds > 0 ? elapsed / seconds : 1)));
        }

        return times;
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

    /// <summary>Whether the first extent of a value is left open.</summary>
    internal static bool TakesBatch(Value value) => TakesBatch(value.Shape);

    /// <summary>Says that a model runs at one batch only.</summary>
    internal static UsageException FixedBatch(IEnumerable<ValueDescription> inputs, int batch, string path) =>
        new($"the model fixes its batch ({string.Join(", ", inputs.Select(i => $"'{i.Name}' {i.Shape}"))}); found --batch {batch}", path);

    private static bool TakesBatch(ValueDescription input) => TakesBatch(input.Shape);

    private static bool TakesBatch(SymbolicShape? shape) => shape is { Rank: > 0 } known && known[0].Value is null;

    private static ValueDescription WithBatch(ValueDescription input, int batch) => TakesBatch(input)
        ? input with { Shape = new SymbolicShape([batch, .. input.Shape!.Dimensions.AsSpan()[1..]]) }
        : input;
}
