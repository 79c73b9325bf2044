namespace Pare.Formats.TFLite;

/// <summary>Versions of operators with weights. Source of the rules: op_version.cc of LiteRT.</summary>
internal static class TFLiteLinearVersions
{
    public static long Of(Node node)
    {
        DataType x = TFLiteVersions.In(node, 0);
        DataType w = TFLiteVersions.In(node, 1);
        DataType y = TFLiteVersions.Out(node, 0);
        bool hybrid = x == DataType.Float32 && w == DataType.Int8 && y == DataType.Float32;
        bool asymmetric = node.Attributes.GetBoolean("asymmetric_quantize_inputs");
        bool perAxis = TFLiteVersions.IsPerAxis(node.InputOrDefault(1));
        return node.Operator switch
        {
            "CONV_2D" => IsGrouped(node) ? 6 : x == DataType.Int8 ? (w == DataType.Int4 ? 7 : 3) : x == DataType.Int16 ? (BiasType(node) ? 8 : 4) : hybrid ? (perAxis ? 5 : 2) : 1,
            "DEPTHWISE_CONV_2D" => x == DataType.Int16 ? 5 : hybrid ? (perAxis ? 6 : 4) : x == DataType.Int8 ? (w == DataType.Int4 ? 7 : 3) : IsDilated(node) ? 2 : 1,
            "FULLY_CONNECTED" => FullyConnected(node, x, w, hybrid, asymmetric, perAxis),
            "TRANSPOSE_CONV" => TVersion(node, w),
            "BATCH_MATMUL" => x == DataType.Int16 ? 3 : x == DataType.Int8 ? 2 : hybrid && asymmetric ? 4 : 1,
            "EMBEDDING_LOOKUP" => w == DataType.Int4 || perAxis ? 4 : w is DataType.Int8 or DataType.UInt8 ? 3 : 1,
            "SVDF" => x == DataType.Int8 ? 3 : hybrid ? (asymmetric ? 4 : 2) : 1,
            "LSTM" => node.Attributes.GetString("kernel_type") == "BASIC" ? 2 : Weight(node, 2) == DataType.Int8 && x == DataType.Int16 ? 5 : Weight(node, 2) == DataType.Int8 && x == DataType.Float32 ? (asymmetric ? 4 : 3) : 1,
            "UNIDIRECTIONAL_SEQUENCE_LSTM" => Weight(node, 2) == DataType.Int8 && x == DataType.Int16 ? 5
                : node.Attributes.GetBoolean("diagonal_recurrent_tensors") ? 4
                : Weight(node, 2) == DataType.Int8 && x == DataType.Float32 ? (asymmetric ? 3 : 2) : 1,
            _ => w == DataType.Int8 && y == DataType.Float32 ? (asymmetric ? 3 : 2) : 1,
        };
    }

    private static long FullyConnected(Node node, DataType x, DataType w, bool hybrid, bool asymmetric, bool perAxis) =>
        x == DataType.Int16 && w == DataType.Int4 ? 13
        : hybrid && perAxis ? 12
        : x == DataType.Int16 && w == DataType.Int8 && BiasType(node) ? 11
        : x == DataType.Int16 ? 7
        : node.Inputs.Count == 2 ? 6
        : node.Attributes.GetBoolean("keep_num_dims") ? 5
        : x == DataType.Int8 ? (w == DataType.Int4 ? 10 : 4)
        : hybrid ? (asymmetric ? 9 : 3)
        : node.Attributes.GetString("weights_format") == "SHUFFLED4x16INT8" ? 2
        : 1;

    private static long TVersion(Node node, DataType w) =>
        TFLiteVersions.In(node, 2) == DataType.Int16 && BiasType(node) ? 5
        : node.Attributes.GetString("fused_activation_function", "NONE") != "NONE" ? 4
        : node.InputOrDefault(3) is not null ? 3
        : w == DataType.Int8 ? 2
        : 1;

    private static DataType Weight(Node node, int index) => TFLiteVersions.In(node, index);

    private static bool BiasType(Node node) => node.Attributes.GetString("quantized_bias_type", "FLOAT32") != "FLOAT32";

    private static bool IsDilated(Node node) => node.Attributes.GetInteger("dilation_w_factor", 1) != 1 || node.Attributes.GetInteger("dilation_h_factor", 1) != 1;

    private static bool IsGrouped(Node node) =>
        node.InputOrDefault(0)?.Shape is { Rank: 4 } x && node.InputOrDefault(1)?.Shape is { Rank: 4 } w && x[3].Value is { } channels && w[3].Value is { } inputs && channels != inputs;
}
