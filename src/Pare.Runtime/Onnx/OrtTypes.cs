using Microsoft.ML.OnnxRuntime.Tensors;

namespace Pare.Runtime;

/// <summary>Element types as ONNX Runtime numbers them; the numbers are ONNX's own.</summary>
internal static class OrtTypes
{
    public static TensorElementType ToOrt(DataType type) => (TensorElementType)(type switch
    {
        DataType.Float32 => 1,
        DataType.UInt8 or DataType.QUInt8 => 2,
        DataType.Int8 or DataType.QInt8 => 3,
        DataType.UInt16 or DataType.QUInt16 => 4,
        DataType.Int16 or DataType.QInt16 => 5,
        DataType.Int32 or DataType.QInt32 => 6,
        DataType.Int64 => 7,
        DataType.String => 8,
        DataType.Boolean => 9,
        DataType.Float16 => 10,
        DataType.Float64 => 11,
        DataType.UInt32 => 12,
        DataType.UInt64 => 13,
        DataType.Complex64 => 14,
        DataType.Complex128 => 15,
        DataType.BFloat16 => 16,
        DataType.Float8E4M3FN => 17,
        DataType.Float8E4M3FNUZ => 18,
        DataType.Float8E5M2 => 19,
        DataType.Float8E5M2FNUZ => 20,
        DataType.UInt4 => 21,
        DataType.Int4 => 22,
        DataType.Float4E2M1 => 23,
        _ => throw new UnsupportedModelException($"ONNX Runtime has no tensors of type {type}", []),
    });

    public static DataType FromOrt(TensorElementType type) => (int)type switch
    {
        1 => DataType.Float32,
        2 => DataType.UInt8,
        3 => DataType.Int8,
        4 => DataType.UInt16,
        5 => DataType.Int16,
        6 => DataType.Int32,
        7 => DataType.Int64,
        8 => DataType.String,
        9 => DataType.Boolean,
        10 => DataType.Float16,
        11 => DataType.Float64,
        12 => DataType.UInt32,
        13 => DataType.UInt64,
        14 => DataType.Complex64,
        15 => DataType.Complex128,
        16 => DataType.BFloat16,
        17 => DataType.Float8E4M3FN,
        18 => DataType.Float8E4M3FNUZ,
        19 => DataType.Float8E5M2,
        20 => DataType.Float8E5M2FNUZ,
        21 => DataType.UInt4,
        22 => DataType.Int4,
        23 => DataType.Float4E2M1,
        _ => DataType.Undefined,
    };
}
