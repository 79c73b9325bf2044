namespace Pare.Passes.Conversion;

/// <summary>Quantization of real rows to 8 bits at run time, as the hybrid kernels do.</summary>
internal static class RowQuantizer
{
    /// <summary>
    /// Asymmetric (xnn_f32_qd8_asymmetric_quantization_params): scale = (max(0, M) - min(0, m))/255, zero point = round(-128 - min(0, m)/scale) or, where that end is the farther one,
    /// round(127 - max(0, M)/scale), codes in [-128, 127].
    /// Symmetric: scale = max|x|/127. A row of zeros has the scale 1.
    /// </summary>
    public static QuantizedRows Quantize(OnnxBuilder b, Value x, long[] axes, bool asymmetric)
    {
        Value F(double v) => b.Scalar(DataType.Float32, v);
        if (!asymmetric)
        {
            Value largest = b.Reduce("ReduceMax", b.Emit("Abs", [x]), axes, true);
            Value even = Safe(b, b.Mul(largest, F(1f / 127)));
            Value rounded = Quantized.Clip(b, b.Emit("Round", [b.Div(x, even)]), -127, 127);
            return new QuantizedRows(rounded, rounded, even, null);
        }

        // As XNNPACK does it, in binary32 step by step, so that ties fall alike.
        Value low = b.Emit("Min", [b.Reduce("ReduceMin", x, axes, true), F(0)]);
        Value high = b.Emit("Max", [b.Reduce("ReduceMax", x, axes, true), F(0)]);
        Value range = b.Sub(high, low);
        Value empty = b.Emit("Equal", [range, F(0)]);
        Value steps = b.Where(empty, F(1), b.Div(F(255), b.Where(empty, F(1), range)));
        Value scale = b.Div(F(1), steps);
        Value bottom = b.Mul(low, steps);
        Value top = b.Mul(high, steps);
        Value fromBottom = b.Emit("Greater", [b.Add(b.Add(F(-128), bottom), b.Add(F(127), top)), F(0)]);
        Value zero = Quantized.Clip(b, b.Emit("Round", [b.Where(fromBottom, b.Sub(F(-128), bottom), b.Sub(F(127), top))]), -128, 127);
        Value codes = Quantized.Clip(b, b.Add(b.Emit("Round", [b.Mul(x, b.Div(F(1), scale))]), zero), -128, 127);
        return new QuantizedRows(b.Sub(codes, zero), codes, scale, zero);
    }

    private static Value Safe(OnnxBuilder b, Value scale) => b.Where(b.Emit("Equal", [scale, b.Scalar(DataType.Float32, 0)]), b.Scalar(DataType.Float32, 1), scale);
}
