namespace Pare;

/// <summary>Variables, queues, readers, tables, files: what reads or writes something outside the graph.</summary>
internal static class TensorFlowState
{
    private static readonly string[] s_names =
    [
        "Variable", "VariableV2", "VarHandleOp", "AutoReloadVariable", "TemporaryVariable", "ReadVariableOp", "VarIsInitializedOp", "IsVariableInitialized",
        "FIFOQueue", "FIFOQueueV2", "RandomShuffleQueue", "RandomShuffleQueueV2", "PaddingFIFOQueue", "PaddingFIFOQueueV2", "PriorityQueue", "PriorityQueueV2",
        "QueueEnqueue", "QueueEnqueueV2", "QueueEnqueueMany", "QueueEnqueueManyV2", "QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2",
        "QueueDequeueUpTo", "QueueDequeueUpToV2", "QueueClose", "QueueCloseV2", "QueueSize", "QueueSizeV2", "Stage", "Unstage",
        "WholeFileReader", "WholeFileReaderV2", "TextLineReader", "TextLineReaderV2", "TFRecordReader", "TFRecordReaderV2", "ReaderRead", "ReaderReadV2",
        "ReaderReadUpTo", "ReaderReadUpToV2", "ReadFile", "WriteFile", "MatchingFiles",
        "Iterator", "IteratorV2", "OneShotIterator", "IteratorGetNext", "MakeIterator",
        "HashTable", "HashTableV2", "MutableHashTable", "MutableHashTableV2", "LookupTableFind", "LookupTableFindV2", "LookupTableSize", "LookupTableSizeV2",
        "InitializeTable", "InitializeTableV2", "InitializeTableFromTextFile", "InitializeTableFromTextFileV2",
        "Stack", "StackV2", "StackPush", "StackPushV2", "StackPop", "StackPopV2", "TensorArrayV3", "TensorArrayReadV3", "TensorArrayWriteV3",
        "TensorArrayGatherV3", "TensorArrayScatterV3", "TensorArraySizeV3", "TensorArrayCloseV3", "PyFunc", "PyFuncStateless", "EagerPyFunc",
    ];

    public static IEnumerable<OperatorTraits> Operators { get; } = [.. s_names.Select(n => new OperatorTraits { Operator = n, Kind = OperatorKind.State })];
}
