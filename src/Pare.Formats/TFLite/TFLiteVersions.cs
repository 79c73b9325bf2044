namespace Pare.Formats.TFLite;

/// <summary>
/// Which version of an operator a node needs, from the element types, ranks and options at hand. Source of the rules: op_version.cc of LiteRT. The versions of
/// 16x8 operators are those of the kernels that run them, which files of Google's converter do not always name.
/// </summary>
internal static class TFLiteVersions
{
    /// <summary>Element types of a node's inputs and outputs as a text that two nodes share exactly when the types agree.</summary>
    public static string TypesOf(Node node) => string.Join(',', node.Inputs.Select(v => v?.Type.ToString() ?? "-")) + ">" + string.Join(',', node.Outputs.Select(v => v.Type.ToString()));

    /// <summary>The version that a node needs.</summary>
    public static long Of(Node node)
    {
        DataType x = In(node, 0);
        return node.Operator switch
        {
            "CONV_2D" or "DEPTHWISE_CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" or "BATCH_MATMUL" or "EMBEDDING_LOOKUP" or "SVDF" or "LSTM" or "UNIDIRECTIONAL_SEQUENCE_LSTM"
                or "RNN" or "UNIDIRECTIONAL_SEQUENCE_RNN" or "BIDIRECTIONAL_SEQUENCE_RNN" or "BIDIRECTIONAL_SEQUENCE_LSTM" => TFLiteLinearVersions.Of(node),
            "MAX_POOL_2D" or "AVERAGE_POOL_2D" or "TANH" or "LOGISTIC" or "SOFTMAX" or "MEAN" or "MIRROR_PAD" or "REDUCE_MAX" or "REDUCE_MIN" or "RELU6" or "RSQRT" => Step(x, int16: 3),
            "PAD" or "PADV2" => x == DataType.Boolean ? 5 : Rank(node, 0) > 4 ? 4 : Step(x, int16: 3),
            "CONCATENATION" => x == DataType.UInt32 ? 4 : Step(x, int16: 3),
            "PACK" => x == DataType.UInt32 ? 4 : Step(x, int16: 3),
            "RELU" => x == DataType.Int16 ? 3 : x is DataType.Int8 or DataType.UInt8 ? 2 : 1,
            "ADD" => x == DataType.Int16 ? (!IsQuantized(node, 0) ? 5 : node.Attributes.GetBoolean("pot_scale_int16", true) ? 1 : 3) : x == DataType.Int64 ? 4 : Step(x),
            "SUB" => x == DataType.Int16 && !node.Attributes.GetBoolean("pot_scale_int16", true) ? 5 : x == DataType.Int64 ? 4 : IsWideBroadcast(node) ? 3 : Step(x),
            "MUL" => Product(node, x),
            "DIV" => IsWideBroadcast(node) ? 2 : 1,
            "MAXIMUM" or "MINIMUM" => x == DataType.Int16 ? 4 : IsWideBroadcast(node) ? 3 : Step(x),
            "GATHER" => x == DataType.Int4 ? 7 : In(node, 1) == DataType.Int16 ? 6 : node.Attributes.GetInteger("batch_dims") != 0 ? 5 : x == DataType.Int16 ? 4 : x == DataType.Boolean ? 3 : Step(x),
            "GATHER_ND" => x == DataType.Boolean ? 5 : In(node, 1) == DataType.Int16 ? 4 : x == DataType.Int16 ? 3 : x == DataType.String ? 2 : 1,
            "TRANSPOSE" => x == DataType.Int4 ? 7 : Rank(node, 0) > 5 ? 6 : x == DataType.Int16 ? 5 : Rank(node, 0) > 4 ? 4 : x == DataType.Boolean ? 3 : Step(x),
            "SPLIT" => In(node, 1) switch { DataType.Int16 => 4, DataType.Int32 => 3, DataType.Int8 => 2, _ => 1 },
            "SPARSE_TO_DENSE" => In(node, 2) switch { DataType.Int8 or DataType.UInt8 => 3, DataType.Int64 => 2, _ => 1 },
            "SLICE" => x == DataType.UInt32 ? 6 : Rank(node, 0) > 4 ? 5 : x switch { DataType.Int16 => 4, DataType.String => 3, DataType.Int8 => 2, _ => 1 },
            "UNPACK" => x switch { DataType.Int16 => 4, DataType.Boolean => 3, DataType.Int8 or DataType.UInt8 => 2, _ => 1 },
            "DEQUANTIZE" => x switch { DataType.Int4 => 6, DataType.Int16 or DataType.Float16 => 3, DataType.Int8 => IsPerAxis(node.InputOrDefault(0)) ? 5 : 2, _ => 1 },
            "QUANTIZE" => x == DataType.Int4 || Out(node, 0) == DataType.Int4 ? 4 : IsPerAxis(node.Outputs.Count > 0 ? node.Outputs[0] : null) ? 3 : Out(node, 0) == DataType.Int16 ? 2 : 1,
            "FLOOR_DIV" => x is DataType.Int16 or DataType.Int8 ? 3 : x == DataType.Float32 ? 2 : 1,
            "FLOOR_MOD" or "EXP" or "LOG" or "REDUCE_PROD" => x is DataType.Int16 or DataType.Int8 ? 2 : 1,
            "L2_NORMALIZATION" => Step(Out(node, 0)),
            "ABS" => x switch { DataType.Int32 => 5, DataType.Int16 => IsQuantized(node, 0) ? 3 : 4, DataType.Int8 or DataType.UInt8 => 2, _ => 1 },
            "GELU" => x is DataType.Int8 or DataType.UInt8 ? 2 : 1,
            "STRIDED_SLICE" => Slice(node, x),
            "REVERSE_V2" => x == DataType.Int8 ? 3 : x == DataType.Boolean ? 2 : 1,
            "RESIZE_BILINEAR" => x == DataType.Int16 ? 4 : node.Attributes.GetBoolean("half_pixel_centers") ? 3 : Step(x),
            "RESIZE_NEAREST_NEIGHBOR" => x == DataType.Int16 ? 4 : node.Attributes.GetBoolean("half_pixel_centers") || node.Attributes.GetBoolean("align_corners") ? 3 : Step(x),
            "TILE" => x == DataType.Int8 ? 3 : x == DataType.String ? 2 : 1,
            "SQUEEZE" => x == DataType.String ? 2 : 1,
            "SPACE_TO_BATCH_ND" or "BATCH_TO_SPACE_ND" => x == DataType.Int16 ? 4 : Rank(node, 0) != 4 ? 3 : Step(x),
            "FILL" => In(node, 1) switch { DataType.Float16 => 4, DataType.Int8 or DataType.Int16 => 3, DataType.Boolean or DataType.String => 2, _ => 1 },
            "EQUAL" => x == DataType.Int16 ? 4 : x == DataType.String ? 3 : Step(x),
            "NOT_EQUAL" => x == DataType.String ? 3 : Step(x),
            "LEAKY_RELU" => x == DataType.Int16 ? 2 : 1,
            "RANGE" => x == DataType.Int64 ? 2 : 1,
            "SIGN" => x == DataType.Int32 ? 2 : 1,
            "FAKE_QUANT" => node.Attributes.GetBoolean("narrow_range") ? 2 : 1,
            "ARG_MAX" or "ARG_MIN" => x == DataType.Boolean ? 3 : Step(x),
            "SELECT" => x == DataType.UInt32 ? 4 : Rank(node, 0) == 5 || Rank(node, 1) == 5 || Rank(node, 2) == 5 ? 3 : Step(x),
            "SELECT_V2" => x == DataType.UInt32 ? 2 : 1,
            "LESS" or "GREATER_EQUAL" => Step(x, int16: 3),
            "SPACE_TO_DEPTH" or "SPLIT_V" or "SUM" or "LOG_SOFTMAX" or "GREATER" or "LESS_EQUAL" or "SQUARED_DIFFERENCE" or "DEPTH_TO_SPACE" => Step(x),
            "TOPK_V2" => x == DataType.Int16 ? 3 : Step(x),
            "DYNAMIC_UPDATE_SLICE" => x == DataType.Int16 ? 4 : x == DataType.Float16 ? 3 : In(node, 2) == DataType.Int64 ? 2 : 1,
            "BROADCAST_TO" => x is DataType.Int8 or DataType.Int16 ? 3 : 2,
            "CAST" => Cast(x, Out(node, 0)),
            "WHERE" => x == DataType.Boolean ? 1 : 2,
            _ => 1,
        };
    }

