namespace Pare.Passes.Conversion;

/// <summary>Arithmetic that TensorFlow's quantized kernels share, emitted as ONNX nodes. Formulas after tensorflow/core/kernels/quantization_utils.h.</summary>
internal static class QuantizedArithmetic
{
    /// <summary>The smallest code of a type.</summary>
    public static double Lowest(DataType type) => type switch
    {
        DataType.UInt8 or DataType.UInt16 => 0,
        DataType.Int8 => sbyte.MinValue,
        DataType.Int16 => short.MinValue,
        DataType.Int32 => int.MinValue,
        _ => throw new LoweringException($"{type} is no quantized type"),
    };

    /// <summary>The largest code of a type.</summary>
    public static double Highest(DataType type) => Lowest(type) + Steps(type) - 1;

    /// <summary>Number of codes of a type.</summary>
    public static double Steps(DataType type) => Math.ScaleB(1, type.BitWidth());

    /// <summary>Rounds to the nearest whole number, halves away from zero.</summary>
    public static Value RoundAway(this OnnxBuilder b, Value x)
        => b.Mul(b.Emit("Sign", [x]), b.Emit("Floor", [b.Add(b.Emit("Abs", [x]), b.Scalar(x.Type, 0.5))]));

    /// <summary>The larger of two, elementwise.</summary>
    public static Value Maximum(this OnnxBuilder b, Value x, Value y) => b.Emit("Max", [x, y]);

    /// <summary>The smaller of two, elementwise.</summary>
    public static Value Minimum(this OnnxBuilder b, Value x, Value y) => b.Emit("Min", [x, y]);

    /// <summary>What one step of the code is worth: (max - min)/(steps - 1).</summary>
    public static Value Level(this OnnxBuilder b, DataType type, Value min, Value max)
        => b.Div(b.Sub(max, min), b.Scalar(min.Type, Steps(type) - 1));

    /// <summary>Codes to real numbers, in binary64: round(min/s)·s + (q - lowest)·s, s the worth of a step; the first term in binary32, as TensorFlow has it.</summary>
    public static Value ToReal(this OnnxBuilder b, Value codes, Value min, Value max)
    {
        Value level = b.Div(b.Cast(b.Sub(max, min), DataType.Float64), b.Scalar(DataType.Float64, Steps(codes.Type) - 1));
        Value coarse = b.Cast(level, DataType.Float32);
        Value start = b.Cast(b.Mul(b.RoundAway(b.Div(min, coarse)), coarse), DataType.Float64);
        return b.Add(start, b.Mul(b.Sub(b.Cast(codes, DataType.Float64), b.Scalar(DataType.Float64, Lowest(codes.Type))), level));
    }

    /// <summary>Real numbers to codes: round(x/s) - round(min/s) + lowest, clamped; halves go away from zero.</summary>
    public static Value ToCodes(this OnnxBuilder b, Value real, DataType type, Value min, Value max)
    {
        Value low = b.Cast(min, DataType.Float64);
        Value level = b.Level(type, low, b.Cast(max, DataType.Float64));
        Value codes = b.Sub(b.RoundAway(b.Div(b.Cast(real, DataType.Float64), level)), b.Sub(b.RoundAway(b.Div(low, level)), b.Scalar(DataType.Float64, Lowest(type))));
        Value clamped = b.Emit("Clip", [codes, b.Scalar(DataType.Float64, Lowest(type)), b.Scalar(DataType.Float64, Highest(type))]);
        return b.Cast(type.BitWidth() < 32 ? b.Cast(clamped, DataType.Int32) : clamped, type);
    }

    /// <summary>The range of the int32 product of two codes: (a step of one)·(a step of the other)·[-2^31, 2^31 - 1].</summary>
    public static (Value Min, Value Max) ProductRange(this OnnxBuilder b, DataType left, Value minLeft, Value maxLeft, DataType right, Value minRight, Value maxRight)
    {
        Value level = b.Mul(b.Level(left, minLeft, maxLeft), b.Level(right, minRight, maxRight));
        return (b.Mul(level, b.Scalar(DataType.Float32, int.MinValue)), b.Mul(level, b.Scalar(DataType.Float32, int.MaxValue)));
    }

    /// <summary>The symmetric range TensorFlow adds in: 2^17 times the largest magnitude of either range.</summary>
    public static (Value Min, Value Max) SumRange(this OnnxBuilder b, Value minLeft, Value maxLeft, Value minRight, Value maxRight)
    {
        Value left = b.Maximum(maxLeft, b.Emit("Neg", [minLeft]));
        Value right = b.Maximum(maxRight, b.Emit("Neg", [minRight]));
        Value max = b.Mul(b.Maximum(left, right), b.Scalar(DataType.Float32, 1 << 17));
        return (b.Emit("Neg", [max]), max);
    }
}
