using System.Collections.Frozen;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>
/// What LiteRT runs per operator and scheme: data, from the kernels' own checks (op_version.cc, the prepare functions) and from running every operator in LiteRT 2. Operators that do
/// not stand here run on real numbers only.
/// </summary>
public static class TFLitePolicy
{
    // operator: rule, then the kernels there are: 8 (int8), 16 (16-bit activations), h (hybrid, 8-bit weights), 4 (hybrid, 4-bit weights).
    private const string Table = """
        CONV_2D layer 8 16 h 4;DEPTHWISE_CONV_2D layer 8 16 h;FULLY_CONNECTED layer 8 16 h 4;TRANSPOSE_CONV layer 8 16 h
        ADD free 8 16;SUB free 8 16;MUL free 8 16;SQUARED_DIFFERENCE free 8;BATCH_MATMUL free 8 16 h;MEAN free 8 16;SUM free 8
        RELU free 8 16;RELU6 free 8 16;RELU_N1_TO_1 free 8;LEAKY_RELU free 8 16;PRELU free 8;HARD_SWISH free 8;GELU free 8;ABS free 8 16;EXP free 8 16;LOG free 8 16;RSQRT free 8
        AVERAGE_POOL_2D same 8 16;MAX_POOL_2D same 8 16;CONCATENATION same 8 16;PAD same 8 16;PADV2 same 8 16;MIRROR_PAD same 8 16;RESHAPE same 8 16;SQUEEZE same 8 16;EXPAND_DIMS same 8 16
        TRANSPOSE same 8 16;SLICE same 8 16;STRIDED_SLICE same 8 16;SPLIT same 8 16;SPLIT_V same 8 16;PACK same 8 16;UNPACK same 8 16;GATHER same 8 16;GATHER_ND same 8 16
        RESIZE_BILINEAR same 8 16;RESIZE_NEAREST_NEIGHBOR same 8 16;SPACE_TO_DEPTH same 8;DEPTH_TO_SPACE same 8;SPACE_TO_BATCH_ND same 8 16;BATCH_TO_SPACE_ND same 8 16;TILE same 8
        BROADCAST_TO same 8 16;REVERSE_V2 same 8;SELECT same 8 16;SELECT_V2 same 8 16;MINIMUM same 8 16;MAXIMUM same 8 16;REDUCE_MIN same 8 16;REDUCE_MAX same 8 16
        SOFTMAX fixed 8 16;LOGISTIC fixed 8 16;TANH fixed 8 16;L2_NORMALIZATION fixed 8;LOG_SOFTMAX fixed 8
        ARG_MAX read 8;ARG_MIN read 8;EQUAL read 8;NOT_EQUAL read 8;LESS read 8;LESS_EQUAL read 8;GREATER read 8;GREATER_EQUAL read 8;SHAPE read 8 16;RANK read 8 16
        """;

    // What the kernels' prepare functions demand of their output.
    private static readonly FrozenDictionary<string, (float Scale, long ZeroPoint, float Scale16)> s_fixed = new Dictionary<string, (float, long, float)>(StringComparer.Ordinal)
    {
        ["SOFTMAX"] = (1f / 256, -128, 1f / 32768),
        ["LOGISTIC"] = (1f / 256, -128, 1f / 32768),
        ["TANH"] = (1f / 128, 0, 1f / 32768),
        ["L2_NORMALIZATION"] = (1f / 128, 0, 0),
        ["LOG_SOFTMAX"] = (16f / 256, 127, 0),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The operators with other than real kernels, in the order of the documentation.</summary>
    public static IReadOnlyList<OperatorPolicy> All { get; } = [.. Table.Split([';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    private static readonly FrozenDictionary<string, OperatorPolicy> s_byOperator = All.ToFrozenDictionary(p => p.Operator, StringComparer.Ordinal);

    /// <summary>What is known of an operator; null where it runs on real numbers only.</summary>
    public static OperatorPolicy? Find(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Domain.Length == 0 ? s_byOperator.GetValueOrDefault(node.Operator) : null;
    }

    private static OperatorPolicy Parse(string line)
    {
        string[] parts = line.Split(' ');
        (float scale, long zeroPoint, float scale16) = s_fixed.GetValueOrDefault(parts[0]);
        return new OperatorPolicy(
            parts[0], Enum.Parse<ScaleRule>(parts[1], ignoreCase: true), parts.Contains("8"), parts.Contains("16"), parts.Contains("h"), parts.Contains("4"), (scale, zeroPoint), scale16);
    }
}
