namespace Pare.Evaluation;

/// <summary>Arithmetic on one sample's scores. Thread-safe.</summary>
public static class Scores
{
    /// <summary>Probabilities below this are taken as this, so that a logarithm stays finite.</summary>
    public const double ProbabilityFloor = 1e-12;

    /// <summary>The index of the largest score, the lowest among equals; NaN never wins. -1 where all are NaN or there are none.</summary>
    public static int ArgMax(ReadOnlySpan<float> scores)
    {
        int best = -1;
        for (int i = 0; i < scores.Length; i++)
        {
            if (!float.IsNaN(scores[i]) && (best < 0 || scores[i] > scores[best]))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>How many scores stand before the one at <paramref name="index"/> in descending order (of equals, the lower index first).</summary>
    public static int RankOf(ReadOnlySpan<float> scores, int index)
    {
        float own = scores[index];
        int before = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] > own || (scores[i] == own && i < index) || (float.IsNaN(own) && !float.IsNaN(scores[i])))
            {
                before++;
            }
        }

        return before;
    }

    /// <summary>The indices of the largest scores, descending, the lower index first among equals.</summary>
    public static int[] Top(ReadOnlySpan<float> scores, int count)
    {
        float[] keys = scores.ToArray();
        int[] order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => keys[a].Equals(keys[b]) ? a.CompareTo(b) : keys[b].CompareTo(keys[a]));
        return order[..Math.Min(count, order.Length)];
    }

    /// <summary>Cross entropy of logits, in nats: <c>log Σ exp(z) - z_label</c>, the largest taken out first.</summary>
    public static double CrossEntropyOfLogits(ReadOnlySpan<float> logits, int label)
    {
        double max = double.NegativeInfinity;
        foreach (float z in logits)
        {
            max = Math.Max(max, z);
        }

        double sum = 0;
        foreach (float z in logits)
        {
            sum += Math.Exp(z - max);
        }

        return max + Math.Log(sum) - logits[label];
    }

    /// <summary>Cross entropy of probabilities, in nats: <c>-log max(p_label, 1e-12)</c>.</summary>
    public static double CrossEntropyOfProbabilities(ReadOnlySpan<float> probabilities, int label) => -Math.Log(Math.Max(probabilities[label], ProbabilityFloor));

    /// <summary>Cross entropy of the probability of "yes", in nats.</summary>
    public static double BinaryCrossEntropy(double probability, bool yes) => -Math.Log(Math.Max(yes ? probability : 1 - probability, ProbabilityFloor));

    /// <summary>Whether scores are probabilities of classes that exclude each other: none below 0, sum 1 (within 0.05, for 8-bit outputs).</summary>
    public static bool AreProbabilities(ReadOnlySpan<float> scores)
    {
        double sum = 0;
        foreach (float s in scores)
        {
            if (!(s >= -1e-6f))
            {
                return false;
            }

            sum += s;
        }

        return Math.Abs(sum - 1) <= 0.05;
    }

    /// <summary>The logistic function.</summary>
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}
