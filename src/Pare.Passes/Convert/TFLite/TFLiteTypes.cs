namespace Pare.Passes.Conversion;

/// <summary>Element types by their names in TFLite's schema.</summary>
internal static class TFLiteTypes
{
    private static readonly Dictionary<DataType, string> s_names = new()
    {
        [DataType.Float32] = "FLOAT32",
        [DataType.Float16] = "FLOAT16",
        [DataType.BFloat16] = "BFLOAT16",
        [DataType.Float64] = "FLOAT64",
        [DataType.Int8] = "INT8",
        [DataType.UInt8] = "UINT8",
        [DataType.Int16] = "INT16",
        [DataType.UInt16] = "UINT16",
        [DataType.Int32] = "INT32",
        [DataType.UInt32] = "UINT32",
        [DataType.Int64] = "INT64",
        [DataType.UInt64] = "UINT64",
        [DataType.Boolean] = "BOOL",
        [DataType.Int4] = "INT4",
    };

    /// <summary>The schema's name of a type.</summary>
    /// <exception cref="LoweringException">TFLite has no such type.</exception>
    public static string Name(DataType type) => s_names.GetValueOrDefault(type) ?? throw new LoweringException($"TFLite has no tensors of type {type}");

    /// <summary>The type of a schema name.</summary>
    public static DataType Parse(string name) => s_names.FirstOrDefault(p => p.Value == name).Key;
}
