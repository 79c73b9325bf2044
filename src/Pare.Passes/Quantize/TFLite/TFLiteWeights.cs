namespace Pare.Passes.Quantize.TFLite;

/// <summary>Which inputs of TFLite operators are weights that may be stored in few bits, and how their kernels take them.</summary>
internal static class TFLiteWeights
{
    /// <summary>Whether a use is that of a weight worth few bits: filters, matrices, tables.</summary>
    public static bool IsWeight(Use use) => use.Node.Operator switch
    {
        "CONV_2D" or "DEPTHWISE_CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" or "BATCH_MATMUL" => use.Index == 1,
        "GATHER" or "EMBEDDING_LOOKUP" => use.Index == (use.Node.Operator == "GATHER" ? 0 : 1),
        _ => false,
    };

    /// <summary>The axis with a scale each: output channels; null for one scale for all.</summary>
    public static int? ChannelAxis(Use use) => ChannelAxis(use.Node);

    /// <summary>The axis of a layer's weights with a scale each: output channels; null for one scale for all.</summary>
    public static int? ChannelAxis(Node node) => node.Operator switch
    {
        "CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" => 0,
        "DEPTHWISE_CONV_2D" => 3,
        _ => null,
    };

    /// <summary>Places of a layer's data and bias among its inputs; the weight is always input 1.</summary>
    public static (int Data, int Bias) LayerInputs(Node node) => node.Operator == "TRANSPOSE_CONV" ? (2, 3) : (0, 2);

    /// <summary>Whether the operator's kernel takes 8-bit weights beside float activations.</summary>
    public static bool IsHybrid(Node node) => TFLitePolicy.Find(node)?.Hybrid == true;
}
