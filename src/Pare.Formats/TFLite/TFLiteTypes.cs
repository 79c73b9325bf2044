namespace Pare.Formats.TFLite;

/// <summary>Element types as TFLite numbers them (<c>TensorType</c>).</summary>
internal static class TFLiteTypes
{
    private static readonly DataType[] s_types =
    [
        DataType.Float32, DataType.Float16, DataType.Int32, DataType.UInt8, DataType.Int64, DataType.String, DataType.Boolean, DataType.Int16, DataType.Complex64, DataType.Int8, DataType.Float64,
        DataType.Complex128, DataType.UInt64, DataType.Resource, DataType.Variant, DataType.UInt32, DataType.UInt16, DataType.Int4, DataType.BFloat16, DataType.Int2, DataType.UInt4,
        DataType.Float8E4M3FN, DataType.Float8E5M2,
    ];

    /// <summary>The type of a code; <see cref="DataType.Undefined"/> for codes this version does not know.</summary>
    public static DataType FromCode(long code) => code >= 0 && code < s_types.Length ? s_types[(int)code] : DataType.Undefined;

    /// <summary>The code of a type.</summary>
    /// <exception cref="GraphException">TFLite has no such type.</exception>
    public static long ToCode(DataType type, string value)
    {
        int code = Array.IndexOf(s_types, type);
        return code >= 0 ? code : throw new GraphException($"the value '{value}' is of type {type}, which TFLite does not have");
    }

    /// <summary>The schema's name of a type.</summary>
    public static string NameOf(DataType type) => TFLiteSchema.Instance.Enumeration("TensorType").NameOf(ToCode(type, ""));
}
