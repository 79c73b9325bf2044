namespace Pare.Passes.Conversion;

/// <summary>The arithmetic of quantized numbers: ranges, contents of constants, rounding.</summary>
internal static class Quantized
{
    /// <summary>Smallest and largest number of an integer type.</summary>
    public static (double Low, double High) Range(DataType type) => type switch
    {
        DataType.Int8 => (-128, 127),
        DataType.UInt8 => (0, 255),
        DataType.Int16 => (-32768, 32767),
        DataType.UInt16 => (0, 65535),
        DataType.Int4 => (-8, 7),
        DataType.UInt4 => (0, 15),
        DataType.Int2 => (-2, 1),
        DataType.Int32 => (int.MinValue, int.MaxValue),
        _ => throw new LoweringException($"values of type {type} are not quantized"),
    };

    /// <summary>Whether a value's numbers stand for others by a scale.</summary>
    public static bool IsQuantized(Value? value) => value?.Quantization is { Scales.Length: > 0 } && value.Type is DataType.Int8 or DataType.UInt8 or DataType.Int16 or DataType.UInt16 or DataType.Int4 or DataType.UInt4 or DataType.Int2;

    /// <summary>Codes of a constant without their zero points, as binary32.</summary>
    public static TensorData Codes(TensorData content, QuantizationParameters quantization)
    {
        float[] codes = content.ToFloats();
        if (quantization.ZeroPoints.Any(z => z != 0))
        {
            Apply(codes, content.Shape, quantization, (c, i) => c - (quantization.ZeroPoints.Length == 1 ? quantization.ZeroPoints[0] : quantization.ZeroPoints[i]));
        }

        return DenseTensorData.Create(codes, content.Shape);
    }

    /// <summary>The real numbers of a constant, as binary32.</summary>
    public static TensorData Real(TensorData content, QuantizationParameters quantization)
    {
        float[] codes = Codes(content, quantization).ToFloats();
        Apply(codes, content.Shape, quantization, (c, i) => c * quantization.Scales[i]);
        return DenseTensorData.Create(codes, content.Shape);
    }

    /// <summary>Rounds to the nearest whole number, ties to even.</summary>
    public static Value Round(OnnxBuilder b, Value x) => b.Emit("Round", [x]);

    /// <summary>Cuts to a range.</summary>
    public static Value Clip(OnnxBuilder b, Value x, double low, double high) => b.Emit("Clip", [x, b.Scalar(x.Type, low), b.Scalar(x.Type, high)]);

    /// <summary>The codes, without zero point, that a fused activation leaves.</summary>
    public static (double Low, double High) Bounds(TFLiteOperand output, string activation)
    {
        double one = Math.Round(1 / output.Scale, MidpointRounding.AwayFromZero);
        (double low, double high) = activation switch
        {
            "RELU" => (0, double.MaxValue),
            "RELU6" => (0, Math.Round(6 / output.Scale, MidpointRounding.AwayFromZero)),
            "RELU_N1_TO_1" => (-one, one),
            "NONE" => (double.MinValue, double.MaxValue),
            _ => throw new LoweringException($"the fused activation {activation} has no integer form"),
        };
        return (Math.Max(low, output.Lowest), Math.Min(high, output.Highest));
    }

    // Calls with the index of the scale of each element.
    private static void Apply(float[] codes, TensorShape shape, QuantizationParameters quantization, Func<float, int, float> change)
    {
        if (quantization.GroupSize > 0)
        {
            for (int i = 0; i < codes.Length; i++)
            {
                codes[i] = change(codes[i], Math.Min(i / quantization.GroupSize, quantization.Scales.Length - 1));
            }

            return;
        }

        long inner = 1;
        int axis = quantization.Axis ?? 0;
        bool perAxis = quantization.Scales.Length > 1 && axis < shape.Rank && shape[axis] == quantization.Scales.Length;
        if (quantization.Scales.Length > 1 && !perAxis)
        {
            throw new LoweringException($"{quantization.Scales.Length} scales do not fit dimension {axis} of {shape}");
        }

        for (int d = axis + 1; d < shape.Rank; d++)
        {
            inner *= shape[d];
        }

        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = change(codes[i], perAxis ? (int)(i / inner % quantization.Scales.Length) : 0);
        }
    }
}
