namespace Pare.Compress;

/// <summary>A model's answers over a set of samples: probabilities a sample and the answer they give.</summary>
internal sealed class AnswerSheet
{
    private AnswerSheet(float[][] probabilities, int[] answers)
    {
        Probabilities = probabilities;
        Answers = answers;
    }

    public float[][] Probabilities { get; }

    public int[] Answers { get; }

    /// <summary>Makes answers of raw outputs; whether they are probabilities already is told by <paramref name="areProbabilities"/>.</summary>
    public static AnswerSheet Create(float[][] outputs, bool areProbabilities)
    {
        float[][] p = new float[outputs.Length][];
        int[] answers = new int[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            p[i] = Probability(outputs[i], areProbabilities);
            int best = 0;
            for (int c = 1; c < p[i].Length; c++)
            {
                if (p[i][c] > p[i][best])
                {
                    best = c;
                }
            }

            answers[i] = best;
        }

        return new AnswerSheet(p, answers);
    }

    /// <summary>Whether outputs are probabilities: none outside [0, 1], each sample sums to 1 (or is a single number).</summary>
    public static bool LookLikeProbabilities(float[][] outputs)
    {
        foreach (float[] o in outputs)
        {
            double sum = 0;
            foreach (float v in o)
            {
                if (!(v >= -1e-6f && v <= 1 + 1e-4f))
                {
                    return false;
                }

                sum += v;
            }

            if (o.Length > 1 && Math.Abs(sum - 1) > 1e-2)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first answers.</summary>
    public AnswerSheet Take(int count) => new(Probabilities[..count], Answers[..count]);

    /// <summary>Compares with the original's answers.</summary>
    public CandidateScore CompareWith(AnswerSheet original, IReadOnlyList<int>? labels)
    {
        int n = Answers.Length;
        int right = 0;
        int rightBefore = 0;
        int same = 0;
        double divergence = 0;
        double soft = 0;
        double softSquares = 0;
        for (int i = 0; i < n; i++)
        {
            int truth = labels is null ? original.Answers[i] : labels[i];
            right += Answers[i] == truth ? 1 : 0;
            rightBefore += original.Answers[i] == truth ? 1 : 0;
            same += Answers[i] == original.Answers[i] ? 1 : 0;
            float[] p = original.Probabilities[i];
            float[] q = Probabilities[i];
            for (int c = 0; c < p.Length; c++)
            {
                if (p[c] > 0)
                {
                    divergence += p[c] * (Math.Log(Math.Max(p[c], 1e-9f)) - Math.Log(Math.Max(q[c], 1e-9f)));
                }
            }

            if (truth >= 0 && truth < p.Length)
            {
                double loss = p[truth] - q[truth];
                soft += loss;
                softSquares += loss * loss;
            }
        }

        double mean = n == 0 ? 0 : soft / n;
        double variance = n < 2 ? 0 : Math.Max(0, (softSquares / n) - (mean * mean));
        return new CandidateScore
        {
            Samples = n,
            Accuracy = labels is null ? null : (double)right / n,
            Agreement = n == 0 ? 1 : (double)same / n,
            Divergence = n == 0 ? 0 : divergence / n,
            Drop = n == 0 ? 0 : (double)(rightBefore - right) / n,
            SoftDrop = mean,
            SoftDropError = n == 0 ? 0 : Math.Sqrt(variance / n),
        };
    }

    private static float[] Probability(float[] output, bool areProbabilities)
    {
        float[] p = (float[])output.Clone();
        for (int c = 0; c < p.Length; c++)
        {
            // An answer that is not a number is no answer.
            if (float.IsNaN(p[c]))
            {
                p[c] = areProbabilities ? 0 : float.MinValue;
            }
        }

        if (p.Length == 1)
        {
            float one = areProbabilities ? p[0] : 1 / (1 + MathF.Exp(-p[0]));
            return [1 - one, one];
        }

        if (areProbabilities)
        {
            return p;
        }

        float largest = p.Max();
        double sum = 0;
        for (int c = 0; c < p.Length; c++)
        {
            p[c] = MathF.Exp(p[c] - largest);
            sum += p[c];
        }

        for (int c = 0; c < p.Length; c++)
        {
            p[c] = (float)(p[c] / sum);
        }

        return p;
    }
}
