using System.Runtime.Intrinsics;

namespace Pare.Passes.Round;

/// <summary>The range of values.</summary>
internal static class FloatRange
{
    private const int Lanes = 8;

    /// <summary>Lowest and highest value and whether all are finite; lowest above highest where there is none.</summary>
    public static (float Low, float High, bool Finite) Of(ReadOnlySpan<float> values)
    {
        float low = float.PositiveInfinity;
        float high = float.NegativeInfinity;
        bool finite = Add(values, ref low, ref high);
        return (low, high, finite);
    }

    private static bool Add(ReadOnlySpan<float> values, ref float low, ref float high)
    {
        int i = 0;
        if (values.Length >= Lanes)
        {
            // Of fixed width, so that it can be compiled ahead.
            Vector256<float> mins = Vector256.Create(values);
            Vector256<float> maxs = mins;
            Vector256<float> check = Vector256<float>.Zero;
            for (; i + Lanes <= values.Length; i += Lanes)
            {
                Vector256<float> x = Vector256.Create(values[i..]);
                mins = Vector256.MinNative(mins, x);
                maxs = Vector256.MaxNative(maxs, x);
                check += x - x;
            }

            if (!Vector256.EqualsAll(check, Vector256<float>.Zero))
            {
                return false;
            }

            for (int j = 0; j < Lanes; j++)
            {
                low = Math.Min(low, mins[j]);
                high = Math.Max(high, maxs[j]);
            }
        }

        for (; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return false;
            }

            low = Math.Min(low, values[i]);
            high = Math.Max(high, values[i]);
        }

        return true;
    }
}
