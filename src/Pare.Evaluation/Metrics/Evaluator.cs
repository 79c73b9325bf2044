using System.Diagnostics;

namespace Pare.Evaluation;

/// <summary>Measures how well a model answers on data. Thread-safe; results do not depend on the number of threads.</summary>
/// <param name="runner">Runs the model.</param>
public sealed class Evaluator(IModelRunner runner)
{
    /// <summary>Runs a model on every sample of a data set.</summary>
    /// <param name="model">The model; not edited.</param>
    /// <param name="data">The samples.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Receives progress, at most ten times a second, from any thread.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="UsageException">Data, labels or preprocessing do not fit the model.</exception>
    /// <exception cref="UnsupportedModelException">The model cannot be run.</exception>
    /// <exception cref="ModelFormatException">The archive or table of the data is damaged (unreadable samples alone are counted as skipped).</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public EvaluationResult Evaluate(
        Model model, Dataset data, EvaluationOptions? options = null, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new EvaluationOptions();
        using ScoringSession scoring = ScoringSession.Load(runner, model, data.IsImages, options);
        Stopwatch clock = Stopwatch.StartNew();
        int batch = BatchSize.Determine(data, scoring.Session, scoring.Feed, options.Batch);
        ScoreTable table = new(data, options);
        InferencePump pump = new(data, [(scoring.Session, scoring.Feed)], batch, options.EffectiveThreads);
        pump.Run((indices, rows, outputs) => table.Add(indices, rows[0], scoring.ScoresOf(outputs[0]), scoring.LogitsOf(outputs[0])), progress, cancellation);
        double seconds = clock.Elapsed.TotalSeconds;
        return EvaluationSummary.Of(table, data, options, pump.Unreadable) with
        {
            Model = options.ModelName,
            Seconds = seconds,
            Preprocessing = scoring.Feed.Plan?.ToString(),
            Warnings = [.. data.Diagnostics, .. Assumptions(scoring), .. table.Diagnostics],
        };
    }

    private static IEnumerable<Diagnostic> Assumptions(ScoringSession scoring)
    {
        if (scoring.Feed.Plan?.Assumption is { } assumption)
        {
            yield return new Diagnostic(DiagnosticSeverity.Warning, assumption);
        }
    }
}
