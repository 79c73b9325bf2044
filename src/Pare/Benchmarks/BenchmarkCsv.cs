using System.Globalization;

namespace Pare.Workflows;

/// <summary>Renders timings as comma-separated values, a row a model. Stateless and thread-safe.</summary>
public static class BenchmarkCsv
{
    /// <summary>Writes a heading and the rows. Numbers are invariant; what is unknown is empty.</summary>
    /// <param name="report">The timings.</param>
    /// <param name="writer">Receives the text; lines end with LF.</param>
    public static void Write(BenchmarkReport report, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("model,runtime,threads,batch,runs,load_ms,first_ms,warm_up_ms,min_ms,p5_ms,median_ms,mean_ms,deviation_ms,p95_ms,max_ms,model_bytes,arena_bytes,session_bytes,peak_bytes\n");
        foreach (ModelTiming t in report.Models)
        {
            string times = string.Join(',', ((double[])[t.LoadMs, t.FirstMs, t.WarmUpMs, t.MinMs, t.P5Ms, t.MedianMs, t.MeanMs, t.DeviationMs, t.P95Ms, t.MaxMs]).Select(v => v.ToString("0.####", CultureInfo.InvariantCulture)));
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Quote(t.Model)},{report.Runtime},{report.Threads},{t.Batch},{t.Runs},{times},{t.ModelBytes},{t.ArenaBytes},{t.SessionBytes},{t.PeakBytes}\n"));
        }
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