    /// <summary>Element type of an input.</summary>
    public static DataType In(Node node, int index) => node.InputOrDefault(index)?.Type ?? DataType.Undefined;

    /// <summary>Element type of an output.</summary>
    public static DataType Out(Node node, int index) => index < node.Outputs.Count ? node.Outputs[index].Type : DataType.Undefined;

    /// <summary>Whether a value has a scale for each index of an axis.</summary>
    public static bool IsPerAxis(Value? value) => value?.Quantization is { GroupSize: 0, Scales.Length: > 1 };

    private static long Step(DataType x, long int16 = 1) => x == DataType.Int8 ? 2 : x == DataType.Int16 ? int16 : 1;

    private static int Rank(Node node, int index) => node.InputOrDefault(index)?.Shape?.Rank ?? 0;

    private static bool IsQuantized(Node node, int index) => node.InputOrDefault(index)?.Quantization is { Scales.Length: > 0 };

    private static bool IsWideBroadcast(Node node) =>
        node.InputOrDefault(0)?.Shape is { } a && node.InputOrDefault(1)?.Shape is { } b && !a.Equals(b) && Math.Max(a.Rank, b.Rank) > 4;

    private static long Product(Node node, DataType x)
    {
        if (x is DataType.UInt32 || (x == DataType.Int16 && !IsQuantized(node, 0)))
        {
            return 7;
        }

        if (x is DataType.Complex64 or DataType.Int64 or DataType.Int16)
        {
            return x == DataType.Complex64 ? 6 : x == DataType.Int64 ? 5 : 4;
        }

        double scale = Scale(node.InputOrDefault(0)) * Scale(node.InputOrDefault(1));
        double output = Scale(node.Output);
        return output != 0 && scale / output >= 1 ? 3 : Step(x);
    }

    private static double Scale(Value? value) => value?.Quantization is { Scales: [var scale, ..] } ? scale : 0;

    private static long Slice(Node node, DataType x) => node.Attributes.GetBoolean("offset") ? 8
        : x == DataType.UInt32 ? 7
        : node.Attributes.GetInteger("ellipsis_mask") != 0 || node.Attributes.GetInteger("new_axis_mask") != 0 ? 6
        : x == DataType.String ? 5
        : Rank(node, 0) > 4 ? 4
        : x == DataType.Boolean ? 3
        : Step(x);

    private static long Cast(DataType from, DataType to)
    {
        (DataType[] Types, long Version)[] rules =
            [([DataType.BFloat16], 7), ([DataType.Int4], 6), ([DataType.Float64, DataType.Float16], 5), ([DataType.UInt16], 4), ([DataType.Int8], 3), ([DataType.UInt32], 2)];
        foreach ((DataType[] types, long version) in rules)
        {
            if (types.Contains(from) || types.Contains(to))
            {
                return version;
            }
        }

        return 1;
    }
}
