using System.Diagnostics;

namespace Pare.Evaluation;

/// <summary>Says with numbers whether two models are the same for the user. Thread-safe; results do not depend on the number of threads.</summary>
/// <param name="runner">Runs the models.</param>
public sealed class ModelComparer(IModelRunner runner)
{
    private const int MaxDifferences = 65536;

    /// <summary>Runs both models on the same samples.</summary>
    /// <param name="a">The first model, most often the original.</param>
    /// <param name="b">The second; its outputs are paired with the first's by position.</param>
    /// <param name="data">The samples; null for random inputs (see <see cref="RandomDataset"/>), four with the seed 0.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Receives progress.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="UsageException">The models' outputs do not pair up, or the data do not fit.</exception>
    /// <exception cref="UnsupportedModelException">A model cannot be run.</exception>
    public ComparisonResult Compare(
        Model a, Model b, Dataset? data = null, EvaluationOptions? options = null, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        options ??= new EvaluationOptions();
        bool images = data?.IsImages ?? false;
        using ScoringSession first = ScoringSession.Load(runner, a, images, options, allOutputs: true);

        // Names of inputs and outputs may have changed on the way from one format to another; the second model takes its own.
        EvaluationOptions own = options.Output is { } name && b.Graph.FindValue(name) is null ? options with { Output = null } : options;
        own = options.Inputs is { } inputs && inputs.Any(i => b.Graph.FindValue(i) is null) ? own with { Inputs = null } : own;
        using ScoringSession second = ScoringSession.Load(runner, b, images, own, allOutputs: true);
        if (first.Outputs != second.Outputs)
        {
            throw new UsageException($"the models have {first.Outputs} and {second.Outputs} outputs, which do not pair up; name one with --outputs");
        }

        using Dataset samples = data is null ? RandomDataset.Create(first.Session.Inputs, 4, 0) : new BorrowedDataset(data);
        Stopwatch clock = Stopwatch.StartNew();
        int batch = CommonBatch(samples, first, second, options.Batch);
        Drift[] drift = new Drift[samples.Items.Count];
        float[][] differences = new float[samples.Items.Count][];
        int stride = 0;
        ScoreTable tableA = new(samples, options);
        ScoreTable tableB = new(samples, options);
        InferencePump pump = new(samples, [(first.Session, first.Feed), (second.Session, second.Feed)], batch, options.EffectiveThreads);
        pump.Run(
            (indices, rows, outputs) =>
            {
                MeasureDrift(indices, rows, outputs, [first, second], drift, differences, ref stride);
                tableA.Add(indices, rows[0], first.ScoresOf(outputs[0]), null);
                tableB.Add(indices, rows[1], second.ScoresOf(outputs[1]), null);
            },
            progress,
            cancellation);
        EvaluationResult resultA = EvaluationSummary.Of(tableA, samples, options, pump.Unreadable);
        EvaluationResult resultB = EvaluationSummary.Of(tableB, samples, options, pump.Unreadable);
        Drift total = drift.Aggregate(default(Drift), (sum, d) => sum.Add(d));
        (int onlyA, int onlyB, int flips) = Pair(resultA.Rows, resultB.Rows);
        (long Changed, long Unmatched)? weights = WeightComparison.Count(a, b);
        bool labelled = resultA.Accuracy.HasValue;
        return new ComparisonResult
        {
            Samples = resultA.Samples,
            Skipped = pump.Unreadable.Count,
            MaxAbs = total.MaxAbs,
            MeanAbs = total.MeanAbs,
            SqnrDb = total.SqnrDb,
            Cosine = total.Cosine,
            ArgmaxFlips = flips,
            AccuracyA = resultA.Accuracy,
            AccuracyB = resultB.Accuracy,
            OnlyARight = labelled ? onlyA : null,
            OnlyBRight = labelled ? onlyB : null,
            McnemarP = labelled ? Statistics.McNemarExact(onlyA, onlyB) : null,
            WeightsChanged = weights?.Changed,
            WeightsUnmatched = weights?.Unmatched,
            Seconds = clock.Elapsed.TotalSeconds,
            Unreadable = pump.Unreadable,
            Differences = [.. differences.Where(d => d is not null).SelectMany(d => d)],
            Warnings = Warnings(samples, first, data is null ? [] : tableA.Diagnostics),
        };
    }

    private static int CommonBatch(Dataset samples, ScoringSession first, ScoringSession second, int wanted)
    {
        int a = BatchSize.Determine(samples, first.Session, first.Feed, wanted);
        int b = BatchSize.Determine(samples, second.Session, second.Feed, wanted);
        return Math.Min(a, b);
    }

    private static void MeasureDrift(
        IReadOnlyList<int> indices, IReadOnlyList<int> rows, IReadOnlyList<IReadOnlyList<TensorData>> outputs, ScoringSession[] sessions, Drift[] drift, float[][] differences, ref int stride)
    {
        int count = sessions[0].Outputs;
        for (int o = 0; o < count; o++)
        {
            if (outputs[0][o].Type == DataType.String || outputs[1][o].Type == DataType.String)
            {
                continue;
            }

            float[] a = sessions[0].RealOutput(outputs[0], o);
            float[] b = sessions[1].RealOutput(outputs[1], o);
            if (a.Length / rows[0] != b.Length / rows[1])
            {
                throw new UsageException($"output {o} has the shape {outputs[0][o].Shape} in the first model and {outputs[1][o].Shape} in the second");
            }

            int width = a.Length / rows[0];
            Interlocked.CompareExchange(ref stride, (int)Math.Max(1, (long)width * count * drift.Length / MaxDifferences), 0);
            for (int i = 0; i < indices.Count; i++)
            {
                ReadOnlySpan<float> x = a.AsSpan(i * width, width);
                ReadOnlySpan<float> y = b.AsSpan(i * width, width);
                drift[indices[i]] = drift[indices[i]].Add(Drift.Of(x, y));
                List<float> some = [.. differences[indices[i]] ?? []];
                for (int k = indices[i] % stride; k < width; k += stride)
                {
                    some.Add(y[k] - x[k]);
                }

                differences[indices[i]] = [.. some];
            }
        }
    }

    private static (int OnlyA, int OnlyB, int Flips) Pair(IReadOnlyList<EvaluationRow> a, IReadOnlyList<EvaluationRow> b)
    {
        (int onlyA, int onlyB, int flips) = (0, 0, 0);
        for (int i = 0; i < a.Count; i++)
        {
            flips += a[i].Answer != b[i].Answer ? 1 : 0;
            onlyA += a[i].IsCorrect && !b[i].IsCorrect ? 1 : 0;
            onlyB += b[i].IsCorrect && !a[i].IsCorrect ? 1 : 0;
        }

        return (onlyA, onlyB, flips);
    }

    private static IReadOnlyList<Diagnostic> Warnings(Dataset samples, ScoringSession first, IReadOnlyList<Diagnostic> answers)
    {
        List<Diagnostic> warnings = [.. samples.Diagnostics];
        if (first.Feed.Plan?.Assumption is { } assumption)
        {
            warnings.Add(new Diagnostic(DiagnosticSeverity.Warning, assumption));
        }

        warnings.AddRange(answers);
        return warnings;
    }
}
