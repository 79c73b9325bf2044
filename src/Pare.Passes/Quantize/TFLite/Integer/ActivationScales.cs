namespace Pare.Passes.Quantize.TFLite;

/// <summary>Scales and zero points of activations (TFLite's quantization specification).</summary>
internal static class ActivationScales
{
    private const int Lowest = -128;
    private const int Levels = 255;
    private const int Largest16 = 32767;

    /// <summary>Parameters for one tensor.</summary>
    public static QuantizationParameters Of(float scale, long zeroPoint) => new() { Scales = [scale], ZeroPoints = [zeroPoint] };

    /// <summary>
    /// int8: scale = (max(0,M) - min(0,m)) / 255, zero point = round(-128 - min(0,m) / scale). 16 bits: scale = max|x| / 32767, zero point 0. A range of 0 alone has the scale 1.
    /// </summary>
    public static QuantizationParameters For(ActivationRange range, DataType type)
    {
        double low = Math.Min(0, range.Minimum);
        double high = Math.Max(0, range.Maximum);
        if (type == DataType.Int16)
        {
            float wide = (float)(Math.Max(-low, high) / Largest16);
            return Of(wide > 0 ? wide : 1, 0);
        }

        float scale = (float)((high - low) / Levels);
        return scale > 0 ? Of(scale, (long)Math.Clamp(Math.Round(Lowest - (low / scale), MidpointRounding.AwayFromZero), Lowest, Lowest + Levels)) : Of(1, Lowest);
    }

    /// <summary>A constant's integers.</summary>
    public static DenseTensorData Quantize(TensorData content, QuantizationParameters parameters, DataType type)
    {
        float[] values = content.ToFloats();
        (double scale, long zero) = (parameters.Scales[0], parameters.ZeroPoints[0]);
        if (type == DataType.Int16)
        {
            short[] wide = [.. values.Select(v => (short)Code(v, scale, zero, -Largest16 - 1, Largest16))];
            return DenseTensorData.Create<short>(type, wide, content.Shape);
        }

        sbyte[] codes = [.. values.Select(v => (sbyte)Code(v, scale, zero, Lowest, Lowest + Levels))];
        return DenseTensorData.Create<sbyte>(type, codes, content.Shape);
    }

    /// <summary>The range of a constant.</summary>
    public static ActivationRange RangeOf(TensorData content)
    {
        float[] values = content.ToFloats();
        return values.Length == 0 ? new ActivationRange(0, 0) : new ActivationRange(values.Min(), values.Max());
    }

    private static double Code(float value, double scale, long zero, int low, int high) =>
        Math.Clamp(Math.Round(value / scale, MidpointRounding.AwayFromZero) + zero, low, high);
}
