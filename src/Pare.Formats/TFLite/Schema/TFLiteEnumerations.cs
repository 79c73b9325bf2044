using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>The enumerations of TFLite's schema. Source: schema.fbs of LiteRT (version 3d); values are numbered from 0.</summary>
internal static class TFLiteEnumerations
{
    public static IReadOnlyList<FlatEnumeration> All { get; } =
    [
        new("TensorType", FlatKind.Int8,
        [
            "FLOAT32", "FLOAT16", "INT32", "UINT8", "INT64", "STRING", "BOOL", "INT16", "COMPLEX64", "INT8", "FLOAT64", "COMPLEX128", "UINT64", "RESOURCE", "VARIANT", "UINT32", "UINT16",
            "INT4", "BFLOAT16", "INT2", "UINT4", "FLOAT8_E4M3FN", "FLOAT8_E5M2",
        ]),
        new("DimensionType", FlatKind.Int8, ["DENSE", "SPARSE_CSR"]),
        new("Padding", FlatKind.Int8, ["SAME", "VALID"]),
        new("ActivationFunctionType", FlatKind.Int8, ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"]),
        new("LSHProjectionType", FlatKind.Int8, ["UNKNOWN", "SPARSE", "DENSE"]),
        new("FullyConnectedOptionsWeightsFormat", FlatKind.Int8, ["DEFAULT", "SHUFFLED4x16INT8"]),
        new("LSTMKernelType", FlatKind.Int8, ["FULL", "BASIC"]),
        new("CombinerType", FlatKind.Int8, ["SUM", "MEAN", "SQRTN"]),
        new("MirrorPadMode", FlatKind.Int8, ["REFLECT", "SYMMETRIC"]),
        new("CustomOptionsFormat", FlatKind.Int8, ["FLEXBUFFERS"]),
        new("RngAlgorithm", FlatKind.Int8, ["DEFAULT", "PHILOX", "THREEFRY"]),
        new("ReduceWindowFunction", FlatKind.Int32, ["UNSUPPORTED", "ADD", "MUL", "MINIMUM", "MAXIMUM", "ALL", "ANY"]),
        new("StablehloPrecisionConfig", FlatKind.UInt32, ["DEFAULT", "HIGH", "HIGHEST"]),
        new("StablehloComparisonDirection", FlatKind.UInt32,
        [
            "STABLEHLO_COMPARISON_DIRECTION_EQ", "STABLEHLO_COMPARISON_DIRECTION_NE", "STABLEHLO_COMPARISON_DIRECTION_GE", "STABLEHLO_COMPARISON_DIRECTION_GT",
            "STABLEHLO_COMPARISON_DIRECTION_LE", "STABLEHLO_COMPARISON_DIRECTION_LT",
        ]),
        new("StablehloComparisonType", FlatKind.UInt32,
        [
            "STABLEHLO_COMPARISON_TYPE_NOTYPE", "STABLEHLO_COMPARISON_TYPE_FLOAT", "STABLEHLO_COMPARISON_TYPE_FLOAT_TOTAL_ORDER", "STABLEHLO_COMPARISON_TYPE_SIGNED",
            "STABLEHLO_COMPARISON_TYPE_UNSIGNED",
        ]),
        new("BuiltinOperator", FlatKind.Int32, [.. TFLiteBuiltins.All.Select(b => b.Operator)]),
    ];
}
