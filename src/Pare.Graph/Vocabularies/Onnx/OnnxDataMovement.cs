namespace Pare;

/// <summary>Moves elements, tells about shapes, makes ranges and fills.</summary>
internal static class OnnxDataMovement
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(
            OperatorKind.DataMovement,
            [
                "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Split", "Concat", "Expand", "Tile", "DepthToSpace", "SpaceToDepth", "Col2Im", "CenterCropPad",
                "ReverseSequence", "Trilu", "Compress",
            ],
            t => t with { ScalePassesThrough = true }),
        .. OnnxTraits.Of(
            OperatorKind.DataMovement,
            ["Pad", "Gather", "GatherElements", "GatherND", "Scatter", "ScatterElements", "ScatterND", "OneHot", "Unique", "EyeLike", "Range", "ConstantOfShape"]),
        .. OnnxTraits.Of(OperatorKind.ShapeQuery, ["Shape", "Size"]),
        .. OnnxTraits.Of(OperatorKind.Pure, ["NonZero", "NonMaxSuppression", "StringNormalizer", "StringConcat", "StringSplit", "RegexFullMatch", "TfIdfVectorizer"]),
    ];
}
