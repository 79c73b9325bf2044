using System.Globalization;
using System.Text;

namespace Pare.Compress;

/// <summary>Draws charts as SVG elements whose colours the page's style gives; each has a title for those who cannot see it. Stateless and thread-safe.</summary>
internal static class SvgChart
{
    private const int Width = 900;
    private const int Labels = 260;
    private const int Row = 34;

    /// <summary>Two lying bars a row: before and after.</summary>
    public static string Pairs(string title, IReadOnlyList<(string Label, double Before, double After, string Text)> rows)
    {
        StringBuilder s = Begin(title, (rows.Count * Row) + 10);
        double largest = rows.Count == 0 ? 1 : Math.Max(1e-12, rows.Max(r => Math.Max(r.Before, r.After)));
        double scale = (Width - Labels - 190) / largest;
        for (int i = 0; i < rows.Count; i++)
        {
            (string label, double before, double after, string text) = rows[i];
            int y = (i * Row) + 6;
            Add(s, $"<text x=\"{Labels - 8}\" y=\"{y + 17}\" text-anchor=\"end\">{Short(label)}<title>{HtmlWriter.Escape(label)}</title></text>");
            Add(s, $"<rect class=\"before\" x=\"{Labels}\" y=\"{y}\" width=\"{before * scale:0.0}\" height=\"11\" rx=\"2\"/>");
            Add(s, $"<rect class=\"after\" x=\"{Labels}\" y=\"{y + 12}\" width=\"{Math.Max(after * scale, 1):0.0}\" height=\"11\" rx=\"2\"/>");
            Add(s, $"<text class=\"quiet\" x=\"{Labels + (Math.Max(before, after) * scale) + 8:0.0}\" y=\"{y + 17}\">{HtmlWriter.Escape(text)}</text>");
        }

        return End(s);
    }

    /// <summary>A lying bar a row.</summary>
    public static string Bars(string title, IReadOnlyList<(string Label, double Value, string Text)> rows)
    {
        const int Thin = 24;
        StringBuilder s = Begin(title, (rows.Count * Thin) + 10);
        double[] finite = [.. rows.Select(r => r.Value).Where(double.IsFinite)];
        double largest = finite.Length == 0 ? 1 : Math.Max(1e-12, finite.Max());
        double scale = (Width - Labels - 120) / largest;
        for (int i = 0; i < rows.Count; i++)
        {
            (string label, double value, string text) = rows[i];
            int y = (i * Thin) + 6;
            double length = double.IsFinite(value) ? Math.Max(0, value * scale) : double.IsPositiveInfinity(value) ? largest * scale : 0;
            Add(s, $"<text x=\"{Labels - 8}\" y=\"{y + 12}\" text-anchor=\"end\">{Short(label)}<title>{HtmlWriter.Escape(label)}</title></text>");
            Add(s, $"<rect class=\"{(double.IsFinite(value) ? "after" : "before")}\" x=\"{Labels}\" y=\"{y}\" width=\"{length:0.0}\" height=\"15\" rx=\"2\"/>");
            Add(s, $"<text class=\"quiet\" x=\"{Labels + length + 8:0.0}\" y=\"{y + 12}\">{HtmlWriter.Escape(text)}</text>");
        }

        return End(s);
    }

    /// <summary>A point with an interval a row, on a common axis.</summary>
    public static string Intervals(string title, string unit, IReadOnlyList<(string Label, double Low, double Value, double High, bool After)> rows)
    {
        int height = (rows.Count * Row) + 34;
        StringBuilder s = Begin(title, height);
        double low = rows.Min(r => r.Low);
        double high = rows.Max(r => r.High);
        double margin = Math.Max((high - low) * 0.08, 1e-6);
        (low, high) = (low - margin, high + margin);
        double X(double v) => Labels + ((v - low) / (high - low) * (Width - Labels - 130));
        foreach (double tick in Ticks(low, high))
        {
            Add(s, $"<line class=\"axis\" x1=\"{X(tick):0.0}\" y1=\"0\" x2=\"{X(tick):0.0}\" y2=\"{height - 24}\"/><text class=\"quiet\" x=\"{X(tick):0.0}\" y=\"{height - 8}\" text-anchor=\"middle\">{tick:0.####}{unit}</text>");
        }

        for (int i = 0; i < rows.Count; i++)
        {
            (string label, double from, double value, double to, bool after) = rows[i];
            int y = (i * Row) + 18;
            Add(s, $"<text x=\"{Labels - 8}\" y=\"{y + 4}\" text-anchor=\"end\">{HtmlWriter.Escape(label)}</text>");
            Add(s, $"<line class=\"whisker\" x1=\"{X(from):0.0}\" y1=\"{y}\" x2=\"{X(to):0.0}\" y2=\"{y}\"/><line class=\"whisker\" x1=\"{X(from):0.0}\" y1=\"{y - 5}\" x2=\"{X(from):0.0}\" y2=\"{y + 5}\"/><line class=\"whisker\" x1=\"{X(to):0.0}\" y1=\"{y - 5}\" x2=\"{X(to):0.0}\" y2=\"{y + 5}\"/>");
            Add(s, $"<circle class=\"{(after ? "after" : "before")}\" cx=\"{X(value):0.0}\" cy=\"{y}\" r=\"6\"/><text class=\"quiet\" x=\"{X(to) + 10:0.0}\" y=\"{y + 4}\">{value:0.##}{unit}</text>");
        }

        return End(s);
    }

