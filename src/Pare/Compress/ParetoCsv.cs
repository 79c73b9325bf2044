using System.Globalization;
using System.Text;

namespace Pare.Compress;

/// <summary>Renders the candidates of a search as comma-separated values, the smallest first. Stateless and thread-safe.</summary>
internal static class ParetoCsv
{
    /// <summary>A heading and a row a candidate. Accuracy is empty without labels; <c>samples</c> is less than the selection where a candidate was plainly too coarse.</summary>
    public static string Of(CompressReport report)
    {
        StringBuilder s = new("candidate,bytes,samples,accuracy,agreement,drop_points,divergence_nats,within,on_front,chosen\n");
        foreach (CompressTrial t in report.Tried.OrderBy(t => t.Bytes).ThenBy(t => t.Name, StringComparer.Ordinal))
        {
            s.Append(CultureInfo.InvariantCulture, $"{Quote(t.Name)},{t.Bytes},{t.Score.Samples},{t.Score.Accuracy:0.######},{t.Score.Agreement:0.######},{t.Score.Drop * 100:0.####},{t.Score.Divergence:0.######},{Flag(t.Accepted)},{Flag(t.OnFront)},{Flag(t.Chosen)}\n");
        }

        return s.ToString();
    }

    private static int Flag(bool value) => value ? 1 : 0;

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
