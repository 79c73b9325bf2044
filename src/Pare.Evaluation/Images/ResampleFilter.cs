namespace Pare.Evaluation;

/// <summary>A separable resampling filter: its weight at a distance (in source pixels, when not shrinking), zero beyond its support.</summary>
/// <param name="Support">Half its width.</param>
/// <param name="Weight">The weight at a distance.</param>
internal sealed record ResampleFilter(double Support, Func<double, double> Weight)
{
    private static readonly ResampleFilter s_box = new(0.5, x => x is > -0.5 and <= 0.5 ? 1 : 0);
    private static readonly ResampleFilter s_triangle = new(1, x => Math.Abs(x) < 1 ? 1 - Math.Abs(x) : 0);
    private static readonly ResampleFilter s_cubic = new(2, Cubic);
    private static readonly ResampleFilter s_lanczos = new(3, x => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0);

    public static ResampleFilter Of(ResizeMethod method) => method switch
    {
        ResizeMethod.Area => s_box,
        ResizeMethod.Bilinear => s_triangle,
        ResizeMethod.Bicubic => s_cubic,
        ResizeMethod.Lanczos => s_lanczos,
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "this method has no filter"),
    };

    /// <summary>Keys' cubic convolution with a = -1/2 (R. Keys, 1981).</summary>
    private static double Cubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        if (x < 1)
        {
            return ((((A + 2) * x) - (A + 3)) * x * x) + 1;
        }

        return x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A : 0;
    }

    private static double Sinc(double x)
    {
        if (x == 0)
        {
            return 1;
        }

        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
