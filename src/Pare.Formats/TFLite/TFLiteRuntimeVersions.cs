using System.Collections.Frozen;

namespace Pare.Formats.TFLite;

/// <summary>
/// The oldest TensorFlow Lite runtime for each version of each builtin operator, which also tells the newest version that a runtime knows. Source: runtime_version.cc of TensorFlow
/// (2.23). Operators that stand here with no version cannot be run by the runtime.
/// </summary>
public static class TFLiteRuntimeVersions
{
    private const string Table = """
        AVERAGE_POOL_2D 1.5 1.14 2.3;BATCH_MATMUL 2.3 2.3 2.4 2.5;BROADCAST_TO - 2.5 2.5;CONV_2D 1.5 1.14 1.14 2.3 2.4 2.9 2.11 2.15;DEPTHWISE_CONV_2D 1.5 1.12 1.14 2.2 2.3 2.3 2.11;
        ADD 1.5 1.14 2.4 2.6 2.13 2.23;ADD_N 1.14;SPACE_TO_BATCH_ND 1.6 1.14 2.3 2.12;SUB 1.6 1.14 2.3 2.4 2.4;DENSIFY 2.2;DIV 1.6 2.3;BATCH_TO_SPACE_ND 1.6 1.14 2.3 2.12;
        CAST 1.5 2.7 2.8 2.9 2.12 2.15 2.17 2.21;CONCATENATION 1.5 1.14 2.3 2.14 2.21;DEPTH_TO_SPACE 2.1 2.5;EMBEDDING_LOOKUP 1.13 1.14 1.14 2.18 2.21;EMBEDDING_LOOKUP_SPARSE 1.5;FAKE_QUANT 1.5 1.10;
        FULLY_CONNECTED 1.5 1.10 1.14 1.14 2.0 2.1 2.3 2.3 2.3 2.11 2.15 2.17 2.18 2.21;GATHER 1.6 1.14 1.15 2.4 2.5 2.13 2.15;GATHER_ND 1.14 2.3 2.5 2.13 2.16;HASHTABLE_LOOKUP 1.5;SVDF 1.5 1.14 2.2 2.3;
        L2_NORMALIZATION 1.5 1.14;L2_POOL_2D 1.5;LOCAL_RESPONSE_NORMALIZATION 1.5;MAX_POOL_2D 1.5 1.14 2.3;MAXIMUM 1.14 1.14 2.3 2.3;MINIMUM 1.14 1.14 2.3 2.3;MUL 1.5 1.14 1.15 2.3 2.6 2.11 2.13 2.23;
        NON_MAX_SUPPRESSION_V4 2.1;NON_MAX_SUPPRESSION_V5 2.1;PAD 1.5 1.14 2.4 2.6 2.20;TILE 1.10.1 2.2 2.8;PADV2 1.9 1.14 2.4 2.6 2.20;RESHAPE 1.5;SOFTMAX 1.5 1.14 2.3;SPACE_TO_DEPTH 1.5 1.14;
        TRANSPOSE 1.6 1.14 1.15 2.3 2.4 2.12 2.14.4 2.22;LSTM 1.7 1.10 1.14 2.3 2.3;UNIDIRECTIONAL_SEQUENCE_LSTM 1.13.1 1.14 2.3 2.12 2.12;BIDIRECTIONAL_SEQUENCE_LSTM 1.14 1.14 1.14;
        BIDIRECTIONAL_SEQUENCE_RNN 1.14 1.14 2.3;MEAN 1.6 1.14 2.4;SUM 1.10 1.15;REDUCE_MAX 1.11 1.14 2.5;REDUCE_MIN 1.11 1.14 2.5;REDUCE_PROD 1.11 2.6;REDUCE_ANY 1.11;RELU6 1.5 1.14 2.5;
        RESIZE_BILINEAR 1.7 1.14 2.2 2.5;RESIZE_NEAREST_NEIGHBOR 1.13.1 1.14 2.3 2.4;RNN 1.5 1.14 2.3;SKIP_GRAM 1.5;SQUEEZE 1.6 2.5;SPLIT 1.5 1.14 1.14 2.3;SPLIT_V 1.13.1 2.3;
        STRIDED_SLICE 1.6 1.14 2.1 2.2 2.5 2.6 2.14 2.14;TOPK_V2 1.7 1.14 2.13;ARG_MAX 1.9 1.14 2.9;ARG_MIN 1.9 1.14 2.9;TRANSPOSE_CONV 1.9 2.2 2.3 2.13 2.15;SPARSE_TO_DENSE 1.9 1.14 1.15;EXPAND_DIMS 1.10;
        PACK 1.11 1.14 2.3 2.13;SHAPE 1.10;SLICE 1.14 1.14 1.14 2.4 2.5 2.14 2.21;TANH 1.14 1.14 2.3;ONE_HOT 1.11;UNPACK 1.11 1.14 2.2 2.3 2.22;LEAKY_RELU 1.13.1 2.3;LOGISTIC 1.14 1.14 2.3;
        LOG_SOFTMAX 1.14 1.14;LSH_PROJECTION 1.5;SQUARED_DIFFERENCE 1.13.1 2.5;MIRROR_PAD 1.13.1 2.3 2.12;UNIQUE 1.14;UNIDIRECTIONAL_SEQUENCE_RNN 1.14 1.14 2.3;WHERE 1.14 2.8;
        DEQUANTIZE 1.13.1 1.14 1.15 2.2 2.7 2.18 2.21 2.22;REVERSE_SEQUENCE 1.14;EQUAL 1.14 1.14 2.3 2.13 2.21;NOT_EQUAL 1.14 1.14 2.3 2.21;GREATER 1.14 1.14;GREATER_EQUAL 1.14 1.14 2.13;LESS 1.14 1.14 2.13;
        LESS_EQUAL 1.14 1.14;SCATTER_ND 2.1;SEGMENT_SUM 2.2;SELECT 1.14 1.14 2.12 2.12;SELECT_V2 2.2 2.12;IF 1.15;FLOOR_DIV 1.14 1.14 2.13;FLOOR 1.9;CEIL 1.14;MATRIX_DIAG 1.14;MATRIX_SET_DIAG 1.14;ELU 1.14;
        QUANTIZE 1.14 1.15 2.7 2.21 2.21 2.21;ROUND 1.14;RELU 1.5 2.1 2.5;RELU_N1_TO_1 1.5;RELU_0_TO_1 2.10;PRELU 1.8;EXP 1.7 2.12;COS 1.14;NEG 1.9;POW 1.10;LOGICAL_OR 1.11;LOGICAL_AND 1.11;LOGICAL_NOT 1.11;
        FLOOR_MOD 1.13 2.13;RANGE 1.13 2.14;SIN 1.9;LOG 1.14 2.15;SQRT 1.10 2.21;RSQRT 1.10 2.5 2.15;SQUARE 1.12;ZEROS_LIKE 1.12;ABS 1.13 2.4 2.5 2.6 2.12;HARD_SWISH 1.15;FILL 1.13 2.3 2.5 2.12;
        REVERSE_V2 1.14 2.2 2.5;RANK 1.14;WHILE 1.15;CUMSUM 2.4;CALL_ONCE 2.5;RFFT2D 2.5;CONV_3D 2.5;IMAG 2.5;REAL 2.5;COMPLEX_ABS 2.5;HASHTABLE 2.5;HASHTABLE_FIND 2.5;HASHTABLE_IMPORT 2.5;HASHTABLE_SIZE 2.5;
        REDUCE_ALL 2.6;CONV_3D_TRANSPOSE 2.6;VAR_HANDLE 2.6;READ_VARIABLE 2.6;ASSIGN_VARIABLE 2.6;BROADCAST_ARGS 2.6;RANDOM_STANDARD_NORMAL 2.8;BUCKETIZE 2.8;RANDOM_UNIFORM 2.8;MULTINOMIAL 2.8;GELU 2.9 2.9;
        DYNAMIC_UPDATE_SLICE 2.9 2.17 2.19 2.20 2.21 2.22;UNSORTED_SEGMENT_PROD 2.10;UNSORTED_SEGMENT_MAX 2.10;UNSORTED_SEGMENT_MIN 2.11;UNSORTED_SEGMENT_SUM 2.10;ATAN2 2.10;SIGN 2.11 2.12;BITCAST 2.13;
        BITWISE_XOR 2.13;RIGHT_SHIFT 2.13;STABLEHLO_SCATTER 2.15;DILATE 2.15;STABLEHLO_RNG_BIT_GENERATOR 2.15;REDUCE_WINDOW 2.15;STABLEHLO_GATHER 2.16;STABLEHLO_ADD 2.16;STABLEHLO_MULTIPLY 2.16;
        STABLEHLO_REDUCE_WINDOW 2.16;STABLEHLO_MAXIMUM 2.16;STABLEHLO_MINIMUM 2.16;STABLEHLO_PAD 2.16;STABLEHLO_COMPOSITE 2.17;STABLEHLO_AND 2.17;STABLEHLO_SHIFT_LEFT 2.17;STABLEHLO_CBRT 2.17;STABLEHLO_CASE 2.17
        """;

    private static readonly FrozenDictionary<string, Version?[]> s_versions = Table.Split([';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split(' ')).ToFrozenDictionary(parts => parts[0], parts => parts.Skip(1).Select(Parse).ToArray(), StringComparer.Ordinal);

    /// <summary>The newest version of an operator that the newest runtime known here runs; 0 where it runs none.</summary>
    public static int Newest(string @operator) => s_versions.TryGetValue(@operator, out Version?[]? versions) ? versions.Length : 0;

    /// <summary>The oldest runtime that runs a version of an operator; null where none is known to.</summary>
    public static Version? Oldest(string @operator, long version) =>
        s_versions.TryGetValue(@operator, out Version?[]? versions) && version >= 1 && version <= versions.Length ? versions[version - 1] : null;

    // Releases that the table names by two numbers are the .0 ones.
    private static Version? Parse(string text) => text == "-" ? null : Version.Parse(text.Count(c => c == '.') == 1 ? text + ".0" : text);
}
