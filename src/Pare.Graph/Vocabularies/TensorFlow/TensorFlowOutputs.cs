namespace Pare;

/// <summary>How many outputs a TensorFlow node has; a GraphDef does not say, its operators' definitions do.</summary>
public static class TensorFlowOutputs
{
    private const int MaxOutputs = 65536;

    /// <summary>The number of outputs by the operator's definition; 1 for operators that nobody knows here.</summary>
    public static int Count(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Operator switch
        {
            "NoOp" or "Assert" or "ControlTrigger" or "SaveV2" or "Save" or "MergeV2Checkpoints" or "QueueClose" or "QueueCloseV2"
                or "QueueEnqueue" or "QueueEnqueueV2" or "QueueEnqueueMany" or "QueueEnqueueManyV2" or "InitializeTable" or "InitializeTableV2"
                or "AssignVariableOp" or "LookupTableImportV2" or "InitializeTableFromTextFileV2" => 0,
            "Switch" or "RefSwitch" or "Merge" or "RefMerge" or "TopK" or "TopKV2" or "Unique" or "RequantizationRange" or "RequantizationRangePerChannel"
                or "MaxPoolWithArgmax" or "SoftmaxCrossEntropyWithLogits" or "SparseSoftmaxCrossEntropyWithLogits" or "TensorArrayV3" or "ReaderRead"
                or "ReaderReadV2" or "BroadcastGradientArgs" => 2,
            "UniqueWithCounts" or "QuantizeV2" or "Requantize" or "RequantizePerChannel" or "QuantizeDownAndShrinkRange" or "QuantizedConv2D"
                or "QuantizedMatMul" or "QuantizedBiasAdd" or "QuantizedMaxPool" or "QuantizedAvgPool" or "QuantizedRelu" or "QuantizedRelu6"
                or "QuantizedReluX" or "QuantizedConcat" or "QuantizedReshape" or "QuantizedAdd" or "QuantizedMul" or "QuantizedInstanceNorm"
                or "QuantizedBatchNormWithGlobalNormalization" or "QuantizedResizeBilinear" or "QuantizedDepthwiseConv2D" => 3,
            "FusedBatchNorm" or "FusedBatchNormV2" => 5,
            "FusedBatchNormV3" => 6,
            "LSTMBlockCell" or "BlockLSTM" or "BlockLSTMV2" => 7,
            "GRUBlockCell" or "CTCGreedyDecoder" => 4,
            "Split" or "SplitV" => Clamp(node.Attributes.GetInteger("num_split", 1)),
            "Unpack" => Clamp(node.Attributes.GetInteger("num", 1)),
            "ShapeN" => Clamp(node.Attributes.GetInteger("N", 1)),
            "IdentityN" => List(node, "T"),
            "QueueDequeue" or "QueueDequeueV2" or "QueueDequeueMany" or "QueueDequeueManyV2" or "QueueDequeueUpTo" or "QueueDequeueUpToV2" => List(node, "component_types"),
            "IteratorGetNext" => List(node, "output_types"),
            "PartitionedCall" or "StatefulPartitionedCall" or "If" or "StatelessIf" => List(node, "Tout"),
            "While" or "StatelessWhile" => List(node, "T"),
            _ => 1,
        };
    }

    private static int Clamp(long count) => (int)Math.Clamp(count, 0, MaxOutputs);

    private static int List(Node node, string attribute) => node.Attributes.TryGetValue(attribute, out AttributeValue? v) && v.Kind == AttributeKind.Types ? v.AsTypes.Length : 1;
}
