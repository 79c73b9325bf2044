namespace Pare.Passes.Quantize.TFLite;

/// <summary>Integer weights and biases of a layer: codes -127 to 127, zero point 0; bias = b / (s_in · s_w) in 32 (64 beside 16-bit data) bits.</summary>
internal static class LayerWeights
{
    // Half of what 32 bits hold, so that sums have room.
    private const double LargestBias = 1 << 30;

    // XNNPACK takes factors s_in · s_w / s_out from 2^-32; below, no sum reaches a step of the output anyway.
    private const double LeastFactor = 1.0 / (1L << 31);

    /// <summary>The scales of a layer's weights.</summary>
    /// <param name="weight">The weights, binary32.</param>
    /// <param name="axis">The channels' axis; null for one scale for all.</param>
    /// <param name="given">Scales chosen earlier; null for max|w|/127.</param>
    /// <param name="bias">The bias; null where there is none.</param>
    /// <param name="input">Scale of the data.</param>
    /// <param name="output">Scale of the output.</param>
    public static float[] Scales(TensorData weight, int? axis, float[]? given, float[]? bias, double input, double output)
    {
        float[] largest = given is null ? ChannelCodes.Largest(weight, axis) : [];
        float[] scales = given is null ? [.. largest.Select(m => float.IsFinite(m) ? m / 127 : 1)] : [.. given];
        for (int c = 0; c < scales.Length; c++)
        {
            double least = LeastFactor * output / input;
            if (bias is not null && scales.Length == bias.Length)
            {
                least = Math.Max(least, Math.Abs(bias[c]) / (LargestBias * input));
            }
            else if (bias is not null && scales.Length == 1)
            {
                least = Math.Max(least, bias.Max(Math.Abs) / (LargestBias * input));
            }

            scales[c] = Math.Max(scales[c], (float)least);
            scales[c] = scales[c] > 0 && float.IsFinite(scales[c]) ? scales[c] : 1;
        }

        return scales;
    }

    /// <summary>The bias in integers, with its scales.</summary>
    public static (DenseTensorData Codes, QuantizationParameters Parameters) Bias(float[] bias, float[] scales, float input, bool wide)
    {
        float[] steps = [.. scales.Select(s => input * s)];
        double[] codes = [.. bias.Select((b, c) => Math.Round(b / (double)steps[steps.Length == 1 ? 0 : c], MidpointRounding.AwayFromZero))];
        QuantizationParameters parameters = new() { Scales = [.. steps], ZeroPoints = [.. new long[steps.Length]], Axis = steps.Length > 1 ? 0 : null };
        TensorShape shape = new(bias.Length);
        return wide
            ? (DenseTensorData.Create<long>(DataType.Int64, [.. codes.Select(b => (long)b)], shape), parameters)
            : (DenseTensorData.Create<int>(DataType.Int32, [.. codes.Select(b => (int)Math.Clamp(b, int.MinValue, int.MaxValue))], shape), parameters);
    }
}
