namespace Pare.Passes.Conversion;

/// <summary>Quantization of real rows to 8 bits at run time, as the hybrid kernels do.</summary>
internal static class RowQuantizer
{
    /// <summary>
    /// Asymmetric: scale = (max(0, M) - min(0, m))/255, zero point = round(-128 - min(0, m)/scale), codes in [-128, 127].
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

        Value low = b.Emit("Min", [b.Reduce("ReduceMin", x, axes, true), F(0)]);
        Value high = b.Emit("Max", [b.Reduce("ReduceMax", x, axes, true), F(0)]);
        Value scale = Safe(b, b.Div(b.Sub(high, low), F(255)));
        Value zero = b.Emit("Round", [b.Sub(F(-128), b.Div(low, scale))]);
        Value inverse = b.Div(F(1), scale);
        Value codes = Quantized.Clip(b, b.Add(b.Emit("Round", [b.Mul(x, inverse)]), zero), -128, 127);
        return new QuantizedRows(b.Sub(codes, zero), codes, scale, zero);
    }

    private static Value Safe(OnnxBuilder b, Value scale) => b.Where(b.Emit("Equal", [scale, b.Scalar(DataType.Float32, 0)]), b.Scalar(DataType.Float32, 1), scale);
}
