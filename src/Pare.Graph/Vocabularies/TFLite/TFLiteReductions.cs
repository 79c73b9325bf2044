namespace Pare;

/// <summary>Reductions, searches and running sums.</summary>
internal static class TFLiteReductions
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TFLiteTraits.Of(OperatorKind.Reduction, ["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"], t => t with { ScalePassesThrough = true }),
        .. TFLiteTraits.Of(OperatorKind.Reduction, ["REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL", "ARG_MAX", "ARG_MIN"]),
        .. TFLiteTraits.Of(
            OperatorKind.Pure,
            ["CUMSUM", "TOPK_V2", "SEGMENT_SUM", "UNSORTED_SEGMENT_PROD", "UNSORTED_SEGMENT_MAX", "UNSORTED_SEGMENT_MIN", "UNSORTED_SEGMENT_SUM", "UNIQUE", "WHERE", "RFFT2D"]),
        .. TFLiteTraits.Of(OperatorKind.Pure, ["NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "LSH_PROJECTION", "SKIP_GRAM", "HASHTABLE_LOOKUP"]),
    ];
}
