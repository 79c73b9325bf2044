namespace Pare.Formats.Packed;

/// <summary>Element types of coded values as the directory numbers them.</summary>
internal static class CodedTypes
{
    private static readonly DataType[] s_types = [DataType.Float32, DataType.Float16, DataType.BFloat16];

    public static int Code(DataType type) => Array.IndexOf(s_types, type);

    public static DataType Read(int code, ref VarintReader r) =>
        code < s_types.Length ? s_types[code] : throw r.Error($"{code} is no type of coded values; there are 0 to {s_types.Length - 1}");
}
