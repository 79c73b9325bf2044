namespace Pare.Passes.Quantize.TFLite;

/// <summary>Which inputs of TFLite operators are weights that may be stored as int8, and how their kernels take them.</summary>
internal static class TFLiteWeights
{
    /// <summary>Whether a use is that of a weight worth 8 bits: filters, matrices, tables.</summary>
    public static bool IsWeight(Use use) => use.Node.Operator switch
    {
        "CONV_2D" or "DEPTHWISE_CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" or "BATCH_MATMUL" => use.Index == 1,
        "GATHER" or "EMBEDDING_LOOKUP" => use.Index == (use.Node.Operator == "GATHER" ? 0 : 1),
        _ => false,
    };

    /// <summary>The axis with a scale each: output channels; null for one scale for all.</summary>
    public static int? ChannelAxis(Use use) => use.Node.Operator switch
    {
        "CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" => 0,
        "DEPTHWISE_CONV_2D" => 3,
        _ => null,
    };

    /// <summary>Whether the operator's kernel takes int8 weights beside float activations.</summary>
    public static bool IsHybrid(Node node) => node.Operator is "CONV_2D" or "DEPTHWISE_CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" or "BATCH_MATMUL";
}
