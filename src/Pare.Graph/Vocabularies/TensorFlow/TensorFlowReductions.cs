namespace Pare;

/// <summary>Reductions over axes, searches, orders, segments.</summary>
internal static class TensorFlowReductions
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(OperatorKind.Reduction, ["Mean", "Sum", "Max", "Min", "EuclideanNorm"], t => t with { ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(OperatorKind.Reduction, ["Prod", "All", "Any", "ArgMax", "ArgMin"]),
        .. TensorFlowTraits.Of(
            OperatorKind.Pure,
            [
                "Cumsum", "Cumprod", "TopK", "TopKV2", "InTopK", "InTopKV2", "NthElement", "UnsortedSegmentSum", "UnsortedSegmentMax", "SegmentSum", "SegmentMean", "SegmentMax", "SegmentMin", "SegmentProd",
                "SparseSegmentSum", "SparseSegmentMean", "SparseSegmentSqrtN", "Bincount", "Unique", "UniqueV2", "UniqueWithCounts", "ListDiff", "Where",
                "NonMaxSuppression", "NonMaxSuppressionV2", "NonMaxSuppressionV3", "NonMaxSuppressionV4", "NonMaxSuppressionV5", "CombinedNonMaxSuppression", "DynamicPartition", "DynamicStitch", "ParallelDynamicStitch",
            ]),
    ];
}
