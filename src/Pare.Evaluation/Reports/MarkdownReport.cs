using System.Globalization;
using System.Text;

namespace Pare.Evaluation;

/// <summary>Renders results as Markdown. Thread-safe.</summary>
public static class MarkdownReport
{
    /// <summary>Largest number of classes whose confusion matrix is written out.</summary>
    private const int LargestMatrix = 20;

    /// <summary>Renders an evaluation: figures, a table a class, and for few classes the confusion matrix.</summary>
    public static string Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        StringBuilder s = new();
        Line(s, $"| figure | value |");
        Line(s, $"|---|---|");
        Line(s, $"| samples | {result.Samples} |");
        if (result.Skipped > 0)
        {
            Line(s, $"| skipped | {result.Skipped} |");
        }

        if (result.Accuracy is { } accuracy)
        {
            Line(s, $"| accuracy | {accuracy:0.00%} ({result.Correct}/{result.PerClass.Sum(c => c.Samples)}; 95% interval {result.AccuracyLow:0.0%} to {result.AccuracyHigh:0.0%}) |");
        }

        Optional(s, "top-5", result.Top5, "0.00%");
        Optional(s, "AUC", result.Auc, "0.0000");
        if (result.CrossEntropy is { } entropy)
        {
            Line(s, $"| cross entropy | {entropy:0.######} ({Describe(result.CrossEntropyFrom)}) |");
        }

        Line(s, $"| seconds | {result.Seconds:0.00} |");
        if (result.Preprocessing is { } preprocessing)
        {
            Line(s, $"| preprocessing | {preprocessing} |");
        }

        ClassMetric[] present = [.. result.PerClass.Where(c => c.Samples > 0 || c.Predicted > 0)];
        if (present.Length > 0)
        {
            Line(s, $"");
            Line(s, $"| class | samples | correct | precision | recall |");
            Line(s, $"|---|---|---|---|---|");
            foreach (ClassMetric c in present)
            {
                Line(s, $"| {Escape(c.Label)} | {c.Samples} | {c.Correct} | {Fraction(c.Precision)} | {Fraction(c.Recall)} |");
            }
        }

        if (result.Confusion.Count is > 0 and <= LargestMatrix)
        {
            Line(s, $"");
            Line(s, $"| true \\ answer | {string.Join(" | ", result.Labels.Select(Escape))} |");
            Line(s, $"|---|{string.Concat(Enumerable.Repeat("---|", result.Labels.Count))}");
            for (int i = 0; i < result.Confusion.Count; i++)
            {
                Line(s, $"| {Escape(result.Labels[i])} | {string.Join(" | ", result.Confusion[i])} |");
            }
        }

        foreach (Diagnostic d in result.Warnings)
        {
            Line(s, $"");
            Line(s, $"> {d.Message}");
        }

        return s.ToString();
    }

    /// <summary>Renders a comparison.</summary>
    public static string Of(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        StringBuilder s = new();
        Line(s, $"| figure | value |");
        Line(s, $"|---|---|");
        Line(s, $"| samples | {result.Samples} |");
        Line(s, $"| largest difference | {result.MaxAbs:g4} |");
        Line(s, $"| mean difference | {result.MeanAbs:g4} |");
        Line(s, $"| SQNR | {result.SqnrDb:0.0} dB |");
        Line(s, $"| cosine | {result.Cosine:0.000000} |");
        Line(s, $"| changed answers | {result.ArgmaxFlips} |");
        Optional(s, "accuracy of the first", result.AccuracyA, "0.00%");
        Optional(s, "accuracy of the second", result.AccuracyB, "0.00%");
        Optional(s, "McNemar's p", result.McnemarP, "0.0000");
        if (result.WeightsChanged is { } changed)
        {
            Line(s, $"| weights changed | {changed} |");
        }

        if (result is { BytesA: { } a, BytesB: { } b })
        {
            Line(s, $"| bytes | {a} → {b} |");
        }

        return s.ToString();
    }

    /// <summary>Says what a cross entropy was computed from.</summary>
    public static string Describe(CrossEntropySource source) => source switch
    {
        CrossEntropySource.SoftmaxInput => "from the softmax's input",
        CrossEntropySource.Logits => "from the outputs as logits",
        CrossEntropySource.Probabilities => "from probabilities, floored at 1e-12",
        _ => "no classes",
    };

    private static string Fraction(double value) => double.IsNaN(value) ? "" : value.ToString("0.0%", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static void Optional(StringBuilder s, string name, double? value, string format)
    {
        if (value is { } v)
        {
            Line(s, $"| {name} | {v.ToString(format, CultureInfo.InvariantCulture)} |");
        }
    }

    private static void Line(StringBuilder s, FormattableString text) => s.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
