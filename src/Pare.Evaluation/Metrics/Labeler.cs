using System.Diagnostics;

namespace Pare.Evaluation;

/// <summary>Tells what is on pictures. Thread-safe.</summary>
/// <param name="runner">Runs the model.</param>
public sealed class Labeler(IModelRunner runner)
{
    // Up to so many a model's preparation takes longer than its runs.
    private const int FewFiles = 8;

    /// <summary>Runs a model on pictures.</summary>
    /// <param name="model">The model; not edited.</param>
    /// <param name="files">The pictures' files.</param>
    /// <param name="top">Labels a picture, the best first; at least 1.</param>
    /// <param name="options">Preprocessing and labels; null for the defaults.</param>
    /// <exception cref="ModelFormatException">A file is no picture; the message names it.</exception>
    /// <exception cref="UsageException">Labels or preprocessing do not fit the model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public LabelResult Label(Model model, IReadOnlyList<string> files, int top = 5, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new EvaluationOptions();

        // While the model is made ready, and then while it runs, the next picture is decoded.
        Task<RgbImage>? next = Begin(files, 0);
        using ScoringSession scoring = ScoringSession.Load(runner, model, true, options with { Labels = null }, quickStart: files.Count <= FewFiles);
        Stopwatch clock = Stopwatch.StartNew();
        List<LabeledImage> images = [];
        List<Diagnostic> warnings = [];
        LabelList? labels = options.Labels;
        for (int i = 0; next is not null; i++)
        {
            string file = files[i];
            RgbImage picture = next.GetAwaiter().GetResult();
            next = Begin(files, i + 1);
            PreparedSample ready = scoring.Feed.Prepare(new ImageContent(picture));
            int rows = Math.Max(1, scoring.Feed.FixedBatch());
            float[] scores = scoring.ScoresOf(scoring.Session.Run(scoring.Feed.Batch([ready], rows)));
            scores = scores[..(scores.Length / rows)];
            labels = Fitting(labels, scores.Length, warnings);
            images.Add(new LabeledImage(file, LabelsOf(scores, top, labels, options.Threshold)));
        }

        if (scoring.Feed.Plan?.Assumption is { } assumption)
        {
            warnings.Insert(0, new Diagnostic(DiagnosticSeverity.Warning, assumption));
        }

        return new LabelResult { Model = options.ModelName, Images = images, Seconds = clock.Elapsed.TotalSeconds, Warnings = warnings };
    }

    private static Task<RgbImage>? Begin(IReadOnlyList<string> files, int index) => index < files.Count ? Task.Run(() => ImageDecoder.DecodeFile(files[index])) : null;

    private static LabelList? Fitting(LabelList? labels, int columns, List<Diagnostic> warnings)
    {
        if (labels is null || labels.Names.Count == Math.Max(2, columns))
        {
            return labels;
        }

        string message = $"{labels.Names.Count} labels do not match the model's {columns} outputs";
        if (labels.IsNamed)
        {
            throw new UsageException($"'{labels.Source}': {message}", labels.Source);
        }

        warnings.Add(new Diagnostic(DiagnosticSeverity.Warning, message + " and were left aside", labels.Source));
        return null;
    }

    private static ScoredLabel[] LabelsOf(float[] scores, int top, LabelList? labels, double threshold)
    {
        string Name(int i) => labels?.Names[i] ?? i.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (scores.Length == 1)
        {
            double p = scores[0] is >= 0 and <= 1 ? scores[0] : Scores.Sigmoid(scores[0]);
            int first = p >= threshold ? 1 : 0;
            ScoredLabel[] both = [new(Name(first), first, first == 1 ? p : 1 - p), new(Name(1 - first), 1 - first, first == 1 ? 1 - p : p)];
            return both[..Math.Min(top, 2)];
        }

        return [.. Scores.Top(scores, top).Select(i => new ScoredLabel(Name(i), i, scores[i]))];
    }
}
