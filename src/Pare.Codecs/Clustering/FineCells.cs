namespace Pare.Codecs;

/// <summary>
/// Cells of unequal width or of weighted values. Bins where the values crowd are cut finer, in proportion to the cube root of their mass (the density of
/// centroids that is asymptotically best: Panter and Dite, 1951). Sums are taken in a fixed number of slices, so that they do not depend on the threads.
/// </summary>
internal static class FineCells
{
    private const int Bits = 14;
    private const int Total = 1 << 17;
    private const int Slices = 4;

    /// <summary>Weights and weighted sums of the finite values; those of weight 0 or less do not count.</summary>
    public static (double[] Weights, double[] Sums) Fill(FloatRun run, float low, float high, int threads)
    {
        const int Bins = 1 << Bits;
        double scale = Bins / ((double)high - low);
        int[] starts = new int[Bins + 1];
        for (int i = 0; i <= Bins; i++)
        {
            starts[i] = i;
        }

        (double[] mass, _) = Sum(run, low, scale, starts, threads);
        double all = 0;
        foreach (double m in mass)
        {
            all += Math.Cbrt(m);
        }

        for (int i = 0; i < Bins; i++)
        {
            starts[i + 1] = starts[i] + (mass[i] > 0 ? 1 + (int)(Total * (Math.Cbrt(mass[i]) / all)) : 0);
        }

        return Sum(run, low, scale, starts, threads);
    }

    private static (double[] Weights, double[] Sums) Sum(FloatRun run, float low, double scale, int[] starts, int threads)
    {
        int cells = starts[^1];
        double[][] weights = new double[Slices][];
        double[][] sums = new double[Slices][];
        Parallel.For(0, Slices, new ParallelOptions { MaxDegreeOfParallelism = threads }, s =>
        {
            weights[s] = new double[cells];
            sums[s] = new double[cells];
            int from = (int)((long)run.Length * s / Slices);
            int length = (int)((long)run.Length * (s + 1) / Slices) - from;
            Add(run.Values(from, length), run.Weights(from, length), low, scale, starts, weights[s], sums[s]);
        });
        for (int s = 1; s < Slices; s++)
        {
            for (int i = 0; i < cells; i++)
            {
                weights[0][i] += weights[s][i];
                sums[0][i] += sums[s][i];
            }
        }

        return (weights[0], sums[0]);
    }

    private static void Add(ReadOnlySpan<float> values, ReadOnlySpan<float> given, float low, double scale, int[] starts, double[] weights, double[] sums)
    {
        int last = starts.Length - 2;
        for (int i = 0; i < values.Length; i++)
        {
            float x = values[i];
            float w = given.IsEmpty ? 1 : given[i];
            if (!float.IsFinite(x) || !(w > 0) || !float.IsFinite(w))
            {
                continue;
            }

            double t = ((double)x - low) * scale;
            int bin = Math.Min((int)t, last);
            int parts = starts[bin + 1] - starts[bin];
            int cell = starts[bin] + Math.Min((int)((t - bin) * parts), parts - 1);
            weights[cell] += w;
            sums[cell] += (double)w * x;
        }
    }
}
