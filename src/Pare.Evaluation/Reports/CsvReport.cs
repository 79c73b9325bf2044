using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Renders an evaluation as comma-separated values, a row a sample. Thread-safe.</summary>
public static class CsvReport
{
    /// <summary>
    /// Writes <c>file,label,argmax,correct,score,cross_entropy</c> and, where scores were kept, a column <c>score_NAME</c> a class. Numbers are invariant and round-trip;
    /// labels are indices; what is unknown is empty.
    /// </summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="writer">Receives the text; lines end with LF.</param>
    public static void Write(EvaluationResult result, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        int columns = result.Rows.FirstOrDefault(r => r.Scores is not null)?.Scores!.Count ?? 0;
        writer.Write("file,label,argmax,correct,score,cross_entropy");
        for (int i = 0; i < columns; i++)
        {
            writer.Write(",");
            writer.Write(Quote("score_" + (columns == result.Labels.Count ? result.Labels[i] : i.ToString(CultureInfo.InvariantCulture))));
        }

        writer.Write('\n');
        foreach (EvaluationRow r in result.Rows)
        {
            string correct = r.Label.HasValue ? r.IsCorrect ? "1" : "0" : "";
            string entropy = double.IsNaN(r.CrossEntropy) ? "" : r.CrossEntropy.ToString("R", CultureInfo.InvariantCulture);
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Quote(r.File)},{r.Label},{r.Answer},{correct},{(float)r.Score:R},{entropy}"));
            for (int i = 0; i < columns; i++)
            {
                writer.Write(',');
                writer.Write(r.Scores is { } s && i < s.Count ? s[i].ToString("R", CultureInfo.InvariantCulture) : "");
            }

            writer.Write('\n');
        }
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
