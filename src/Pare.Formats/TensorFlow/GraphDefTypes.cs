namespace Pare.Formats.TensorFlow;

/// <summary>TensorFlow's <c>DataType</c> codes (types.proto) and where a TensorProto keeps typed values of each.</summary>
internal static class GraphDefTypes
{
    private const int ReferenceOffset = 100;

    private static readonly DataType[] s_types =
    [
        DataType.Undefined, DataType.Float32, DataType.Float64, DataType.Int32, DataType.UInt8, DataType.Int16, DataType.Int8, DataType.String,
        DataType.Complex64, DataType.Int64, DataType.Boolean, DataType.QInt8, DataType.QUInt8, DataType.QInt32, DataType.BFloat16, DataType.QInt16,
        DataType.QUInt16, DataType.UInt16, DataType.Complex128, DataType.Float16, DataType.Resource, DataType.Variant, DataType.UInt32, DataType.UInt64,
        DataType.Float8E5M2, DataType.Float8E4M3FN, DataType.Float8E4M3FNUZ, DataType.Undefined, DataType.Float8E5M2FNUZ, DataType.Int4, DataType.UInt4,
        DataType.Int2, DataType.UInt2,
    ];

    /// <summary>The element type of a code; reference types (code + 100) count as what they refer to, unknown codes as undefined.</summary>
    public static DataType FromCode(long code)
    {
        long plain = code > ReferenceOffset ? code - ReferenceOffset : code;
        return plain >= 0 && plain < s_types.Length ? s_types[plain] : DataType.Undefined;
    }

    /// <summary>The code of an element type; -1 where TensorFlow has none.</summary>
    public static int ToCode(DataType type) => type == DataType.Undefined ? 0 : Array.IndexOf(s_types, type);

    /// <summary>Whether elements narrower than a byte lie one to a byte in TensorFlow.</summary>
    public static bool IsNarrow(DataType type) => type is DataType.Int4 or DataType.UInt4 or DataType.Int2 or DataType.UInt2;

    /// <summary>The field of a TensorProto that holds typed values of a type; 0 where there is none.</summary>
    public static int ValueField(DataType type) => type switch
    {
        DataType.Float32 => 5,
        DataType.Float64 => 6,
        DataType.Int32 or DataType.Int16 or DataType.Int8 or DataType.UInt8 or DataType.UInt16 or DataType.QInt8 or DataType.QUInt8 or DataType.QInt16
            or DataType.QUInt16 or DataType.QInt32 or DataType.Int4 or DataType.UInt4 or DataType.Int2 or DataType.UInt2 => 7,
        DataType.String => 8,
        DataType.Complex64 => 9,
        DataType.Int64 => 10,
        DataType.Boolean => 11,
        DataType.Complex128 => 12,
        DataType.Float16 or DataType.BFloat16 => 13,
        DataType.UInt32 => 16,
        DataType.UInt64 => 17,
        DataType.Float8E5M2 or DataType.Float8E4M3FN or DataType.Float8E4M3FNUZ or DataType.Float8E5M2FNUZ => 18,
        _ => 0,
    };
}
