using System.Buffers;
using Pare.Codecs;

namespace Pare.Passes.Round;

/// <summary>
/// Picks the values a tensor snaps to: the optimal ones for their number, zero among them, and no more of them than it takes to make as little error as N
/// equal steps over the range would. The number comes from the high-rate law of Panter and Dite (1951), error = (∫p^(1/3))³ / (12 k²), taken on a sample.
/// </summary>
internal static class ErrorMatchedLevels
{
    private const int Block = 1024;
    private const int Blocks = 48;
    private const int Bins = 512;
    private const int Refits = 2;
    private const int RefitUpTo = 1 << 18;

    /// <summary>The codebook; null where the tensor has no more distinct values than allowed.</summary>
    /// <param name="values">Finite values, not all equal.</param>
    /// <param name="low">The lowest.</param>
    /// <param name="high">The highest.</param>
    /// <param name="levels">How many equal steps set the error, and the most values it may get.</param>
    /// <param name="threads">Threads to use.</param>
    public static Codebook? Find(ReadOnlySpan<float> values, float low, float high, int levels, int threads)
    {
        (bool few, int wanted) = Look(values, low, high, levels);
        KMeans1DResult result = KMeans1D.Cluster(values, wanted, new KMeans1DOptions { KeepZero = !few, Quick = true, Threads = threads });
        if (few && result.SquaredError > 0)
        {
            result = KMeans1D.Cluster(values, wanted, new KMeans1DOptions { KeepZero = true, Quick = true, Threads = threads });
        }

        // The law holds for many levels; where another fit is cheap, take as many more as the error asks for.
        double step = ((double)Math.Max(high, 0) - Math.Min(low, 0)) / levels;
        double target = values.Length * step * step / 12;
        for (int fit = 0; fit < Refits && !few && values.Length <= RefitUpTo && result.SquaredError > target && wanted < levels; fit++)
        {
            wanted = Math.Min(levels, Math.Max(wanted + 1, (int)Math.Ceiling(wanted * Math.Sqrt(result.SquaredError / target))));
            result = KMeans1D.Cluster(values, wanted, new KMeans1DOptions { KeepZero = true, Quick = true, Threads = threads });
        }

        return result.SquaredError > 0 ? result.Codebook : null;
    }

    // Whether the sample shows no more values than allowed, and how many levels to take.
    private static (bool Few, int Wanted) Look(ReadOnlySpan<float> values, float low, float high, int levels)
    {
        if (values.Length <= Block * Blocks)
        {
            return AreFew(values, levels) ? (true, levels) : (false, Wanted(values, low, high, levels));
        }

        float[] rented = ArrayPool<float>.Shared.Rent(Block * Blocks);
        Span<float> sample = rented.AsSpan(0, Block * Blocks);
        for (int b = 0; b < Blocks; b++)
        {
            values.Slice((int)((values.Length - Block) * (long)b / (Blocks - 1)), Block).CopyTo(sample[(b * Block)..]);
        }

        bool few = AreFew(sample, levels);
        int wanted = few ? levels : Wanted(sample, low, high, levels);
        ArrayPool<float>.Shared.Return(rented);
        return (few, wanted);
    }

    private static bool AreFew(ReadOnlySpan<float> sample, int levels)
    {
        HashSet<int> distinct = [];
        foreach (float x in sample)
        {
            if (distinct.Add(x == 0 ? 0 : BitConverter.SingleToInt32Bits(x)) && distinct.Count > levels)
            {
                return false;
            }
        }

        return true;
    }

    private static int Wanted(ReadOnlySpan<float> sample, float low, float high, int levels)
    {
        double range = (double)Math.Max(high, 0) - Math.Min(low, 0);
        double width = ((double)high - low) / Bins;
        int[] counts = new int[Bins];
        foreach (float x in sample)
        {
            counts[Math.Clamp((int)((x - (double)low) / width), 0, Bins - 1)]++;
        }

        double integral = 0;
        foreach (int c in counts)
        {
            integral += Math.Cbrt((double)c / sample.Length * width * width);
        }

        double wanted = Math.Ceiling(Math.Pow(integral, 1.5) * levels / range) + 1;
        return wanted >= 2 && wanted <= levels ? (int)wanted : levels;
    }
}
