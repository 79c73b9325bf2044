namespace Pare.Evaluation;

/// <summary>Sums up a table of answers.</summary>
internal static class EvaluationSummary
{
    private const int TopCount = 5;

    public static EvaluationResult Of(ScoreTable table, Dataset data, EvaluationOptions options, IReadOnlyList<UnreadableSample> unreadable)
    {
        CrossEntropySource source = SourceOf(table);
        BinaryReading? binary = table.Columns == 1 ? BinaryReading.Of(table, options.Threshold) : null;
        List<EvaluationRow> rows = new(data.Items.Count);
        for (int i = 0; i < table.Lines.Count; i++)
        {
            if (table.Lines[i] is { } line)
            {
                rows.Add(binary is null ? Row(i, data.Items[i].Name, line, source) : binary.Row(i, data.Items[i].Name, line));
            }
        }

        EvaluationRow[] labelled = [.. rows.Where(r => r.Label.HasValue)];
        int correct = labelled.Count(r => r.IsCorrect);
        EvaluationResult result = new()
        {
            Samples = rows.Count,
            Skipped = unreadable.Count,
            Correct = correct,
            Labels = table.Classes?.Names ?? [],
            Rows = rows,
            Unreadable = unreadable,
            Threshold = binary is null ? null : options.Threshold,
        };
        if (labelled.Length == 0)
        {
            return result;
        }

        (double low, double high) = Statistics.WilsonInterval(correct, labelled.Length);
        int[][] confusion = Confusion(labelled, table.Classes!.Names.Count);
        return result with
        {
            Accuracy = (double)correct / labelled.Length,
            AccuracyLow = low,
            AccuracyHigh = high,
            Top5 = binary is null ? (double)labelled.Count(r => r.Rank is >= 0 and < TopCount) / labelled.Length : null,
            CrossEntropy = labelled.Sum(r => r.CrossEntropy) / labelled.Length,
            CrossEntropyFrom = binary is null ? source : binary.Source,
            Auc = binary is null ? null : Statistics.AreaUnderCurve([.. labelled.Select(r => r.Score)], [.. labelled.Select(r => r.Label == 1)]),
            Confusion = confusion,
            PerClass = [.. table.Classes.Names.Select((name, i) => MetricOf(name, i, confusion))],
        };
    }

    private static CrossEntropySource SourceOf(ScoreTable table)
    {
        ScoreTable.Line[] labelled = [.. table.Lines.OfType<ScoreTable.Line>().Where(l => l.Label.HasValue)];
        if (labelled.Length == 0)
        {
            return CrossEntropySource.None;
        }

        if (labelled.All(l => !double.IsNaN(l.EntropyOfSoftmaxInput)))
        {
            return CrossEntropySource.SoftmaxInput;
        }

        return labelled.All(l => l.AreProbabilities) ? CrossEntropySource.Probabilities : CrossEntropySource.Logits;
    }

    private static EvaluationRow Row(int index, string name, ScoreTable.Line line, CrossEntropySource source)
    {
        double entropy = source switch
        {
            CrossEntropySource.SoftmaxInput => line.EntropyOfSoftmaxInput,
            CrossEntropySource.Logits => line.EntropyAsLogits,
            CrossEntropySource.Probabilities => line.EntropyAsProbabilities,
            _ => double.NaN,
        };
        return new EvaluationRow(index, name, line.Label, line.Answer, line.Score, line.Rank, line.Label.HasValue ? entropy : double.NaN, line.Scores);
    }

    private static int[][] Confusion(EvaluationRow[] rows, int classes)
    {
        int[][] counts = new int[classes][];
        for (int i = 0; i < classes; i++)
        {
            counts[i] = new int[classes];
        }

        foreach (EvaluationRow r in rows)
        {
            if (r.Answer >= 0)
            {
                counts[r.Label!.Value][r.Answer]++;
            }
        }

        return counts;
    }

    private static ClassMetric MetricOf(string name, int index, int[][] confusion)
    {
        int samples = confusion[index].Sum();
        int predicted = confusion.Sum(row => row[index]);
        int correct = confusion[index][index];
        return new ClassMetric(name, index, samples, predicted, correct, (double)correct / predicted, (double)correct / samples);
    }
}
