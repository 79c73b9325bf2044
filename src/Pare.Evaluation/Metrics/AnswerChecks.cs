using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Notices answers that hint at wrong preprocessing or a broken model.</summary>
internal static class AnswerChecks
{
    private const int FewestSamples = 10;
    private const double HardlyVaries = 0.95;

    public static IEnumerable<Diagnostic> Of(ScoreTable table)
    {
        ScoreTable.Line[] lines = [.. table.Lines.OfType<ScoreTable.Line>()];
        if (lines.Length < FewestSamples)
        {
            yield break;
        }

        int nan = lines.Count(l => double.IsNaN(l.Score));
        if (nan > 0)
        {
            yield return new Diagnostic(DiagnosticSeverity.Warning, string.Create(CultureInfo.InvariantCulture, $"the scores of {nan} of {lines.Length} samples are no numbers"));
        }

        double answers = MostFrequent(lines, l => l.Answer);
        bool labelled = lines.Any(l => l.Label.HasValue);
        double labels = labelled ? MostFrequent(lines, l => l.Label ?? -1) : 0;
        double low = lines.Min(l => l.Score);
        double high = lines.Max(l => l.Score);
        if ((answers >= HardlyVaries && labels < HardlyVaries) || high - low <= 1e-4 * Math.Max(1e-3, Math.Abs(high)))
        {
            yield return new Diagnostic(
                DiagnosticSeverity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"the answers hardly vary ({answers:P0} are the same): the preprocessing (mean, std, channels, size) may not be what the model was trained with"));
        }
    }

    private static double MostFrequent(ScoreTable.Line[] lines, Func<ScoreTable.Line, int> key) => lines.GroupBy(key).Max(g => g.Count()) / (double)lines.Length;
}
