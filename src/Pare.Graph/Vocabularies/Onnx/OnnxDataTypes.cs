namespace Pare;

/// <summary>Element types as ONNX numbers them (<c>TensorProto.DataType</c>, the attribute <c>to</c> of Cast). Source: onnx.proto.</summary>
public static class OnnxDataTypes
{
    private static readonly DataType[] s_types =
    [
        DataType.Undefined, DataType.Float32, DataType.UInt8, DataType.Int8, DataType.UInt16, DataType.Int16, DataType.Int32, DataType.Int64,
        DataType.String, DataType.Boolean, DataType.Float16, DataType.Float64, DataType.UInt32, DataType.UInt64, DataType.Complex64,
        DataType.Complex128, DataType.BFloat16, DataType.Float8E4M3FN, DataType.Float8E4M3FNUZ, DataType.Float8E5M2, DataType.Float8E5M2FNUZ,
        DataType.UInt4, DataType.Int4, DataType.Float4E2M1, DataType.Float8E8M0, DataType.UInt2, DataType.Int2,
    ];

    /// <summary>The type of a code; <see cref="DataType.Undefined"/> for codes this version does not know.</summary>
    public static DataType FromCode(int code) => code > 0 && code < s_types.Length ? s_types[code] : DataType.Undefined;

    /// <summary>The code of a type.</summary>
    /// <exception cref="GraphException">ONNX has no such type.</exception>
    public static int ToCode(DataType type)
    {
        int code = Array.IndexOf(s_types, type);
        return code > 0 || type == DataType.Undefined ? code : throw new GraphException($"ONNX has no tensors of type {type}");
    }
}
