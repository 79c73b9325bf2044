namespace Pare.Passes.Conversion;

/// <summary>Which element types the runtime's kernels compute in, and the options tables that operators carry.</summary>
internal static class TFLiteKernels
{
    private static readonly DataType[] s_whole = [DataType.Float32, DataType.Int32, DataType.Int64];
    private static readonly DataType[] s_short = [DataType.Float32, DataType.Int32];
    private static readonly DataType[] s_ordered = [DataType.Float32, DataType.Int32, DataType.Int64, DataType.Int8, DataType.UInt8, DataType.Int16];

    // Absent operators compute in binary32 only.
    private static readonly Dictionary<string, DataType[]> s_types = new(StringComparer.Ordinal)
    {
        ["ADD"] = s_whole,
        ["SUB"] = s_whole,
        ["MUL"] = s_whole,
        ["DIV"] = s_short,
        ["FLOOR_DIV"] = s_short,
        ["FLOOR_MOD"] = s_whole,
        ["POW"] = s_short,
        ["SQUARED_DIFFERENCE"] = s_short,
        ["MAXIMUM"] = s_ordered,
        ["MINIMUM"] = s_ordered,
        ["ABS"] = s_short,
        ["NEG"] = s_whole,
        ["SIGN"] = s_short,
        ["EQUAL"] = [.. s_whole, DataType.Boolean, DataType.String, DataType.Int8, DataType.UInt8],
        ["NOT_EQUAL"] = [.. s_whole, DataType.Boolean, DataType.String, DataType.Int8, DataType.UInt8],
        ["LESS"] = s_whole,
        ["LESS_EQUAL"] = s_whole,
        ["GREATER"] = s_whole,
        ["GREATER_EQUAL"] = s_whole,
        ["SUM"] = s_whole,
        ["MEAN"] = s_whole,
        ["REDUCE_PROD"] = s_whole,
        ["REDUCE_MAX"] = s_whole,
        ["REDUCE_MIN"] = s_whole,
        ["REDUCE_ANY"] = [DataType.Boolean],
        ["REDUCE_ALL"] = [DataType.Boolean],
        ["CUMSUM"] = s_whole,
        ["TOPK_V2"] = [.. s_whole, DataType.Int8, DataType.UInt8],
        ["ARG_MAX"] = [DataType.Float32, DataType.Int32, DataType.Int8, DataType.UInt8, DataType.Boolean],
        ["ARG_MIN"] = [DataType.Float32, DataType.Int32, DataType.Int8, DataType.UInt8, DataType.Boolean],
    };

    /// <summary>The type an operator computes in for data of a type: the same where there is a kernel, else one that holds the values.</summary>
    public static DataType ComputeType(string @operator, DataType type)
    {
        DataType[] known = s_types.GetValueOrDefault(@operator) ?? [DataType.Float32];
        return known.Contains(type) || type == DataType.Undefined ? type
            : type is DataType.Int8 or DataType.UInt8 or DataType.Int16 or DataType.UInt16 or DataType.Boolean or DataType.Int64 or DataType.UInt32 or DataType.UInt64 && known.Contains(DataType.Int32)
                ? type is DataType.UInt32 or DataType.UInt64 && known.Contains(DataType.Int64) ? DataType.Int64 : DataType.Int32
            : DataType.Float32;
    }

    /// <summary>The options of an elementwise operator with no choices to make.</summary>
    public static (string Name, AttributeValue Value)[] Options(string @operator)
        => @operator is "ADD" or "SUB" or "MUL" or "DIV" ? [TFLiteBuilderHelpers.NoActivation] : [];
}
