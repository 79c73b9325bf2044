namespace Pare.Evaluation;

/// <summary>Sums over pairs of values, from which drift is told. Summed up in a fixed order by the caller.</summary>
/// <param name="Count">Pairs.</param>
/// <param name="MaxAbs">Largest absolute difference.</param>
/// <param name="SumAbs">Sum of absolute differences.</param>
/// <param name="Noise">Sum of squared differences.</param>
/// <param name="SignalA">Sum of squares of the first.</param>
/// <param name="SignalB">Sum of squares of the second.</param>
/// <param name="Dot">Sum of products.</param>
public readonly record struct Drift(long Count, double MaxAbs, double SumAbs, double Noise, double SignalA, double SignalB, double Dot)
{
    /// <summary>Mean absolute difference; 0 of nothing.</summary>
    public double MeanAbs => Count == 0 ? 0 : SumAbs / Count;

    /// <summary>Signal to noise in decibels, infinite where nothing differs.</summary>
    public double SqnrDb => Noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(SignalA / Noise);

    /// <summary>Cosine of the angle between the two; 1 where both are zero.</summary>
    public double Cosine => SignalA == 0 && SignalB == 0 ? 1 : SignalA == 0 || SignalB == 0 ? 0 : Noise == 0 ? 1 : Dot / Math.Sqrt(SignalA) / Math.Sqrt(SignalB);

    /// <summary>Measures two runs of values. Equal infinities and pairs of NaN count as equal; a NaN on one side as infinitely far.</summary>
    public static Drift Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length, nameof(b));
        (double max, double sum, double noise, double aa, double bb, double dot) = (0, 0, 0, 0, 0, 0);
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i];
            double y = b[i];
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                if (!x.Equals(y))
                {
                    max = sum = noise = double.PositiveInfinity;
                }

                continue;
            }

            double d = Math.Abs(x - y);
            max = Math.Max(max, d);
            sum += d;
            noise += d * d;
            aa += x * x;
            bb += y * y;
            dot += x * y;
        }

        return new Drift(a.Length, max, sum, noise, aa, bb, dot);
    }

    /// <summary>Both together.</summary>
    public Drift Add(Drift other) => new(
        Count + other.Count, Math.Max(MaxAbs, other.MaxAbs), SumAbs + other.SumAbs, Noise + other.Noise, SignalA + other.SignalA, SignalB + other.SignalB, Dot + other.Dot);
}
