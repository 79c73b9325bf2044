namespace Pare;

/// <summary>Moves elements, tells about shapes, makes ranges and fills.</summary>
internal static class TFLiteDataMovement
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TFLiteTraits.Of(
            OperatorKind.DataMovement,
            [
                "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "SLICE", "STRIDED_SLICE", "SPLIT", "SPLIT_V", "PACK", "UNPACK", "GATHER", "GATHER_ND", "TILE", "BROADCAST_TO", "REVERSE_V2",
                "REVERSE_SEQUENCE", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "PAD", "MIRROR_PAD",
            ],
            t => t with { ScalePassesThrough = true }),
        .. TFLiteTraits.Of(
            OperatorKind.DataMovement,
            [
                "CONCATENATION", "PADV2", "SCATTER_ND", "ONE_HOT", "FILL", "RANGE", "ZEROS_LIKE", "MATRIX_DIAG", "MATRIX_SET_DIAG", "SPARSE_TO_DENSE", "BROADCAST_ARGS", "DYNAMIC_UPDATE_SLICE", "BITCAST",
                "CONCAT_EMBEDDINGS", "EMBEDDING_LOOKUP_SPARSE", "DILATE",
            ]),
        new() { Operator = "EMBEDDING_LOOKUP", Kind = OperatorKind.DataMovement, WeightInput = 1 },
        new() { Operator = "SPLIT", Kind = OperatorKind.DataMovement, DataInput = 1, ScalePassesThrough = true },
        .. TFLiteTraits.Of(OperatorKind.ShapeQuery, ["SHAPE", "RANK"]),
    ];
}
