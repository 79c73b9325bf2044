using System.Globalization;
using System.Text;

namespace Pare.Compress;

/// <summary>Writes a report of compression as Markdown. Stateless and thread-safe.</summary>
public static class CompressMarkdown
{
    /// <summary>The report as text.</summary>
    public static string Of(CompressReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder s = new();
        Line(s, $"# {Path.GetFileName(report.Input.File)} → {Path.GetFileName(report.Output.File)}");
        Line(s, $"");
        Line(s, $"{report.Baseline.Measured:N0} → {report.Result.Measured:N0} bytes of {report.Measure}: {report.Ratio:0.0} times smaller. {Verdict(report)}");
        Line(s, $"");
        Line(s, $"| | before | after |");
        Line(s, $"|---|---|---|");
        Line(s, $"| file, bytes | {report.Baseline.Bytes:N0} | {report.Result.Bytes:N0} |");
        Line(s, $"| {report.Measure}, bytes | {report.Baseline.Measured:N0} | {report.Result.Measured:N0} |");
        Row(s, "accuracy, selection", report.Baseline.Selection, report.Result.Selection);
        Row(s, "accuracy, test", report.Baseline.Test, report.Result.Test);
        Line(s, $"");
        string mcnemar = report.McnemarP is { } p ? string.Create(CultureInfo.InvariantCulture, $", McNemar p = {p:0.###}") : "";
        Line(s, $"Drop on the {report.Result.Selection.Samples} selection samples: {report.SelectionDrop:0.00} points.");
        Line(s, $"On the {report.Result.Test.Samples} test samples, which had no part in the search: {report.TestDrop:0.00} ± {report.TestDropMargin:0.00} points (95%), same answer on {report.TestAgreement * 100:0.0}%{mcnemar}.");
        if (report.Preprocessing is { } preprocessing)
        {
            Line(s, $"");
            Line(s, $"Preprocessing: {preprocessing}.");
        }

        if (report.Changes.Count > 0)
        {
            Line(s, $"");
            Line(s, $"## Optimised first");
            Line(s, $"");
            Line(s, $"| pass | rule | count |");
            Line(s, $"|---|---|---|");
            foreach (Change c in report.Changes)
            {
                Line(s, $"| {c.Pass} | {c.Rule} | {c.Count} |");
            }
        }

        Line(s, $"");
        Line(s, $"## Weights");
        Line(s, $"");
        Line(s, $"| weight | elements | stored as | bits per weight | SQNR, dB |");
        Line(s, $"|---|---|---|---|---|");
        foreach (LayerPlan l in report.Layers)
        {
            Line(s, $"| {l.Weight} | {l.Elements:N0} | {l.Encoding} | {l.BitsPerWeight:0.00} | {(double.IsFinite(l.SqnrDb) ? l.SqnrDb.ToString("0.0", CultureInfo.InvariantCulture) : "∞")} |");
        }

        Line(s, $"");
        Line(s, $"## Tried");
        Line(s, $"");
        Line(s, $"| candidate | bytes | samples | agreement | divergence, nats | drop, points | within |");
        Line(s, $"|---|---|---|---|---|---|---|");
        foreach (CompressTrial t in report.Tried)
        {
            Line(s, $"| {t.Name} | {t.Bytes:N0} | {t.Score.Samples:N0} | {t.Score.Agreement * 100:0.0}% | {t.Score.Divergence:0.0000} | {t.Score.Drop * 100:0.00} | {(t.Accepted ? "yes" : "no")} |");
        }

        if (report.Warnings.Count > 0)
        {
            Line(s, $"");
            Line(s, $"## Remarks");
            Line(s, $"");
            foreach (string w in report.Warnings)
            {
                Line(s, $"- {w}");
            }
        }

        return s.ToString();
    }

    private static string Verdict(CompressReport report) => report.WithinBounds ? "All bounds hold." : "Not all bounds hold: " + string.Join("; ", report.Broken) + ".";

    private static void Row(StringBuilder s, string name, Evaluation.EvaluationResult before, Evaluation.EvaluationResult after)
    {
        if (before.Accuracy is { } a && after.Accuracy is { } b)
        {
            Line(s, $"| {name} ({before.Samples}) | {a * 100:0.00}% ({before.AccuracyLow * 100:0.0} to {before.AccuracyHigh * 100:0.0}) | {b * 100:0.00}% ({after.AccuracyLow * 100:0.0} to {after.AccuracyHigh * 100:0.0}) |");
        }
    }

    private static void Line(StringBuilder s, FormattableString text) => s.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
