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
        }

        Label(plot, points, widest * 1e3);
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

    // The result first, then the front, then the others where no name would cover another.
    private static void Label(Plot plot, IReadOnlyList<ParetoPoint> points, double widest)
    {
        double height = points.Max(p => p.Quality) - points.Min(p => p.Quality);
        List<ParetoPoint> labelled = [];
        foreach (ParetoPoint p in points.OrderByDescending(p => p.Chosen).ThenByDescending(p => p.OnFront))
        {
            if (labelled.Any(o => Math.Abs(o.Bytes - p.Bytes) < widest * 0.12 && Math.Abs(o.Quality - p.Quality) <= height * 0.12))
            {
                continue;
            }

            labelled.Add(p);
            ScottPlot.Plottables.Text text = plot.Add.Text(p.Name, p.Bytes / 1e3, p.Quality);
            (text.LabelAlignment, text.LabelOffsetX, text.LabelOffsetY, text.LabelFontSize) = (p.Bytes > widest * 0.75 ? Alignment.LowerRight : Alignment.LowerLeft, 6, -4, 11);
        }
    }
}
