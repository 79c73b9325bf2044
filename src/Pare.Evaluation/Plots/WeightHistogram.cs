using ScottPlot;
using ScottPlot.MultiplotLayouts;

namespace Pare.Evaluation;

/// <summary>
/// Draws how the weights of a model are spread: a panel a tensor, 50 bins between the 1st and the 99th percentile, and where a tensor has few distinct values (clustered or rounded) a line for each of these
/// centroids, as high as the share of the values it stands for would make the bins around it. Of two models the second is drawn over the first. Stateless and thread-safe.
/// </summary>
public static class WeightHistogram
{
    private const int Smallest = 16;
    private const int Columns = 3;
    private const int PanelWidth = 480;
    private const int PanelHeight = 320;

    private static readonly Color s_before = Color.FromHex("#8fa8c8");
    private static readonly Color s_after = Color.FromHex("#d98c3f").WithAlpha(0.5);
    private static readonly Color s_centroid = Color.FromHex("#b3261e");

    /// <summary>Draws the largest floating-point tensors of a model, or of two models side by side.</summary>
    /// <param name="before">The model, or the first of two.</param>
    /// <param name="after">The second model, whose constants bear the same names; null for one model.</param>
    /// <param name="tensors">How many tensors at most.</param>
    /// <returns>A PNG picture.</returns>
    /// <exception cref="UsageException">The model has no floating-point constants that could be drawn, or the second shares none with it.</exception>
    public static byte[] Draw(Model before, Model? after = null, int tensors = 12)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentOutOfRangeException.ThrowIfLessThan(tensors, 1);
        Dictionary<string, Value> others = new(StringComparer.Ordinal);
        foreach (Value v in after is null ? [] : Weights(after))
        {
            others.TryAdd(v.Name, v);
        }

        Value[] chosen = [.. Weights(before).Where(v => after is null || others.ContainsKey(v.Name)).OrderByDescending(v => v.Constant!.Count).Take(tensors)];
        if (chosen.Length == 0)
        {
            throw new UsageException(after is null ? "the model has no floating-point constants to draw" : "the models share no floating-point constants by name; draw each by itself");
        }

        int columns = Math.Min(Columns, chosen.Length);
        int rows = (chosen.Length + columns - 1) / columns;
        Multiplot picture = new();
        picture.AddPlots(chosen.Length);
        picture.Layout = new Grid(rows, columns);
        for (int i = 0; i < chosen.Length; i++)
        {
            Fill(picture.GetPlot(i), chosen[i], after is null ? null : others[chosen[i].Name]);
        }

        return picture.Render(columns * PanelWidth, rows * PanelHeight).GetImageBytes(ImageFormat.Png);
    }

    private static IEnumerable<Value> Weights(Model model) =>
        model.Graph.Constants.Where(v => v.Constant is { Count: >= Smallest, Type: DataType.Float32 or DataType.Float64 or DataType.Float16 or DataType.BFloat16 });

    private static void Fill(Plot plot, Value value, Value? other)
    {
        plot.Title($"{value.Name}  {value.Constant!.Shape}", 12);
        plot.HideGrid();
        if (WeightDistribution.Of(value.Constant) is not { } own)
        {
            return;
        }

        Draw(plot, own, s_before);
        if (other is not null && WeightDistribution.Of(other.Constant!, own) is { } second)
        {
            Draw(plot, second, s_after);
        }

        plot.Axes.SetLimitsX(own.Low, own.High);
        plot.Axes.SetLimitsY(0, own.Shares.Max() * 1.15);
    }

    private static void Draw(Plot plot, WeightDistribution spread, Color color)
    {
        if (spread.Centroids.Count == 0)
        {
            Bar[] bars = [.. spread.Shares.Select((s, i) => new Bar { Position = spread.Low + ((i + 0.5) * spread.Width), Value = s, Size = spread.Width, FillColor = color, LineWidth = 0 })];
            plot.Add.Bars(bars);
            return;
        }

        for (int i = 0; i < spread.Centroids.Count; i++)
        {
            (double at, double share) = spread.Centroids[i];
            double left = i > 0 ? spread.Centroids[i - 1].Value : spread.Low;
            double right = i + 1 < spread.Centroids.Count ? spread.Centroids[i + 1].Value : spread.High;
            double cell = Math.Max((right - left) / 2, spread.Width * 1e-3);
            ScottPlot.Plottables.LinePlot line = plot.Add.Line(at, 0, at, share * spread.Width / cell);
            line.LineColor = s_centroid;
            line.LineWidth = 1;
            line.MarkerSize = 0;
        }
    }
}
