using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>Element types as Keras names them: a text, or a policy's object.</summary>
internal static class KerasTypes
{
    /// <summary>The name within a <c>dtype</c> entry; <c>float32</c> where none is given.</summary>
    public static string NameOf(JsonElement dtype) => dtype.ValueKind == JsonValueKind.String ? dtype.GetString()! : dtype.Get("config").Text("name") ?? "float32";

    /// <summary>The element type of a <c>dtype</c> entry.</summary>
    public static DataType Parse(JsonElement dtype) => NameOf(dtype) switch
    {
        "float64" => DataType.Float64,
        "float16" => DataType.Float16,
        "bfloat16" => DataType.BFloat16,
        "int8" => DataType.Int8,
        "uint8" => DataType.UInt8,
        "int16" => DataType.Int16,
        "uint16" => DataType.UInt16,
        "int32" => DataType.Int32,
        "uint32" => DataType.UInt32,
        "int64" => DataType.Int64,
        "uint64" => DataType.UInt64,
        "bool" => DataType.Boolean,
        "string" => DataType.String,
        _ => DataType.Float32,
    };
}
