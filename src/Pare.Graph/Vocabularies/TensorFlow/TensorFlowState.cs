namespace Pare;

/// <summary>Variables, queues, readers, tables, stacks, iterators: what lies outside the graph.</summary>
internal static class TensorFlowState
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.State,
            [
                "Variable", "VariableV2", "AutoReloadVariable", "Stage", "Unstage", "TemporaryVariable", "DestroyTemporaryVariable", "VarHandleOp", "ReadVariableOp", "VarIsInitializedOp", "IsVariableInitialized", "DestroyResourceOp", "ResourceGather", "ResourceGatherNd",
                "FIFOQueue", "FIFOQueueV2", "PaddingFIFOQueue", "PaddingFIFOQueueV2", "RandomShuffleQueue", "RandomShuffleQueueV2", "PriorityQueue", "PriorityQueueV2", "QueueEnqueue", "QueueEnqueueV2", "QueueEnqueueMany",
                "QueueEnqueueManyV2", "QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2", "QueueDequeueUpTo", "QueueDequeueUpToV2", "QueueClose", "QueueCloseV2", "QueueSize", "QueueSizeV2",
                "QueueIsClosed", "QueueIsClosedV2", "Barrier", "ReaderRead", "ReaderReadV2", "ReaderReadUpTo", "ReaderReadUpToV2", "TFRecordReader", "TFRecordReaderV2", "WholeFileReader", "WholeFileReaderV2", "TextLineReader",
                "TextLineReaderV2", "FixedLengthRecordReader", "FixedLengthRecordReaderV2", "IdentityReader", "IdentityReaderV2", "ReadFile", "WriteFile", "MatchingFiles", "HashTable", "HashTableV2", "MutableHashTable",
                "MutableHashTableV2", "LookupTableFind", "LookupTableFindV2", "LookupTableInsert", "LookupTableInsertV2", "LookupTableImport", "LookupTableImportV2", "LookupTableSize", "LookupTableSizeV2", "InitializeTable",
                "InitializeTableV2", "InitializeTableFromTextFile", "InitializeTableFromTextFileV2", "Stack", "StackV2", "StackPush", "StackPushV2", "StackPop", "StackPopV2", "StackClose", "StackCloseV2",
                "TensorArray", "TensorArrayV2", "TensorArrayV3", "TensorArrayWrite", "TensorArrayWriteV2", "TensorArrayWriteV3", "TensorArrayRead", "TensorArrayReadV2", "TensorArrayReadV3", "TensorArrayGather", "TensorArrayGatherV2",
                "TensorArrayGatherV3", "TensorArrayScatter", "TensorArrayScatterV2", "TensorArrayScatterV3", "TensorArrayConcat", "TensorArrayConcatV2", "TensorArrayConcatV3", "TensorArraySize", "TensorArraySizeV2",
                "TensorArraySizeV3", "TensorArrayClose", "TensorArrayCloseV2", "TensorArrayCloseV3", "TensorArrayGrad", "TensorArrayGradV3", "TensorArraySplit", "TensorArraySplitV3", "Iterator", "IteratorV2", "IteratorGetNext",
                "OneShotIterator", "MakeIterator", "PyFunc", "PyFuncStateless", "EagerPyFunc", "Timestamp", "GetSessionHandle", "GetSessionHandleV2", "GetSessionTensor", "DeleteSessionTensor", "_Arg", "_Retval", "_Send", "_Recv",
            ]),
    ];
}
