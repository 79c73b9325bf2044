namespace Pare.Passes.Conversion;

/// <summary>
/// Weights of a resampling along one axis, as TensorFlow's ScaleAndTranslate computes them: at half-pixel centres, over a kernel that antialiasing widens by the
/// factor of the reduction, clipped to the picture, and normalized. Stateless.
/// </summary>
internal static class ResizeKernels
{
    private const long MostWeights = 1 << 24;

    /// <summary>Whether a kernel of that name exists.</summary>
    public static bool Knows(string interpolation) => Kernel(interpolation) is not null;

    /// <summary>The matrix [to, from] that takes a row of <paramref name="from"/> samples to one of <paramref name="to"/>.</summary>
    /// <exception cref="LoweringException">No such kernel exists, or the matrix would be too large.</exception>
    public static TensorData Weights(string interpolation, long from, long to, bool antialias)
    {
        (double radius, Func<double, double> kernel) = Kernel(interpolation) ?? throw new LoweringException($"the interpolation '{interpolation}' is not carried over");
        if (from < 1 || to < 1 || from * to > MostWeights)
        {
            throw new LoweringException($"a resampling from {from} to {to} samples is not carried over");
        }

        float[] matrix = new float[from * to];
        double step = (double)from / to;
        double width = antialias ? Math.Max(step, 1) : 1;
        for (long i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * step;
            long first = Math.Max(0, (long)Math.Ceiling(centre - (radius * width) - 0.5));
            long last = Math.Min(from - 1, (long)Math.Floor(centre + (radius * width) - 0.5));
            double sum = 0;
            for (long j = first; j <= last; j++)
            {
                sum += kernel(Math.Abs((j + 0.5 - centre) / width));
            }

            for (long j = first; j <= last && sum != 0; j++)
            {
                matrix[(i * from) + j] = (float)(kernel(Math.Abs((j + 0.5 - centre) / width)) / sum);
            }
        }

        return DenseTensorData.Create(matrix, new TensorShape(to, from));
    }

    private static (double Radius, Func<double, double> Kernel)? Kernel(string interpolation) => interpolation.ToUpperInvariant() switch
    {
        "BILINEAR" => (1, x => Math.Max(0, 1 - x)),
        "BICUBIC" => (2, x => x >= 2 ? 0 : x >= 1 ? (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2 : (((1.5 * x) - 2.5) * x * x) + 1),
        "MITCHELLCUBIC" => (2, x => x >= 2 ? 0 : x >= 1 ? (((((-7.0 / 18 * x) + 2) * x) - (10.0 / 3)) * x) + (16.0 / 9) : (((7.0 / 6 * x) - 2) * x * x) + (8.0 / 9)),
        "LANCZOS3" => (3, x => Lanczos(x, 3)),
        "LANCZOS5" => (5, x => Lanczos(x, 5)),
        "GAUSSIAN" => (1.5, x => x >= 1.5 ? 0 : Math.Exp(-x * x / 0.5)),
        _ => null,
    };

    private static double Lanczos(double x, double radius) => x > radius ? 0 : x <= 1e-3 ? 1 : radius * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / radius) / (Math.PI * Math.PI * x * x);
}
