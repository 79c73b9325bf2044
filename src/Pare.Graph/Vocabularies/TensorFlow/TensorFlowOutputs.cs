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
            "Split" or "SplitV" => Clamp(node.Attributes.GetInteger("num_split", 1)),
            "Unpack" => Clamp(node.Attributes.GetInteger("num", 1)),
            "ShapeN" => Clamp(node.Attributes.GetInteger("N", 1)),
            "IdentityN" => List(node, "T"),
            "QueueDequeue" or "QueueDequeueV2" or "QueueDequeueMany" or "QueueDequeueManyV2" or "QueueDequeueUpTo" or "QueueDequeueUpToV2" => List(node, "component_types"),
            "IteratorGetNext" => List(node, "output_types"),
            "PartitionedCall" or "StatefulPartitionedCall" or "If" or "StatelessIf" => List(node, "Tout"),
            "While" or "StatelessWhile" => List(node, "T"),
            "DynamicPartition" => Clamp(node.Attributes.GetInteger("num_partitions", 1)),
            _ => TensorFlowOutputNames.Of(node.Operator)?.Length ?? 1,
        };
    }

    /// <summary>Position of an operator's first output of a name; 0 for the outputs of an operator whose outputs are one value or one list.</summary>
    public static int PositionOf(string @operator, string output) => TensorFlowOutputNames.Of(@operator) is { } names ? Math.Max(0, Array.IndexOf(names, output)) : 0;

    /// <summary>Name of an operator's output, as functions refer to it, and the index within outputs of that name.</summary>
    public static string NameOf(string @operator, int output, out int index)
    {
        if (TensorFlowOutputNames.Of(@operator) is { } names && output < names.Length)
        {
            index = 0;
            return names[output];
        }

        index = output;
        return "output";
    }

    private static int Clamp(long count) => (int)Math.Clamp(count, 0, MaxOutputs);

    private static int List(Node node, string attribute) => node.Attributes.TryGetValue(attribute, out AttributeValue? v) && v.Kind == AttributeKind.Types ? v.AsTypes.Length : 1;
}
