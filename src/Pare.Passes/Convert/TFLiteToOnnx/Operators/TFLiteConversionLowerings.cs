namespace Pare.Passes.Conversion;

/// <summary>Casts and (de)quantization. Constants are converted at once, so that weights stored in another type cost nothing at run time.</summary>
internal static class TFLiteConversionLowerings
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("CAST", Cast),
        TFLiteLowering.Of("BITCAST", c => c.SetOutput(c.TensorFlow("Bitcast", [c.Stored(0)], ("type", AttributeValue.Of(c.Node.Output.Type))))),
        TFLiteLowering.Of("QUANTIZE", Quantize),
        TFLiteLowering.Of("DEQUANTIZE", Dequantize),
        TFLiteLowering.Of("DENSIFY", c => c.SetOperand(0, c.Output().FromStored(c.Stored(0)))),
    ];

    private static void Cast(TFLiteContext c)
    {
        Value x = c.Stored(0);
        DataType type = c.Node.Output.Type;
        if (x.Type is DataType.Complex64 or DataType.String || type is DataType.Complex64 or DataType.String or DataType.Undefined)
        {
            throw new LoweringException($"a cast from {x.Type} to {type} has no counterpart in ONNX");
        }

        // Codes are cast as the numbers they are stored as.
        c.SetOperand(0, c.Output().FromStored(c.Onnx.Cast(x, type)));
    }

    private static void Dequantize(TFLiteContext c)
    {
        TFLiteOperand x = c.Operand(0);
        c.SetOutput(x.IsQuantized ? x.Real
            : x.Stored.Constant is { } content && content.Type is DataType.Float16 or DataType.BFloat16 ? c.Onnx.Constant(DenseTensorData.Create(content.ToFloats(), content.Shape), x.Stored.Name + "/real")
            : c.Onnx.Cast(x.Stored, DataType.Float32));
    }

    // Real numbers times the inverse of the scale; codes times the scales' ratio; rounded to even.
    private static void Quantize(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        (TFLiteOperand x, TFLiteOperand y) = (c.Operand(0), c.Output());
        if (!y.IsQuantized)
        {
            throw new LoweringException("the output has no scale");
        }

        if (y.Quantization!.Scales.Length > 1)
        {
            throw new LoweringException("quantization per axis at run time is not carried over");
        }

        if (!x.IsQuantized)
        {
            c.SetOperand(0, y.FromReal(x.Stored));
            return;
        }

        Value scaled = b.Mul(x.Codes, b.Scalar(DataType.Float32, x.Scale / y.Scale));
        c.SetOperand(0, y.FromCodes(Quantized.Clip(b, Quantized.Round(b, scaled), y.Lowest, y.Highest)));
    }
}
