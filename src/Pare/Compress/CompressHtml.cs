using System.Globalization;
using Pare.Evaluation;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>Writes a report of compression as one HTML file, without anything from elsewhere: charts are SVG, colours follow the reader's light or dark setting. Stateless and thread-safe.</summary>
public static class CompressHtml
{
    private const int LayersDrawn = 24;

    /// <summary>The report as a page.</summary>
    public static string Of(CompressReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        HtmlWriter h = new();
        string title = $"{Path.GetFileName(report.Input.File)} → {Path.GetFileName(report.Output.File)}";
        h.Line($"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"generator\" content=\"Pare\">");
        h.Line($"<title>{title}</title><style>\n{new HtmlWriter.Raw(Style())}</style></head><body>");
        Head(h, report, title);
        h.Line($"<main>");
        Model(h, report);
        Done(h, report);
        Layers(h, report);
        Accuracy(h, report);
        Latency(h, report);
        Pareto(h, report);
        Again(h, report);
        h.Line($"</main>");
        h.Line($"<footer>Made by Pare {ModelRewriter.Version}, in {report.Seconds:0.0} s. Input SHA-256 {report.Input.Sha256}; output SHA-256 {report.Output.Sha256}.</footer></body></html>");
        return h.ToString();
    }

    private static void Head(HtmlWriter h, CompressReport r, string title)
    {
        h.Line($"<header><h1>{title}</h1>");
        h.Line($"<p class=\"{(r.WithinBounds ? "good" : "bad")}\">{(r.WithinBounds ? "All bounds hold." : "Not all bounds hold: " + string.Join("; ", r.Broken) + ".")} <span class=\"quiet\">{Bounds(r)}</span></p>");
        h.Line($"<ul class=\"cards\">");
        h.Line($"<li><b>{r.Ratio:0.0} times</b><span>smaller: {r.Baseline.Measured:N0} → {r.Measured:N0} bytes of {r.Measure}</span></li>");
        h.Line($"<li><b>{Signed(-r.TestDrop)} ± {r.TestDropMargin:0.00}</b><span>points of {(r.Result.Test.Accuracy is null ? "agreement" : "accuracy")} on {r.Result.Test.Samples:N0} samples that had no part in the choice</span></li>");
        h.Line($"<li><b>{r.TestAgreement * 100:0.0}%</b><span>answered as before{(r.McnemarP is { } p ? string.Create(CultureInfo.InvariantCulture, $"; McNemar's p = {p:0.###}") : "")}</span></li>");
        if (r is { Baseline.Latency: { } before, Result.Latency: { } after })
        {
            h.Line($"<li><b>{after.MedianMs:0.###} ms</b><span>a sample on one thread, before {before.MedianMs:0.###} ms</span></li>");
        }

        h.Line($"</ul></header>");
    }

    private static void Model(HtmlWriter h, CompressReport r)
    {
        if (r is not { Baseline.Model: { } a, Result.Model: { } b })
        {
            return;
        }

        h.Line($"<h2>The model</h2><div class=\"panel\">");
        List<(string?, IReadOnlyList<string>)> rows =
        [
            (null, ["format", a.Format, b.Format]),
            (null, ["file, bytes", Number(r.Baseline.Bytes), Number(r.Result.Bytes)]),
        ];
        if (r.Measure != "file")
        {
            rows.Add((null, [$"{r.Measure}, bytes", Number(r.Baseline.Measured), Number(r.Measured)]));
        }

        rows.Add((null, ["weights and other parameters", Number(a.Parameters), Number(b.Parameters)]));
        rows.Add((null, ["nodes", Number(a.Nodes), Number(b.Nodes)]));
        rows.Add((null, ["inputs", Values(a.Inputs), Values(b.Inputs)]));
        rows.Add((null, ["outputs", Values(a.Outputs), Values(b.Outputs)]));
        if (r.Result.Latency?.ArenaBytes is { } arena)
        {
            rows.Add((null, ["tensor arena, bytes", r.Baseline.Latency?.ArenaBytes is { } was ? Number(was) : "–", Number(arena)]));
        }

        rows.Add((null, ["operators", Operators(a), Operators(b)]));
        h.Table("Before and after.", ["", "before", "after"], rows);
        h.Line($"</div>");
    }

    private static void Done(HtmlWriter h, CompressReport r)
    {
        h.Line($"<h2>What was done</h2>");
        h.Line($"<p>Of {r.Tried.Count} candidates measured on {r.Result.Selection.Samples:N0} selection samples, <b>{r.Chosen}</b> became the result.</p>");
        if (r.Changes.Count > 0)
        {
            h.Line($"<div class=\"panel\">");
            h.Table("Rewrites before weights were touched.", ["pass", "rule", "count"], r.Changes.Select(c => ((string?)null, (IReadOnlyList<string>)[c.Pass, c.Rule, Number(c.Count)])));
            h.Line($"</div>");
        }

        if (r.Preprocessing is { } preprocessing)
        {
            h.Line($"<p class=\"quiet\">Pictures: {preprocessing}.</p>");
        }

        foreach (string w in r.Warnings)
        {
            h.Line($"<p class=\"quiet\">{w}</p>");
        }
    }

    private static void Layers(HtmlWriter h, CompressReport r)
    {
        if (r.Layers.Count == 0)
        {
            return;
        }

        LayerPlan[] largest = [.. r.Layers.OrderByDescending(l => l.Elements).Take(LayersDrawn)];
        LayerPlan[] drawn = [.. r.Layers.Where(largest.Contains)];
        string which = r.Layers.Count > drawn.Length ? $", the {drawn.Length} largest of {r.Layers.Count}" : "";
        h.Line($"<h2>Size by layer</h2><p class=\"quiet\">Bytes of each weight as 32-bit floats, and as coded bits{which}.</p><div class=\"panel\">");
        h.Line($"{new HtmlWriter.Raw(SvgChart.Pairs("Bytes of each layer's weight before and after", [.. drawn.Select(l => (l.Weight, l.Elements * 4.0, After(l), $"{Number(l.Elements * 4)} → {Number((long)Math.Round(After(l)))}"))]))}");
        h.Line($"</div><h2>Fidelity by layer</h2><p class=\"quiet\">Signal to quantization noise of each weight, in dB: 6 dB are one bit{which}. Weights fitted to what the layer has to give may lie far from the old ones and answer alike.</p><div class=\"panel\">");
        h.Line($"{new HtmlWriter.Raw(SvgChart.Bars("Signal to quantization noise of each layer's weight in dB", [.. drawn.Select(l => (l.Weight, l.SqnrDb, Decibels(l.SqnrDb)))]))}");
        h.Line($"</div><details><summary>Every layer in a table</summary><div class=\"panel\">");
        h.Table("Weights.", ["weight", "elements", "stored as", "bits a weight", "SQNR, dB"], r.Layers.Select(l => ((string?)null, (IReadOnlyList<string>)[l.Weight, Number(l.Elements), l.Encoding, l.BitsPerWeight.ToString("0.00", CultureInfo.InvariantCulture), Decibels(l.SqnrDb)])));
        h.Line($"</div></details>");
    }

    private static void Accuracy(HtmlWriter h, CompressReport r)
    {
        List<(string, double, double, double, bool)> rows = [];
        foreach ((string part, EvaluationResult before, EvaluationResult after) in ((string, EvaluationResult, EvaluationResult)[])[("selection", r.Baseline.Selection, r.Result.Selection), ("test", r.Baseline.Test, r.Result.Test)])
        {
            if (before is { Accuracy: { } a, AccuracyLow: { } al, AccuracyHigh: { } ah } && after is { Accuracy: { } b, AccuracyLow: { } bl, AccuracyHigh: { } bh })
            {
                rows.Add(($"{part} ({before.Samples}), before", al * 100, a * 100, ah * 100, false));
                rows.Add(($"{part}, after", bl * 100, b * 100, bh * 100, true));
            }
        }

        h.Line($"<h2>Accuracy</h2>");
        if (rows.Count > 0)
        {
            h.Line($"<p class=\"quiet\">With 95% intervals (Wilson). Both models saw the same samples, so that their difference is known better than either: {r.TestDrop:0.00} ± {r.TestDropMargin:0.00} points lost on the test part, {r.SelectionDrop:0.00} on the selection part.</p><div class=\"panel\">");
            h.Line($"{new HtmlWriter.Raw(SvgChart.Intervals("Accuracy before and after with 95% intervals", "%", rows))}</div>");
        }
        else
        {
            h.Line($"<p>The data have no labels; the measure is agreement with the original's answers: {r.TestAgreement * 100:0.00}% on the test part.</p>");
        }
    }

    private static void Latency(HtmlWriter h, CompressReport r)
    {
        if (r is not { Baseline.Latency: { } before, Result.Latency: { } after })
        {
            return;
        }

        h.Line($"<h2>Latency</h2><p class=\"quiet\">Milliseconds a sample, median and 5th to 95th percentile of {before.Runs} and {after.Runs} runs: ONNX Runtime, one thread of the machine that made this report. Other runtimes differ.</p><div class=\"panel\">");
        h.Line($"{new HtmlWriter.Raw(SvgChart.Intervals("Latency before and after in milliseconds", " ms", [("before", before.P5Ms, before.MedianMs, before.P95Ms, false), ("after", after.P5Ms, after.MedianMs, after.P95Ms, true)]))}</div>");
    }

    private static void Pareto(HtmlWriter h, CompressReport r)
    {
        CompressTrial[] complete = [.. r.Tried.Where(t => t.Complete)];
        h.Line($"<h2>Size against accuracy</h2><p class=\"quiet\">Every candidate; the line joins those that none beats in both, the large dot is the result, the dashed line the bound.</p><div class=\"panel\">");
        h.Line($"{new HtmlWriter.Raw(SvgChart.Pareto("Candidates by size and accuracy", $"{r.Measure}, KB", ParetoFront.Label(complete[0]), complete, ParetoFront.Floor(r, complete[0])))}");
        h.Line($"</div><details><summary>All {r.Tried.Count} candidates in a table</summary><div class=\"panel\">");
        h.Table($"Candidates, the smallest first ({r.Measure}).", ["candidate", "bytes", "samples", "accuracy", "agreement", "drop, points", "divergence, nats", "within the bound", "on the front"], r.Tried.OrderBy(t => t.Bytes).Select(t => (t.Chosen ? "chosen" : null, (IReadOnlyList<string>)
        [
            t.Name, Number(t.Bytes), Number(t.Score.Samples), t.Score.Accuracy is { } a ? Percent(a) : "–", Percent(t.Score.Agreement),
            (t.Score.Drop * 100).ToString("0.00", CultureInfo.InvariantCulture), (Math.Max(t.Score.Divergence, 0) + 0.0).ToString("0.00000", CultureInfo.InvariantCulture), t.Accepted ? "yes" : "no", t.OnFront ? "yes" : "",
        ])));
        h.Line($"</div></details>");
    }

    private static void Again(HtmlWriter h, CompressReport r)
    {
        h.Line($"<h2>Make it again</h2><p class=\"quiet\">The recipe beside the model holds every decision; replaying it gives the same bytes.</p>");
        h.Line($"<pre><code>{r.Replay}</code></pre>");
    }

    private static string Bounds(CompressReport r)
    {
        string drop = r.MaxDrop < 100 ? string.Create(CultureInfo.InvariantCulture, $"at most {r.MaxDrop} points lost") : "";
        string size = r.MaxSize is { } s ? $"at most {Number(s)} bytes of {r.Measure}" : "";
        return string.Join(", ", ((string[])[drop, size]).Where(t => t.Length > 0)) is { Length: > 0 } both ? $"Asked for: {both}." : "";
    }

    private static double After(LayerPlan layer) => layer.Elements * layer.BitsPerWeight / 8;

    private static string Signed(double points) => points.ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double part) => (part * 100).ToString("0.00", CultureInfo.InvariantCulture) + "%";

    private static string Decibels(double value) => double.IsPositiveInfinity(value) ? "exact" : double.IsFinite(value) ? value.ToString("0.0", CultureInfo.InvariantCulture) : "–";

    private static string Values(IReadOnlyList<ValueReport> values) =>
        string.Join("; ", values.Select(v => $"{v.Name}{(v.Type == "undefined" ? "" : " " + v.Type)}{(v.Shape is null ? "" : $" [{string.Join(",", v.Shape.Select(d => d < 0 ? "?" : d.ToString(CultureInfo.InvariantCulture)))}]")}"));

    private static string Operators(CompressModel model) => string.Join(", ", model.Operators.Take(12).Select(o => $"{o.Key} {o.Value}")) + (model.Operators.Count > 12 ? $" and {model.Operators.Count - 12} more" : "");

    private static string Style()
    {
        using Stream stream = typeof(CompressHtml).Assembly.GetManifestResourceStream("report.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