    /// <summary>Candidates by size and accuracy, with the front of those that none beats.</summary>
    public static string Pareto(string title, string sizeLabel, string accuracyLabel, IReadOnlyList<CompressTrial> trials, double? floor)
    {
        const int Height = 420;
        const int Left = 64;
        const int Bottom = 48;
        StringBuilder s = Begin(title, Height);
        CompressTrial[] front = [.. trials.Where(t => t.OnFront).OrderBy(t => t.Bytes)];
        double widest = trials.Max(t => t.Bytes) / 1e3 * 1.08;
        double[] heights = [.. trials.Where(t => t.OnFront || t.Chosen || t.Accepted).Select(t => ParetoFront.Quality(t)), .. floor is { } f ? (double[])[f] : []];
        double margin = Math.Max((heights.Max() - heights.Min()) * 0.12, 0.2);
        (double low, double high) = (heights.Min() - margin, heights.Max() + margin);
        double X(double kilobytes) => Left + (kilobytes / widest * (Width - Left - 20));
        double Y(double percent) => 12 + ((high - percent) / (high - low) * (Height - Bottom - 12));
        foreach (double tick in Ticks(low, high))
        {
            Add(s, $"<line class=\"axis\" x1=\"{Left}\" y1=\"{Y(tick):0.0}\" x2=\"{Width - 20}\" y2=\"{Y(tick):0.0}\"/><text class=\"quiet\" x=\"{Left - 8}\" y=\"{Y(tick) + 4:0.0}\" text-anchor=\"end\">{tick:0.###}</text>");
        }

        foreach (double tick in Ticks(0, widest))
        {
            Add(s, $"<line class=\"axis\" x1=\"{X(tick):0.0}\" y1=\"12\" x2=\"{X(tick):0.0}\" y2=\"{Height - Bottom}\"/><text class=\"quiet\" x=\"{X(tick):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{tick:0.####}</text>");
        }

        Add(s, $"<text class=\"quiet\" x=\"{Width - 20}\" y=\"{Height - 8}\" text-anchor=\"end\">{HtmlWriter.Escape(sizeLabel)}</text><text class=\"quiet\" x=\"{Left + 6}\" y=\"26\">{HtmlWriter.Escape(accuracyLabel)}</text>");
        if (floor is { } least)
        {
            Add(s, $"<line class=\"floor\" x1=\"{Left}\" y1=\"{Y(least):0.0}\" x2=\"{Width - 20}\" y2=\"{Y(least):0.0}\"><title>the bound</title></line>");
        }

        Add(s, $"<polyline class=\"front\" points=\"{string.Join(' ', front.Select(t => string.Create(CultureInfo.InvariantCulture, $"{X(t.Bytes / 1e3):0.0},{Y(ParetoFront.Quality(t)):0.0}")))}\"/>");
        foreach (CompressTrial t in trials.Where(t => ParetoFront.Quality(t) >= low))
        {
            double y = Y(ParetoFront.Quality(t));
            string tip = string.Create(CultureInfo.InvariantCulture, $"{t.Name}: {t.Bytes:N0} bytes, {ParetoFront.Quality(t):0.00}");
            Add(s, $"<circle class=\"{(t.Chosen ? "mark" : t.OnFront ? "after" : "other")}\" cx=\"{X(t.Bytes / 1e3):0.0}\" cy=\"{y:0.0}\" r=\"{(t.Chosen ? 8 : t.OnFront ? 5 : 4)}\"><title>{HtmlWriter.Escape(tip)}</title></circle>");
        }

        return End(s);
    }

    private static StringBuilder Begin(string title, int height)
    {
        StringBuilder s = new();
        Add(s, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{HtmlWriter.Escape(title)}\"><title>{HtmlWriter.Escape(title)}</title>");
        return s;
    }

    private static string End(StringBuilder s) => s.Append("</svg>").ToString();

    private static void Add(StringBuilder s, FormattableString text) => s.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    // The end of a long name tells more than its beginning.
    private static string Short(string label)
    {
        const int Longest = 36;
        return HtmlWriter.Escape(label.Length <= Longest ? label : "…" + label[^(Longest - 1)..]);
    }

    // At most about six round numbers.
    private static IEnumerable<double> Ticks(double low, double high)
    {
        double raw = (high - low) / 5;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = (raw / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 } * power;
        for (double t = Math.Ceiling(low / step) * step; t <= high; t += step)
        {
            // Without the sign of a negative zero.
            yield return Math.Round(t, 10) + 0.0;
        }
    }
}
