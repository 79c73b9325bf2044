namespace Pare.Codecs;

/// <summary>Lloyd's iteration over raw values. Sums are taken in slices whose number depends on the data alone.</summary>
internal static class LloydSweep
{
    /// <summary>Sweeps over the values, moving each centroid to the mean of what is nearest to it; the zero stays.</summary>
    public static KMeans1DResult Run(FloatRun run, float[] centroids, bool keepZero, int sweeps, long nonFinite, int threads)
    {
        Codebook book = new(centroids);
        double error = 0;
        for (int s = 0; s < sweeps; s++)
        {
            (error, double[] counts, double[] sums) = Accumulate(run, book, threads);
            float[] moved = book.Centroids.ToArray();
            for (int c = 0; c < moved.Length; c++)
            {
                if (counts[c] > 0 && !(keepZero && moved[c] == 0))
                {
                    // Moving to the mean takes N·(mean - centroid)² off the error.
                    double mean = sums[c] / counts[c];
                    float target = (float)mean;
                    error += counts[c] * (((double)target - mean) * (target - mean) - (mean - moved[c]) * (mean - moved[c]));
                    moved[c] = target;
                }
            }

            book = new Codebook(moved);
        }

        return new KMeans1DResult(book, sweeps == 0 ? Error(run, book, threads) : error, nonFinite);
    }

    /// <summary>The weighted squared error of a codebook.</summary>
    public static double Error(FloatRun run, Codebook book, int threads) => Accumulate(run, book, threads).Error;

    private static (double Error, double[] Counts, double[] Sums) Accumulate(FloatRun run, Codebook book, int threads)
    {
        int k = book.Count;
        int slices = Math.Clamp(Math.Min(run.Length >> 16, (1 << 20) / k), 1, 64);
        double[][] counts = new double[slices][];
        double[][] sums = new double[slices][];
        double[] errors = new double[slices];
        Parallel.For(0, slices, new ParallelOptions { MaxDegreeOfParallelism = threads }, s =>
        {
            int from = (int)((long)run.Length * s / slices);
            int length = (int)((long)run.Length * (s + 1) / slices) - from;
            counts[s] = new double[k];
            sums[s] = new double[k];
            errors[s] = book.Accumulate(run.Values(from, length), run.Weights(from, length), counts[s], sums[s]);
        });
        for (int s = 1; s < slices; s++)
        {
            errors[0] += errors[s];
            for (int c = 0; c < k; c++)
            {
                counts[0][c] += counts[s][c];
                sums[0][c] += sums[s][c];
            }
        }

        return (errors[0], counts[0], sums[0]);
    }
}
