using System.Globalization;

namespace Pare.Workflows;

/// <summary>
/// Reads the summary that the TensorFlow Lite profiler prints (<c>profile_summarizer</c>): tables of operators in their order with first and mean milliseconds, the operators that XNNPACK took in a
/// second part. Stateless.
/// </summary>
internal static class LiteRtProfile
{
    private const string Delegate = "TfLiteXNNPackDelegate";
    private const string DelegatePart = "Delegate internal:";
    private const string DelegatePrefix = "Delegate/";
    private const int Columns = 8;

    /// <summary>The operators, each with its mean microseconds a run, the first run left out where there are more.</summary>
    /// <exception cref="IOException">It is not such a summary.</exception>
    public static OperatorProfile Read(string summary, int runs)
    {
        List<OperatorRun> operators = [];
        bool ordered = false;
        bool inner = false;
        foreach (string line in summary.Split('\n'))
        {
            if (line.StartsWith("====", StringComparison.Ordinal))
            {
                ordered = line.Contains("Run Order", StringComparison.Ordinal);
            }
            else if (line.StartsWith(DelegatePart, StringComparison.Ordinal))
            {
                inner = true;
            }
            else if (ordered && Row(line, inner) is { } row)
            {
                operators.Add(row);
            }
        }

        // The time of what a delegate took is told once as a whole, and again operator by operator.
        OperatorRun[] told = [.. operators.Where(o => !inner || o.Operator != Delegate)];
        return told.Length == 0 ? throw new IOException("the runtime's profile names no operators: a newer package may print it otherwise") : OperatorProfile.Of(told, 1) with { Runs = runs };
    }

    private static OperatorRun? Row(string line, bool inner)
    {
        string[] cells = line.Split('\t', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (cells.Length != Columns || !Number(cells[1], out double first) || !Number(cells[2], out double mean) || !Number(cells[6], out double calls))
        {
            return null;
        }

        double steady = calls > 1 ? Math.Max(0, ((mean * calls) - first) / (calls - 1)) : mean;
        string node = cells[7];
        string type = cells[0];
        if (inner)
        {
            // "Delegate/Convolution (NHWC, QC8) IGEMM:3"
            node = node.StartsWith(DelegatePrefix, StringComparison.Ordinal) ? node[DelegatePrefix.Length..] : node;
            int colon = node.LastIndexOf(':');
            type = colon > 0 ? node[..colon] : node;
        }

        return new OperatorRun(0, node, type, steady * 1000, 0);
    }

    private static bool Number(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
