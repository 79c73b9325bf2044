using System.Globalization;
using ScottPlot;
using ScottPlot.MultiplotLayouts;

namespace Pare.Evaluation;

/// <summary>Draws figures of several things side by side: a panel a figure, a lying bar a thing, the value written at its end. Stateless and thread-safe.</summary>
public static class BarChart
{
    private const int PanelWidth = 420;
    private const int BarHeight = 44;
    private const int Frame = 90;

    private static readonly Color s_spread = Color.FromHex("#444444");

    // Okabe and Ito's colours, which remain apart for the colour-blind.
    private static readonly Color[] s_colors = [.. ((string[])["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999"]).Select(c => Color.FromHex(c))];

    /// <summary>Draws.</summary>
    /// <param name="labels">The things' names, the first at the top.</param>
    /// <param name="panels">At least one figure, each with a value a name.</param>
    /// <returns>A PNG picture.</returns>
    public static byte[] Draw(IReadOnlyList<string> labels, IReadOnlyList<BarPanel> panels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(panels);
        ArgumentOutOfRangeException.ThrowIfZero(panels.Count);
        Multiplot picture = new();
        picture.AddPlots(panels.Count);
        picture.Layout = new Grid(1, panels.Count);
        for (int p = 0; p < panels.Count; p++)
        {
            // The names stand once, at the left.
            Fill(picture.GetPlot(p), p == 0 ? labels : [.. labels.Select(_ => "")], panels[p]);
        }

        return picture.Render(panels.Count * PanelWidth, Frame + (labels.Count * BarHeight)).GetImageBytes(ImageFormat.Png);
    }

    private static void Fill(Plot plot, IReadOnlyList<string> labels, BarPanel panel)
    {
        plot.Title(panel.Title, 14);
        List<Bar> bars = [];
        double largest = 0;
        for (int i = 0; i < panel.Values.Count; i++)
        {
            double value = panel.Values[i];
            if (!double.IsFinite(value))
            {
                continue;
            }

            double end = panel.Highs is { } highs && double.IsFinite(highs[i]) ? Math.Max(value, highs[i]) : value;
            largest = Math.Max(largest, end);
            double position = -i;
            bars.Add(new Bar { Position = position, Value = value, Size = 0.7, FillColor = s_colors[i % s_colors.Length], LineWidth = 0, Orientation = Orientation.Horizontal });
            if (panel.Lows is { } lows && panel.Highs is not null && double.IsFinite(lows[i]))
            {
                ScottPlot.Plottables.LinePlot spread = plot.Add.Line(lows[i], position, end, position);
                (spread.LineColor, spread.LineWidth, spread.MarkerSize) = (s_spread, 1.5f, 0);
            }

            ScottPlot.Plottables.Text text = plot.Add.Text(Number(value), end, position);
            (text.LabelAlignment, text.LabelOffsetX, text.LabelFontSize) = (Alignment.MiddleLeft, 4, 12);
        }

        if (bars.Count > 0)
        {
            plot.Add.Bars(bars).Horizontal = true;
        }

        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, labels.Count).Select(i => (double)-i)], [.. labels]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(0, largest > 0 ? largest * 1.25 : 1, 0.5 - labels.Count, 0.5);
        plot.Grid.YAxisStyle.IsVisible = false;
    }

    // Three digits, without an exponent.
    private static string Number(double value) => Math.Abs(value) >= 100 ? value.ToString("N0", CultureInfo.InvariantCulture) : value.ToString("G3", CultureInfo.InvariantCulture);
}
