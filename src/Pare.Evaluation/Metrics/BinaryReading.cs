namespace Pare.Evaluation;

/// <summary>Reads a lone output column as the probability of "yes": as it is where all values lie within 0 to 1, else through the logistic function.</summary>
internal sealed class BinaryReading
{
    private readonly bool _logits;
    private readonly double _threshold;

    private BinaryReading(bool logits, double threshold)
    {
        _logits = logits;
        _threshold = threshold;
    }

    public CrossEntropySource Source => _logits ? CrossEntropySource.Logits : CrossEntropySource.Probabilities;

    public static BinaryReading Of(ScoreTable table, double threshold) => new(table.Lines.Any(l => l is { Score: < 0 or > 1 }), threshold);

    public EvaluationRow Row(int index, string name, ScoreTable.Line line)
    {
        double p = _logits ? Scores.Sigmoid(line.Score) : line.Score;
        int answer = double.IsNaN(p) ? -1 : p >= _threshold ? 1 : 0;
        double entropy = double.NaN;
        if (line.Label is { } label)
        {
            double z = label == 1 ? -line.Score : line.Score;

            // log(1 + exp z) without overflow.
            entropy = _logits ? Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) : Scores.BinaryCrossEntropy(p, label == 1);
        }

        return new EvaluationRow(index, name, line.Label, answer, p, answer == line.Label ? 0 : 1, entropy, line.Scores);
    }
}
