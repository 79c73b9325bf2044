using Pare.Passes.Quantize;

namespace Pare.Passes.Prune;

/// <summary>
/// How far a model's answers (its first output) are from those of another on the same samples: the mean divergence KL(before ‖ after) where they are probabilities, else the squared
/// error over the variance. Thread-safe.
/// </summary>
internal sealed class AnswerDistance
{
    private readonly IModelRunner _runner;
    private readonly SampleBatches _samples;
    private readonly ParallelOptions _parallel;
    private readonly float[][] _expected;
    private readonly bool _probabilities;
    private readonly int _columns;
    private readonly double _variance;

    public AnswerDistance(IModelRunner runner, Model before, SampleBatches samples, int threads)
    {
        _runner = runner;
        _samples = samples;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) };
        _expected = Answers(before, out _columns);
        _probabilities = _columns > 1 && _expected.All(AreProbabilities);
        double mean = _expected.Sum(r => r.Sum(v => (double)v)) / Math.Max(1, _expected.Sum(r => r.LongLength));
        _variance = Math.Max(1e-30, _expected.Sum(r => r.Sum(v => (v - mean) * (v - mean))));
    }

    /// <summary>The distance of a model's answers; infinite where they are no numbers.</summary>
    public double Of(Model after)
    {
        float[][] got = Answers(after, out _);
        double sum = 0;
        long rows = 0;
        for (int b = 0; b < got.Length; b++)
        {
            float[] e = _expected[b];
            rows += e.Length / Math.Max(1, _columns);
            for (int i = 0; i < e.Length; i++)
            {
                sum += _probabilities
                    ? e[i] <= 0 ? 0 : e[i] * Math.Log(e[i] / Math.Max(got[b][i], 1e-12))
                    : (e[i] - got[b][i]) * (double)(e[i] - got[b][i]);
            }
        }

        double distance = _probabilities ? sum / Math.Max(1, rows) : sum / _variance;
        return double.IsNaN(distance) ? double.PositiveInfinity : Math.Max(0, distance);
    }

    private bool AreProbabilities(float[] rows)
    {
        for (int r = 0; r < rows.Length; r += _columns)
        {
            ReadOnlySpan<float> row = rows.AsSpan(r, _columns);
            double sum = 0;
            foreach (float v in row)
            {
                if (!(v >= 0))
                {
                    return false;
                }

                sum += v;
            }

            if (Math.Abs(sum - 1) > 1e-3)
            {
                return false;
            }
        }

        return true;
    }

    private float[][] Answers(Model model, out int columns)
    {
        using IModelSession session = _runner.Load(model, new SessionOptions { Threads = 1, QuickStart = true });
        float[][] answers = new float[_samples.Batches.Count][];
        int[] widths = new int[answers.Length];
        Parallel.For(0, answers.Length, _parallel, b =>
        {
            TensorData output = session.Run(_samples.Batches[b])[0];
            answers[b] = output.ToFloats();
            widths[b] = output.Shape.Rank == 0 ? 1 : (int)output.Shape[-1];
        });
        columns = widths.Length == 0 ? 1 : Math.Max(1, widths[0]);
        return answers;
    }
}
