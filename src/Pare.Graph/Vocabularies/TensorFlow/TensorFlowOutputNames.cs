using System.Collections.Frozen;

namespace Pare;

/// <summary>Names of the outputs of operators that have more than one (from TensorFlow's operator definitions); a function's body refers to outputs by these.</summary>
internal static class TensorFlowOutputNames
{
    private static readonly string[] s_quantized = ["output", "output_min", "output_max"];
    private static readonly string[] s_range = ["out", "min_out", "max_out"];
    private static readonly string[] s_recurrent = ["i", "cs", "f", "o", "ci", "co", "h"];
    private static readonly string[] s_normalized = ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"];

    private static readonly FrozenDictionary<string, string[]> s_names = new Dictionary<string, string[]>
    {
        ["Switch"] = ["output_false", "output_true"],
        ["RefSwitch"] = ["output_false", "output_true"],
        ["Merge"] = ["output", "value_index"],
        ["RefMerge"] = ["output", "value_index"],
        ["TopK"] = ["values", "indices"],
        ["TopKV2"] = ["values", "indices"],
        ["Unique"] = ["y", "idx"],
        ["UniqueV2"] = ["y", "idx"],
        ["UniqueWithCounts"] = ["y", "idx", "count"],
        ["UniqueWithCountsV2"] = ["y", "idx", "count"],
        ["ListDiff"] = ["out", "idx"],
        ["MaxPoolWithArgmax"] = ["output", "argmax"],
        ["FusedBatchNorm"] = s_normalized[..5],
        ["FusedBatchNormV2"] = s_normalized[..5],
        ["FusedBatchNormV3"] = s_normalized,
        ["SoftmaxCrossEntropyWithLogits"] = ["loss", "backprop"],
        ["SparseSoftmaxCrossEntropyWithLogits"] = ["loss", "backprop"],
        ["QuantizeV2"] = s_quantized,
        ["Requantize"] = s_quantized,
        ["RequantizePerChannel"] = s_quantized,
        ["QuantizeDownAndShrinkRange"] = s_quantized,
        ["QuantizedConcat"] = s_quantized,
        ["QuantizedReshape"] = s_quantized,
        ["RequantizationRange"] = s_quantized[1..],
        ["RequantizationRangePerChannel"] = s_quantized[1..],
        ["QuantizedMatMul"] = s_range,
        ["QuantizedBiasAdd"] = s_range,
        ["QuantizedResizeBilinear"] = ["resized_images", "out_min", "out_max"],
        ["QuantizedConv2D"] = ["output", "min_output", "max_output"],
        ["QuantizedDepthwiseConv2D"] = ["output", "min_output", "max_output"],
        ["QuantizedMaxPool"] = ["output", "min_output", "max_output"],
        ["QuantizedAvgPool"] = ["output", "min_output", "max_output"],
        ["QuantizedRelu"] = ["activations", "min_activations", "max_activations"],
        ["QuantizedRelu6"] = ["activations", "min_activations", "max_activations"],
        ["QuantizedReluX"] = ["activations", "min_activations", "max_activations"],
        ["QuantizedAdd"] = ["z", "min_z", "max_z"],
        ["QuantizedMul"] = ["z", "min_z", "max_z"],
        ["QuantizedInstanceNorm"] = ["y", "y_min", "y_max"],
        ["QuantizedBatchNormWithGlobalNormalization"] = ["result", "result_min", "result_max"],
        ["NonMaxSuppressionV4"] = ["selected_indices", "valid_outputs"],
        ["NonMaxSuppressionV5"] = ["selected_indices", "selected_scores", "valid_outputs"],
        ["CombinedNonMaxSuppression"] = ["nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"],
        ["LSTMBlockCell"] = s_recurrent,
        ["BlockLSTM"] = s_recurrent,
        ["BlockLSTMV2"] = s_recurrent,
        ["GRUBlockCell"] = ["r", "u", "c", "h"],
        ["CudnnRNN"] = ["output", "output_h", "output_c", "reserve_space"],
        ["CudnnRNNV2"] = ["output", "output_h", "output_c", "reserve_space", "host_reserved"],
        ["CudnnRNNV3"] = ["output", "output_h", "output_c", "reserve_space", "host_reserved"],
        ["TensorArrayV3"] = ["handle", "flow"],
        ["TensorArrayGradV3"] = ["grad_handle", "flow_out"],
        ["TensorArrayConcat"] = ["value", "lengths"],
        ["TensorArrayConcatV2"] = ["value", "lengths"],
        ["TensorArrayConcatV3"] = ["value", "lengths"],
        ["TensorListPopBack"] = ["output_handle", "tensor"],
        ["TensorListConcat"] = ["tensor", "lengths"],
        ["TensorListConcatV2"] = ["tensor", "lengths"],
        ["Svd"] = ["s", "u", "v"],
        ["Qr"] = ["q", "r"],
        ["Lu"] = ["lu", "p"],
        ["SelfAdjointEigV2"] = ["e", "v"],
        ["Eig"] = ["e", "v"],
        ["LogMatrixDeterminant"] = ["sign", "log_abs_determinant"],
        ["CTCGreedyDecoder"] = ["decoded_indices", "decoded_values", "decoded_shape", "log_probability"],
        ["BroadcastGradientArgs"] = ["r0", "r1"],
        ["ReaderRead"] = ["key", "value"],
        ["ReaderReadV2"] = ["key", "value"],
        ["LookupTableExport"] = ["keys", "values"],
        ["LookupTableExportV2"] = ["keys", "values"],
        ["SampleDistortedBoundingBox"] = ["begin", "size", "bboxes"],
        ["SampleDistortedBoundingBoxV2"] = ["begin", "size", "bboxes"],
        ["SparseReshape"] = ["output_indices", "output_shape"],
        ["SparseReorder"] = ["output_indices", "output_values"],
        ["SparseConcat"] = ["output_indices", "output_values", "output_shape"],
        ["SparseSlice"] = ["output_indices", "output_values", "output_shape"],
        ["SparseFillEmptyRows"] = ["output_indices", "output_values", "empty_row_indicator", "reverse_index_map"],
        ["StringSplit"] = ["indices", "values", "shape"],
        ["StringSplitV2"] = ["indices", "values", "shape"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names, or null for an operator whose outputs are one value or one list.</summary>
    public static string[]? Of(string @operator) => s_names.GetValueOrDefault(@operator);
}
