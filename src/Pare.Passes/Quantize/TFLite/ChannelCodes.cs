using System.Numerics.Tensors;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>
/// Symmetric codes of a weight, a scale for each index of one axis: scale = max|w|/127 (7 for 4 bits) over the channel, code = w/scale rounded half away from zero (TFLite's quantization
/// specification: zero point 0, codes -127 to 127). A channel of zeros has the scale 1.
/// </summary>
internal static class ChannelCodes
{
    /// <summary>Codes and scales.</summary>
    /// <param name="weight">binary32.</param>
    /// <param name="axis">The channels' axis; null for one scale for all.</param>
    /// <param name="threads">Threads to use; the result does not depend on it.</param>
    /// <param name="bits">8 or 4.</param>
    public static (DenseTensorData Codes, QuantizationParameters Parameters) Quantize(TensorData weight, int? axis, int threads, int bits = 8)
    {
        int highest = bits == 4 ? 7 : 127;
        float[] scales = [.. Largest(weight, axis, threads).Select(m => m > 0 && float.IsFinite(m) ? m / highest : 1)];
        return Quantize(weight, axis, scales, threads, bits);
    }

    /// <summary>Codes by given scales.</summary>
    public static (DenseTensorData Codes, QuantizationParameters Parameters) Quantize(TensorData weight, int? axis, float[] scales, int threads, int bits = 8)
    {
        int highest = bits == 4 ? 7 : 127;
        Layout l = Layout.Of(weight, axis);
        float[] values = weight.ToFloats();
        weight.Unload();
        byte[] codes = new byte[values.Length];
        Parallel.For(0, l.Channels, new ParallelOptions { MaxDegreeOfParallelism = threads }, c =>
        {
            float scale = scales[c];
            for (long o = 0; o < l.Outer; o++)
            {
                int from = (int)(((o * l.Channels) + c) * l.Inner);
                for (int i = from; i < from + l.Inner; i++)
                {
                    codes[i] = unchecked((byte)(sbyte)Math.Clamp(MathF.Round(values[i] / scale, MidpointRounding.AwayFromZero), -highest, highest));
                }
            }
        });

        QuantizationParameters parameters = new() { Scales = [.. scales], ZeroPoints = [.. new long[scales.Length]], Axis = axis };
        return (bits == 4 ? Packed(codes, weight.Shape) : new DenseTensorData(DataType.Int8, weight.Shape, codes), parameters);
    }

    /// <summary>Largest magnitude of each channel.</summary>
    public static float[] Largest(TensorData weight, int? axis, int threads = 1)
    {
        Layout l = Layout.Of(weight, axis);
        float[] values = weight.ToFloats();
        float[] largest = new float[l.Channels];
        Parallel.For(0, l.Channels, new ParallelOptions { MaxDegreeOfParallelism = threads }, c =>
        {
            for (long o = 0; o < l.Outer; o++)
            {
                largest[c] = Math.Max(largest[c], MathF.Abs(TensorPrimitives.MaxMagnitude<float>(values.AsSpan((int)(((o * l.Channels) + c) * l.Inner), (int)l.Inner))));
            }
        });
        return largest;
    }

    // Two to a byte, the even one low.
    private static DenseTensorData Packed(byte[] codes, TensorShape shape)
    {
        byte[] packed = new byte[(codes.Length + 1) / 2];
        for (int i = 0; i < codes.Length; i++)
        {
            packed[i / 2] |= (byte)((codes[i] & 0xF) << (i % 2 * 4));
        }

        return new DenseTensorData(DataType.Int4, shape, packed);
    }

    private readonly record struct Layout(long Channels, long Inner, long Outer)
    {
        public static Layout Of(TensorData weight, int? axis)
        {
            long channels = axis is { } a ? weight.Shape[a] : 1;
            long inner = axis is null ? weight.Count : 1;
            for (int i = (axis ?? weight.Shape.Rank) + 1; i < weight.Shape.Rank; i++)
            {
                inner *= weight.Shape[i];
            }

            return new Layout(channels, inner, channels * inner == 0 ? 0 : weight.Count / (channels * inner));
        }
    }
}
