namespace Pare;

/// <summary>Element types of tensors: the union of what ONNX, TensorFlow, TFLite and Keras know. Each format maps its own codes.</summary>
public enum DataType
{
    /// <summary>Unknown.</summary>
    Undefined,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,

    /// <summary>IEEE 754 binary16.</summary>
    Float16,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16,

    /// <summary>8-bit float, 4 exponent bits, no infinities.</summary>
    Float8E4M3FN,

    /// <summary>8-bit float, 4 exponent bits, no infinities, no negative zero.</summary>
    Float8E4M3FNUZ,

    /// <summary>8-bit float, 5 exponent bits.</summary>
    Float8E5M2,

    /// <summary>8-bit float, 5 exponent bits, no infinities, no negative zero.</summary>
    Float8E5M2FNUZ,

    /// <summary>8-bit power of two.</summary>
    Float8E8M0,

    /// <summary>4-bit float, two to a byte.</summary>
    Float4E2M1,

    /// <summary>2-bit signed integer, four to a byte.</summary>
    Int2,

    /// <summary>2-bit unsigned integer, four to a byte.</summary>
    UInt2,

    /// <summary>4-bit signed integer, two to a byte, low nibble first.</summary>
    Int4,

    /// <summary>4-bit unsigned integer, two to a byte, low nibble first.</summary>
    UInt4,

    /// <summary>8-bit signed integer.</summary>
    Int8,

    /// <summary>8-bit unsigned integer.</summary>
    UInt8,

    /// <summary>16-bit signed integer.</summary>
    Int16,

    /// <summary>16-bit unsigned integer.</summary>
    UInt16,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>32-bit unsigned integer.</summary>
    UInt32,

    /// <summary>64-bit signed integer.</summary>
    Int64,

    /// <summary>64-bit unsigned integer.</summary>
    UInt64,

    /// <summary>One byte, 0 or 1.</summary>
    Boolean,

    /// <summary>Byte strings of any length.</summary>
    String,

    /// <summary>Two binary32: real, imaginary.</summary>
    Complex64,

    /// <summary>Two binary64: real, imaginary.</summary>
    Complex128,

    /// <summary>TensorFlow's quantized 8-bit signed integer.</summary>
    QInt8,

    /// <summary>TensorFlow's quantized 8-bit unsigned integer.</summary>
    QUInt8,

    /// <summary>TensorFlow's quantized 16-bit signed integer.</summary>
    QInt16,

    /// <summary>TensorFlow's quantized 16-bit unsigned integer.</summary>
    QUInt16,

    /// <summary>TensorFlow's quantized 32-bit signed integer.</summary>
    QInt32,

    /// <summary>A handle to state outside the graph.</summary>
    Resource,

    /// <summary>TensorFlow's variant: a value of a type known only at run time.</summary>
    Variant,
}
