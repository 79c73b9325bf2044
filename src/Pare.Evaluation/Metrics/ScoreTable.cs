using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Collects the answers of a run, a line a sample, from several threads; everything is summed up afterwards in the data's order.</summary>
internal sealed class ScoreTable(Dataset data, EvaluationOptions options)
{
    private const double SoftmaxTolerance = 2e-3;

    private readonly Line?[] _lines = new Line?[data.Items.Count];
    private readonly Lock _lock = new();
    private ClassMap? _classes;
    private int _columns;

    /// <summary>Classes of data and model, once the first batch told how many outputs there are; null before.</summary>
    public ClassMap? Classes => _classes;

    /// <summary>Scores a sample; 1 of a binary model.</summary>
    public int Columns => _columns;

    /// <summary>The lines, in the data's order; null for samples that were not read.</summary>
    public IReadOnlyList<Line?> Lines => _lines;

    /// <summary>What the labels gave rise to, and warnings about the answers.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => [.. _classes?.Diagnostics ?? [], .. AnswerChecks.Of(this)];

    /// <summary>Adds a batch; scores of rows beyond the samples (padding) are left aside.</summary>
    public void Add(IReadOnlyList<int> indices, int rows, float[] scores, float[]? logits)
    {
        ClassMap classes = ClassesFor(scores.Length, rows);
        int columns = scores.Length / rows;
        for (int i = 0; i < indices.Count; i++)
        {
            ReadOnlySpan<float> row = scores.AsSpan(i * columns, columns);
            ReadOnlySpan<float> inner = logits is not null && logits.Length == scores.Length ? logits.AsSpan(i * columns, columns) : default;
            _lines[indices[i]] = LineOf(row, inner, classes.Labels[indices[i]]);
        }
    }

    private static double Probability(ReadOnlySpan<float> logits, int index) => Math.Exp(-Scores.CrossEntropyOfLogits(logits, index));

    private Line LineOf(ReadOnlySpan<float> row, ReadOnlySpan<float> logits, int? label)
    {
        IReadOnlyList<float>? kept = options.KeepScores ? row.ToArray() : null;
        if (_columns == 1)
        {
            return new Line(row[0] >= options.Threshold ? 1 : 0, row[0], 0, label, double.NaN, double.NaN, double.NaN, false, kept);
        }

        int answer = Scores.ArgMax(row);
        float score = answer < 0 ? float.NaN : row[answer];
        bool probabilities = Scores.AreProbabilities(row);
        if (label is not { } y)
        {
            return new Line(answer, score, -1, null, double.NaN, double.NaN, double.NaN, probabilities, kept);
        }

        // Only where the softmax of what was found gives these scores is it their logits.
        bool holds = !logits.IsEmpty && answer >= 0 && Math.Abs(Probability(logits, y) - row[y]) <= SoftmaxTolerance
            && Math.Abs(Probability(logits, answer) - score) <= SoftmaxTolerance;
        return new Line(
            answer,
            score,
            Scores.RankOf(row, y),
            y,
            holds ? Scores.CrossEntropyOfLogits(logits, y) : double.NaN,
            Scores.CrossEntropyOfLogits(row, y),
            Scores.CrossEntropyOfProbabilities(row, y),
            probabilities,
            kept);
    }

    private ClassMap ClassesFor(int values, int samples)
    {
        lock (_lock)
        {
            if (_classes is null)
            {
                if (values < samples || values % samples != 0)
                {
                    throw new UsageException($"the model gives {values.ToString(CultureInfo.InvariantCulture)} values for {samples} samples: no scores a sample");
                }

                _columns = values / samples;
                _classes = ClassMap.Create(data, options.Labels, _columns);
            }

            // Without classes to compare with, outputs of any length will do (texts, boxes).
            if (values / samples != _columns && _classes.Labels.Any(l => l.HasValue))
            {
                throw new UsageException($"the model gives {values} values for {samples} samples, {_columns} a sample were expected");
            }

            return _classes;
        }
    }

    /// <summary>What is kept of a sample; cross entropies by each reading of the outputs.</summary>
    internal sealed record Line(
        int Answer, double Score, int Rank, int? Label, double EntropyOfSoftmaxInput, double EntropyAsLogits, double EntropyAsProbabilities, bool AreProbabilities, IReadOnlyList<float>? Scores);
}
