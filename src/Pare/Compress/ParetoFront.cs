namespace Pare.Compress;

/// <summary>Finds the candidates that none beats in both size and quality.</summary>
internal static class ParetoFront
{
    private const int ManySamples = 1000;

    /// <summary>Marks the front and the result. Candidates that were not run on all samples have no place on it.</summary>
    /// <param name="trials">The candidates in the order in which they were measured.</param>
    /// <param name="chosen">Name and size of the result.</param>
    public static IReadOnlyList<CompressTrial> Mark(IReadOnlyList<CompressTrial> trials, SearchCandidate chosen)
    {
        CompressTrial[] complete = [.. trials.Where(t => t.Complete)];
        int result = complete.Select((t, i) => (t, i)).Where(p => p.t.Name == chosen.Name && p.t.Bytes == chosen.Bytes).Select(p => p.i).DefaultIfEmpty(-1).First();
        return [.. trials.Select(t => t with { OnFront = t.Complete && !complete.Any(o => Beats(o, t)), Chosen = result >= 0 && ReferenceEquals(t, complete[result]) })];
    }

    /// <summary>
    /// How good a candidate is, in percentage points: of many samples with labels the part answered right; else the change of the mean probability given to the right answer (without labels, to the original's),
    /// which varies far less than a count of few answers.
    /// </summary>
    public static double Quality(CompressTrial trial) => Counts(trial) ? trial.Score.Accuracy!.Value * 100 : -trial.Score.SoftDrop * 100;

    /// <summary>What <see cref="Quality"/> is, for an axis.</summary>
    /// <param name="trial">Any complete candidate.</param>
    public static string Label(CompressTrial trial) =>
        Counts(trial) ? "accuracy on the selection part, %" : $"change of the {(trial.Score.Accuracy is null ? "original answer's" : "right answer's")} mean probability, points";

    /// <summary>The least quality allowed; null without a bound.</summary>
    public static double? Floor(CompressReport report, CompressTrial trial) =>
        report.MaxDrop >= 100 ? null : Counts(trial) ? ((trial.Score.Accuracy!.Value + trial.Score.Drop) * 100) - report.MaxDrop : -report.MaxDrop;

    private static bool Counts(CompressTrial trial) => trial.Score is { Accuracy: not null, Samples: >= ManySamples };

    private static bool Beats(CompressTrial a, CompressTrial b) =>
        !ReferenceEquals(a, b) && a.Bytes <= b.Bytes && Quality(a) >= Quality(b) && (a.Bytes < b.Bytes || Quality(a) > Quality(b));
}
