namespace Pare.Runtime.Tests.Keras;

/// <summary>Convolutions and pools of any number of axes by their definitions, channels last, as loops over outputs and taps.</summary>
internal static class WindowReference
{
    /// <summary>A convolution with kernel [taps…, in / groups, out].</summary>
    public static Nd Convolve(Nd x, Nd kernel, float[]? bias, int[] strides, int[] dilations, bool same, int groups = 1)
    {
        int spatial = strides.Length;
        int[] taps = kernel.Shape[..spatial];
        (int[] extents, int[] before) = Windows(x, taps, strides, dilations, same);
        int outputs = kernel.Shape[^1];
        int taken = kernel.Shape[^2];
        Nd y = new([x.Shape[0], .. extents, outputs]);
        foreach (int[] at in y.Indices())
        {
            int group = at[^1] / (outputs / groups);
            double sum = bias?[at[^1]] ?? 0;
            foreach (int[] tap in Nd.IndicesOf(taps))
            {
                int[] place = [.. Enumerable.Range(0, spatial).Select(i => (at[i + 1] * strides[i]) + (tap[i] * dilations[i]) - before[i])];
                for (int c = 0; c < taken && Inside(place, x); c++)
                {
                    sum += (double)x[[at[0], .. place, (group * taken) + c]] * kernel[[.. tap, c, at[^1]]];
                }
            }

            y[at] = (float)sum;
        }

        return y;
    }

    /// <summary>Each channel by itself: a convolution in groups of one channel with kernel [taps…, channels, multiplier].</summary>
    public static Nd Depthwise(Nd x, Nd kernel, float[]? bias, int[] strides, int[] dilations, bool same)
    {
        int channels = kernel.Shape[^2];
        return Convolve(x, kernel.Reshape([.. kernel.Shape[..^2], 1, channels * kernel.Shape[^1]]), bias, strides, dilations, same, channels);
    }

    /// <summary>Every input spreads over the outputs its window covers; kernel [taps…, out, in].</summary>
    public static Nd ConvolveTransposed(Nd x, Nd kernel, float[] bias, int[] strides, int[] dilations, bool same, int[]? more)
    {
        int spatial = strides.Length;
        int[] taps = kernel.Shape[..spatial];
        int[] extents = new int[spatial];
        int[] before = new int[spatial];
        for (int i = 0; i < spatial; i++)
        {
            int span = ((taps[i] - 1) * dilations[i]) + 1;
            int n = x.Shape[i + 1];
            extents[i] = more is null ? same ? n * strides[i] : (n * strides[i]) + Math.Max(span - strides[i], 0)
                : ((n - 1) * strides[i]) + span - (same ? 2 * (span / 2) : 0) + more[i];
            before[i] = same ? Math.Max(((n - 1) * strides[i]) + span - extents[i], 0) / 2 : 0;
        }

        Nd y = new([x.Shape[0], .. extents, kernel.Shape[^2]]);
        foreach (int[] at in y.Indices())
        {
            y[at] = bias[at[^1]];
        }

        foreach (int[] at in x.Indices())
        {
            foreach (int[] tap in Nd.IndicesOf(taps))
            {
                int[] place = [.. Enumerable.Range(0, spatial).Select(i => (at[i + 1] * strides[i]) + (tap[i] * dilations[i]) - before[i])];
                for (int c = 0; c < kernel.Shape[^2] && Inside(place, y); c++)
                {
                    y[[at[0], .. place, c]] += x[at] * kernel[[.. tap, c, at[^1]]];
                }
            }
        }

        return y;
    }

    /// <summary>The largest, or the mean of what lies inside the data.</summary>
    public static Nd Pool(Nd x, int[] size, int[] strides, bool same, bool largest)
    {
        (int[] extents, int[] before) = Windows(x, size, strides, [.. size.Select(_ => 1)], same);
        Nd y = new([x.Shape[0], .. extents, x.Shape[^1]]);
        foreach (int[] at in y.Indices())
        {
            List<float> inside = [];
            foreach (int[] tap in Nd.IndicesOf(size))
            {
                int[] place = [.. Enumerable.Range(0, size.Length).Select(i => (at[i + 1] * strides[i]) + tap[i] - before[i])];
                if (Inside(place, x))
                {
                    inside.Add(x[[at[0], .. place, at[^1]]]);
                }
            }

            y[at] = largest ? inside.Max() : inside.Average();
        }

        return y;
    }

    private static (int[] Extents, int[] Before) Windows(Nd x, int[] taps, int[] strides, int[] dilations, bool same)
    {
        int[] extents = new int[taps.Length];
        int[] before = new int[taps.Length];
        for (int i = 0; i < taps.Length; i++)
        {
            int span = ((taps[i] - 1) * dilations[i]) + 1;
            int n = x.Shape[i + 1];
            extents[i] = same ? (n + strides[i] - 1) / strides[i] : ((n - span) / strides[i]) + 1;
            before[i] = same ? Math.Max(((extents[i] - 1) * strides[i]) + span - n, 0) / 2 : 0;
        }

        return (extents, before);
    }

    private static bool Inside(int[] place, Nd x) => !place.Where((p, i) => p < 0 || p >= x.Shape[i + 1]).Any();
}
