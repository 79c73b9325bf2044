using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Passes.Round;

/// <summary>The range of a tensor's values, read in parts.</summary>
internal static class FloatRange
{
    private const int Part = 1 << 15;

    /// <summary>Lowest and highest value and whether all are finite; lowest above highest for an empty tensor.</summary>
    public static (float Low, float High, bool Finite) Of(TensorData tensor)
    {
        float low = float.PositiveInfinity;
        float high = float.NegativeInfinity;
        bool finite = true;
        if (tensor.TryGetBytes(out ReadOnlySpan<byte> dense))
        {
            finite = Add(MemoryMarshal.Cast<byte, float>(dense), ref low, ref high);
            return (low, high, finite);
        }

        float[] buffer = ArrayPool<float>.Shared.Rent(Part);
        try
        {
            for (long at = 0; at < tensor.Count && finite; at += Part)
            {
                Span<float> values = buffer.AsSpan(0, (int)Math.Min(Part, tensor.Count - at));
                tensor.ReadFloats(at, values);
                finite = Add(values, ref low, ref high);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }

        return (low, high, finite);
    }

    private static bool Add(ReadOnlySpan<float> values, ref float low, ref float high)
    {
        int i = 0;
        if (values.Length >= Vector<float>.Count)
        {
            Vector<float> mins = new(values);
            Vector<float> maxs = mins;
            Vector<float> check = Vector<float>.Zero;
            for (; i + Vector<float>.Count <= values.Length; i += Vector<float>.Count)
            {
                Vector<float> x = new(values[i..]);
                mins = Vector.Min(mins, x);
                maxs = Vector.Max(maxs, x);
                check += x - x;
            }

            if (!Vector.EqualsAll(check, Vector<float>.Zero))
            {
                return false;
            }

            for (int j = 0; j < Vector<float>.Count; j++)
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
