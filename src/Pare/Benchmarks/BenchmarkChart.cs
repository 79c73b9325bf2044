using Pare.Evaluation;

namespace Pare.Workflows;

/// <summary>Draws timings of several models side by side: latency, and what the models and their runs take in memory. Stateless and thread-safe.</summary>
public static class BenchmarkChart
{
    /// <summary>Draws.</summary>
    /// <param name="report">Timings of at least one model.</param>
    /// <returns>A PNG picture.</returns>
    public static byte[] Draw(BenchmarkReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        IReadOnlyList<ModelTiming> models = report.Models;
        List<BarPanel> panels =
        [
            new("median latency, ms", [.. models.Select(m => m.MedianMs)]) { Lows = [.. models.Select(m => m.P5Ms)], Highs = [.. models.Select(m => m.P95Ms)] },
            new("model file, MB", [.. models.Select(m => m.ModelBytes / 1e6)]),
        ];
        if (models.Any(m => m.ArenaBytes is not null))
        {
            panels.Add(new("model and tensor arena, MB", [.. models.Select(m => m.ArenaBytes is { } a ? (m.ModelBytes + a) / 1e6 : double.NaN)]));
        }

        panels.Add(new("memory of the session, MB", [.. models.Select(m => m.SessionBytes / 1e6)]));
        return BarChart.Draw([.. models.Select(m => Path.GetFileName(m.Model))], panels);
    }
}
