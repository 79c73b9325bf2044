using System.Numerics.Tensors;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>
/// Symmetric int8 codes of a weight, a scale for each index of one axis: scale = max|w|/127 over the channel, code = w/scale rounded half away from zero (TFLite's quantization specification: zero
/// point 0, codes -127 to 127). A channel of zeros has the scale 1.
/// </summary>
internal static class ChannelCodes
{
    /// <summary>Codes and scales.</summary>
    /// <param name="weight">binary32.</param>
    /// <param name="axis">The channels' axis; null for one scale for all.</param>
    /// <param name="threads">Threads to use; the result does not depend on it.</param>
    public static (DenseTensorData Codes, QuantizationParameters Parameters) Quantize(TensorData weight, int? axis, int threads)
    {
        long channels = axis is { } a ? weight.Shape[a] : 1;
        long inner = 1;
        for (int i = (axis ?? weight.Shape.Rank - 1) + 1; i < weight.Shape.Rank; i++)
        {
            inner *= weight.Shape[i];
        }

        inner = axis is null ? weight.Count : inner;
        float[] values = weight.ToFloats();
        weight.Unload();
        float[] scales = new float[channels];
        byte[] codes = new byte[values.Length];
        long outer = channels * inner == 0 ? 0 : values.Length / (channels * inner);
        Parallel.For(0, channels, new ParallelOptions { MaxDegreeOfParallelism = threads }, c =>
        {
            float largest = 0;
            for (long o = 0; o < outer; o++)
            {
                largest = Math.Max(largest, MathF.Abs(TensorPrimitives.MaxMagnitude(values.AsSpan((int)(((o * channels) + c) * inner), (int)inner))));
            }

            float scale = largest > 0 && float.IsFinite(largest) ? largest / 127 : 1;
            scales[c] = scale;
            for (long o = 0; o < outer; o++)
            {
                int from = (int)(((o * channels) + c) * inner);
                for (int i = from; i < from + inner; i++)
                {
                    codes[i] = unchecked((byte)(sbyte)Math.Clamp(MathF.Round(values[i] / scale, MidpointRounding.AwayFromZero), -127, 127));
                }
            }
        });

        QuantizationParameters parameters = new() { Scales = [.. scales], ZeroPoints = [.. new long[channels]], Axis = axis };
        return (new DenseTensorData(DataType.Int8, weight.Shape, codes), parameters);
    }
}
