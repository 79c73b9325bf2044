namespace Pare.Benchmarks;

/// <summary>Arrays that look like trained weights and that anybody can make again: sums of three uniform numbers times a varying width, from splitmix64.</summary>
internal static class RandomWeights
{
    /// <summary>Values of seed 42, from number <paramref name="start"/> on.</summary>
    public static float[] Create(int count, long start = 0)
    {
        float[] values = new float[count];
        Parallel.For(0, count, i =>
        {
            ulong first = 4 * (ulong)(start + i);
            double u3 = Draw(first + 3);
            values[i] = (float)((Draw(first) + Draw(first + 1) + Draw(first + 2) - 1.5) * (0.02 + 0.2 * (u3 * u3 * (u3 * u3))));
        });
        return values;
    }

    private static double Draw(ulong j)
    {
        ulong z = 42 + (j + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }
}
