namespace Pare.Evaluation;

/// <summary>Loads samples into memory as a model takes them, for searches that run many candidates on the same samples. Thread-safe.</summary>
/// <param name="runner">Runs the model once, to learn its inputs and outputs.</param>
public sealed class SampleLoader(IModelRunner runner)
{
    /// <summary>Loads samples.</summary>
    /// <param name="model">The model; not edited.</param>
    /// <param name="data">The data set.</param>
    /// <param name="order">Places in <see cref="Dataset.Items"/>, each once; the result has this order.</param>
    /// <param name="options">Preprocessing, labels, inputs, threads.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="UsageException">Data, labels or preprocessing do not fit the model, or no sample can be read.</exception>
    public LoadedSamples Load(Model model, Dataset data, IReadOnlyList<int> order, EvaluationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(options);
        using ScoringSession scoring = ScoringSession.Load(runner, model, data.IsImages, options);
        int batch = Math.Max(1, scoring.Feed.FixedBatch());
        IReadOnlyList<TensorData>?[] loaded = new IReadOnlyList<TensorData>?[data.Items.Count];
        UnreadableSample?[] unreadable = new UnreadableSample?[data.Items.Count];
        int[] places = [.. order.Order()];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.EffectiveThreads, CancellationToken = cancellation };
        Parallel.ForEach(data.Read(places), parallel, sample =>
        {
            try
            {
                loaded[sample.Index] = scoring.Feed.Batch([scoring.Feed.Prepare(sample.Load())], batch);
            }
            catch (ModelFormatException e)
            {
                unreadable[sample.Index] = new UnreadableSample(sample.Info.Name, e.Message);
            }
        });

        int[] read = [.. order.Where(i => loaded[i] is not null)];
        if (read.Length == 0)
        {
            throw new UsageException($"none of the {order.Count} samples of '{data.Name}' can be read");
        }

        int columns = scoring.ScoresOf(scoring.Session.Run(loaded[read[0]]!)).Length / batch;
        ClassMap? classes = data.IsLabelled ? ClassMap.Create(data, options.Labels, columns) : null;
        return new LoadedSamples
        {
            Inputs = [.. read.Select(i => loaded[i]!)],
            Labels = [.. read.Select(i => classes?.Labels[i])],
            Batch = batch,
            Preprocessing = scoring.Feed.Plan?.ToString(),
            Unreadable = [.. unreadable.OfType<UnreadableSample>()],
            Diagnostics =
            [
                .. data.Diagnostics,
                .. classes?.Diagnostics ?? [],
                .. unreadable.OfType<UnreadableSample>().Select(u => new Diagnostic(DiagnosticSeverity.Warning, $"left out, it cannot be read: {u.Why}", u.File)),
                .. scoring.Feed.Plan?.Assumption is { } assumption ? [new Diagnostic(DiagnosticSeverity.Warning, assumption)] : Array.Empty<Diagnostic>(),
            ],
        };
    }
}
