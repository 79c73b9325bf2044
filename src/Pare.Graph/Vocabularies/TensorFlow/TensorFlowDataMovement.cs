namespace Pare;

/// <summary>Operators that move elements without changing them, and those that tell about shapes.</summary>
internal static class TensorFlowDataMovement
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.DataMovement,
            [
                "Reshape", "Squeeze", "ExpandDims", "Transpose", "ConjugateTranspose", "Slice", "StridedSlice", "Split", "SplitV", "Unpack", "Gather", "GatherV2", "GatherNd", "Tile", "BroadcastTo", "Pad", "MirrorPad",
                "Reverse", "ReverseV2", "ReverseSequence", "SpaceToDepth", "DepthToSpace", "SpaceToBatch", "SpaceToBatchND", "BatchToSpace", "BatchToSpaceND", "MatrixBandPart", "MatrixDiag", "MatrixDiagPart", "Diag", "DiagPart", "Roll", "ExtractImagePatches",
            ],
            t => t with { ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(OperatorKind.DataMovement, ["PadV2"]),
        new() { Operator = "Concat", Kind = OperatorKind.DataMovement, DataInput = 1, ScalePassesThrough = true },
        .. TensorFlowTraits.Of(OperatorKind.DataMovement, ["ConcatV2", "Pack", "ParallelConcat"], t => t with { ScalePassesThrough = true }),
        .. TensorFlowTraits.Of(OperatorKind.ShapeQuery, ["Shape", "ShapeN", "Size", "Rank", "BroadcastArgs", "ConcatOffset"]),
        .. TensorFlowTraits.Of(
            OperatorKind.Pure,
            ["Fill", "ZerosLike", "OnesLike", "Range", "LinSpace", "OneHot", "InvertPermutation", "MatrixSetDiag", "ScatterNd", "TensorScatterUpdate", "TensorScatterAdd", "EditDistance", "SparseToDense", "SparseTensorDenseMatMul", "SparseReshape"]),
    ];
}
