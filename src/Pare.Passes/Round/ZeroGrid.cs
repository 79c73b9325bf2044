using System.Numerics;

namespace Pare.Passes.Round;

/// <summary>
/// A uniform grid that holds zero: y = step · clamp(round(x / step), lowest, highest), ties to even. Not-finite values stay as they are.
/// </summary>
/// <param name="step">Distance of neighbouring levels.</param>
/// <param name="lowest">Lowest level, at most 0.</param>
/// <param name="highest">Highest level, at least 0.</param>
internal sealed class ZeroGrid(float step, int lowest, int highest) : IValueMap
{
    private readonly float _inverse = 1 / step;

    /// <summary>Distance of neighbouring levels.</summary>
    public float Step => step;

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> values, Span<float> destination)
    {
        int i = 0;
        Vector<float> low = new(lowest);
        Vector<float> high = new(highest);
        for (; i + Vector<float>.Count <= values.Length; i += Vector<float>.Count)
        {
            Vector<float> x = new(values[i..]);
            Vector<float> level = Vector.Min(Vector.Max(Vector.Round(x * _inverse), low), high);

            // Adding 0 turns -0 into 0; x - x is 0 for finite values only.
            Vector<float> y = level * step + Vector<float>.Zero;
            Vector.ConditionalSelect(Vector.Equals(x - x, Vector<float>.Zero), y, x).CopyTo(destination[i..]);
        }

        for (; i < values.Length; i++)
        {
            float x = values[i];
            destination[i] = float.IsFinite(x) ? Math.Clamp(MathF.Round(x * _inverse), lowest, highest) * step + 0f : x;
        }
    }

    /// <summary>Sum of squared differences that the grid makes of finite values.</summary>
    public double SquaredError(ReadOnlySpan<float> values)
    {
        Vector<float> low = new(lowest);
        Vector<float> high = new(highest);
        double sum = 0;
        for (int from = 0; from < values.Length; from += 4096)
        {
            ReadOnlySpan<float> part = values.Slice(from, Math.Min(4096, values.Length - from));
            Vector<float> sums = Vector<float>.Zero;
            int i = 0;
            for (; i + Vector<float>.Count <= part.Length; i += Vector<float>.Count)
            {
                Vector<float> x = new(part[i..]);
                Vector<float> d = x - Vector.Min(Vector.Max(Vector.Round(x * _inverse), low), high) * step;
                sums += d * d;
            }

            sum += Vector.Sum(sums);
            for (; i < part.Length; i++)
            {
                float d = part[i] - Math.Clamp(MathF.Round(part[i] * _inverse), lowest, highest) * step;
                sum += d * d;
            }
        }

        return sum;
    }
}
