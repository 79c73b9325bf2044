using System.Collections.Frozen;

namespace Pare.Workflows;

/// <summary>
/// TensorFlow Lite for Microcontrollers: the operators that its resolver registers, in the types that its kernels take (binary32, 8- and 16-bit integers; weights also of 4 bits). It does not
/// resize tensors and has no hybrid kernels.
/// </summary>
public sealed class TFLiteMicroTarget : RuntimeTarget
{
    // A custom operator that the resolver has a method for.
    private const string DetectionPostProcess = "TFLite_Detection_PostProcess";

    // The Add... methods of tensorflow/lite/micro/micro_mutable_op_resolver.h that stand for builtin operators.
    private static readonly FrozenSet<string> s_operators = (
        "ABS ADD ADD_N ARG_MAX ARG_MIN ASSIGN_VARIABLE AVERAGE_POOL_2D BATCH_MATMUL BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO CALL_ONCE CAST CEIL CONCATENATION CONV_2D COS CUMSUM DEPTH_TO_SPACE "
        + "DEPTHWISE_CONV_2D DEQUANTIZE DIV DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP EQUAL EXP EXPAND_DIMS FILL FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GATHER GATHER_ND GREATER GREATER_EQUAL HARD_SWISH IF "
        + "L2_NORMALIZATION L2_POOL_2D LEAKY_RELU LESS LESS_EQUAL LOG LOGICAL_AND LOGICAL_NOT LOGICAL_OR LOGISTIC LOG_SOFTMAX MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL PACK PAD PADV2 PRELU "
        + "QUANTIZE READ_VARIABLE REDUCE_ALL REDUCE_MAX REDUCE_MIN RELU RELU6 RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2 ROUND RSQRT SELECT_V2 SHAPE SIN SLICE SOFTMAX SPACE_TO_BATCH_ND "
        + "SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK VAR_HANDLE WHILE ZEROS_LIKE")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_weighted = new[] { "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "UNIDIRECTIONAL_SEQUENCE_LSTM", "SVDF", "BATCH_MATMUL" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Name => "tflite-micro";

    /// <inheritdoc/>
    public override IReadOnlyList<UnsupportedNode> FindUnsupported(Model model) => TFLiteCheck.Find(model, "TensorFlow Lite Micro", Why);

    private static string? Why(Node node)
    {
        if (node.Domain.Length > 0)
        {
            return node.Operator == DetectionPostProcess ? null : "a custom operator, which the firmware would have to register";
        }

        if (!s_operators.Contains(node.Operator))
        {
            return "the resolver has no such operator";
        }

        Value? unknown = node.Outputs.FirstOrDefault(v => v.Type is not DataType.Resource && v.Shape is { IsStatic: false } s && s.Dimensions.Skip(1).Any(d => d.Value is null));
        if (unknown is not null)
        {
            return $"its output '{unknown.Name}' of shape {unknown.Shape} changes at run time, which this runtime does not allow";
        }

        if (s_weighted.Contains(node.Operator) && node.InputOrDefault(node.Operator == "TRANSPOSE_CONV" ? 2 : 0)?.Type == DataType.Float32 && node.InputOrDefault(1)?.Type is DataType.Int8 or DataType.UInt8 or DataType.Int4)
        {
            return "real data with integer weights (dynamic range) needs hybrid kernels, which this runtime lacks: quantize to int8 throughout";
        }

        return node.Inputs.Concat(node.Outputs).FirstOrDefault(v => v?.Type is DataType.Float16 or DataType.BFloat16 or DataType.Float64 or DataType.Complex64 or DataType.String) is { } odd
            ? $"'{odd.Name}' is of type {odd.Type}, for which there is no kernel"
            : null;
    }
}
