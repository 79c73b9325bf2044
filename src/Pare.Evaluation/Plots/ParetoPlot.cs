using ScottPlot;

namespace Pare.Evaluation;

/// <summary>Draws candidates by size and quality, with the front of those that none beats in both. Stateless and thread-safe.</summary>
public static class ParetoPlot
{
    private const int Width = 900;
    private const int Height = 560;

    private static readonly Color s_other = Color.FromHex("#8fa8c8");
    private static readonly Color s_front = Color.FromHex("#0072B2");
    private static readonly Color s_chosen = Color.FromHex("#D55E00");

    /// <summary>Draws.</summary>
    /// <param name="points">At least one candidate.</param>
    /// <param name="sizeLabel">What the size is, such as <c>gzip, KB</c>; sizes are drawn in KB.</param>
    /// <param name="qualityLabel">What the quality is.</param>
    /// <param name="floor">The least quality allowed, drawn as a line; null for none.</param>
    /// <returns>A PNG picture.</returns>
    public static byte[] Draw(IReadOnlyList<ParetoPoint> points, string sizeLabel, string qualityLabel, double? floor = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentOutOfRangeException.ThrowIfZero(points.Count);
        using Plot plot = new();
        double widest = points.Max(p => p.Bytes) / 1e3;
        ParetoPoint[] front = [.. points.Where(p => p.OnFront).OrderBy(p => p.Bytes)];
        ScottPlot.Plottables.Scatter line = plot.Add.Scatter([.. front.Select(p => p.Bytes / 1e3)], (double[])[.. front.Select(p => p.Quality)]);
        (line.Color, line.LineWidth, line.MarkerSize) = (s_front, 1.5f, 0);
        foreach (ParetoPoint p in points)
        {
            ScottPlot.Plottables.Marker marker = plot.Add.Marker(p.Bytes / 1e3, p.Quality);
            (marker.Color, marker.Size, marker.Shape) = p.Chosen ? (s_chosen, 14, MarkerShape.FilledDiamond) : p.OnFront ? (s_front, 9, MarkerShape.FilledCircle) : (s_other, 6, MarkerShape.OpenCircle);
            // Names of neighbours would cover each other.
            bool crowded = points.Any(o => o.Chosen && !p.Chosen && Math.Abs(o.Bytes - p.Bytes) < widest * 1e3 * 0.1);
            if ((p.OnFront && !crowded) || p.Chosen)
            {
                ScottPlot.Plottables.Text text = plot.Add.Text(p.Name, p.Bytes / 1e3, p.Quality);
                (text.LabelAlignment, text.LabelOffsetX, text.LabelOffsetY, text.LabelFontSize) = (Alignment.LowerLeft, 6, -4, 11);
            }
        }

        if (floor is { } least)
        {
            ScottPlot.Plottables.HorizontalLine bound = plot.Add.HorizontalLine(least);
            (bound.Color, bound.LineWidth, bound.LinePattern) = (s_chosen, 1, LinePattern.Dashed);
        }

        plot.XLabel(sizeLabel);
        plot.YLabel(qualityLabel);
        double[] heights = [.. points.Where(p => p.OnFront || p.Chosen).Select(p => p.Quality), .. floor is { } f ? (double[])[f] : []];
        double margin = Math.Max((heights.Max() - heights.Min()) * 0.15, 0.2);
        plot.Axes.SetLimits(0, widest * 1.15, heights.Min() - margin, heights.Max() + margin);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }
}
