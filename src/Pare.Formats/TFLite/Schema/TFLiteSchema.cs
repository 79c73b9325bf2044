using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>The schema of TFLite files, put together.</summary>
internal static class TFLiteSchema
{
    /// <summary>Bytes 4 to 7 of a file.</summary>
    public const string Identifier = "TFL3";

    /// <summary>The schema.</summary>
    public static FlatSchema Instance { get; } = new(
        TFLiteEnumerations.All,
        [
            ("QuantizationDetails", ["CustomQuantization", "BlockwiseQuantization", "MultiAxisQuantization"]),
            ("SparseIndexVector", ["Int32Vector", "Uint16Vector", "Uint8Vector"]),
            ("BuiltinOptions", [.. TFLiteOptionTables.All.Select(t => t.Name)]),
            ("BuiltinOptions2", [.. TFLiteOptionTables2.All.Select(t => t.Name)]),
        ],
        [.. TFLiteModelTables.All, .. TFLiteOptionTables.All, .. TFLiteOptionTables2.All]);

    /// <summary>A table type.</summary>
    public static FlatTable Table(string name) => Instance.Table(name);

    /// <summary>A new table of a type.</summary>
    public static FlatObject New(string name) => new(Instance.Table(name));
}
