using System.Globalization;
using System.Net;
using System.Text;

namespace Pare.Compress;

/// <summary>Writes HTML: what is put in is escaped, numbers are invariant, lines end with LF. Not thread-safe.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Text made safe for HTML and attribute values.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Appends a line of HTML; every value put in is escaped unless it is <see cref="Raw"/>.</summary>
    public HtmlWriter Line(FormattableString html)
    {
        object?[] arguments = [.. html.GetArguments().Select(a => a switch
        {
            Raw raw => raw.Html,
            string s => Escape(s),
            _ => a,
        })];
        _text.AppendFormat(CultureInfo.InvariantCulture, html.Format, arguments).Append('\n');
        return this;
    }

    /// <summary>A table with a caption; cells are escaped.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="heads">The columns' heads.</param>
    /// <param name="rows">The rows, each with a class for its style or null.</param>
    public void Table(string caption, IReadOnlyList<string> heads, IEnumerable<(string? Style, IReadOnlyList<string> Cells)> rows)
    {
        Line($"<table><caption>{caption}</caption>");
        Line($"<thead><tr>{new Raw(string.Concat(heads.Select(h => $"<th scope=\"col\">{Escape(h)}</th>")))}</tr></thead><tbody>");
        foreach ((string? style, IReadOnlyList<string> cells) in rows)
        {
            Line($"<tr{new Raw(style is null ? "" : $" class=\"{style}\"")}>{new Raw(string.Concat(cells.Select(c => $"<td>{Escape(c)}</td>")))}</tr>");
        }

        Line($"</tbody></table>");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>HTML that is put in as it is.</summary>
    /// <param name="Html">The text.</param>
    public sealed record Raw(string Html);
}
