namespace Pare.Passes.Conversion;

/// <summary>Lists of tensors, as TensorFlow 2's loops use them. See <see cref="TensorLists"/> for how they are kept.</summary>
internal static class TensorListLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("TensorListReserve", c => c.SetOutput(TensorLists.Reserve(c.Onnx, c.Onnx.AsScalar(c.Input(1)), c.TypeAttribute("element_dtype", DataType.Float32), Element(c, 0)))),
        new("EmptyTensorList", c => c.SetOutput(TensorLists.Reserve(c.Onnx, c.Onnx.Scalar(DataType.Int64, 0), c.TypeAttribute("element_dtype", DataType.Float32), Element(c, 0)))),
        new("TensorListFromTensor", c => c.SetOutput(c.Input(0))),
        new("TensorListStack", c => c.SetOutput(c.Input(0))),
        new("TensorListGetItem", c => c.SetOutput(TensorLists.Get(c.Onnx, c.Input(0), c.Input(1)))),
        new("TensorListSetItem", c => c.SetOutput(TensorLists.Put(c.Onnx, c.Input(0), c.Onnx.AsVector(c.Input(1)), c.Onnx.Unsqueeze(c.Input(2), 0)))),
        new("TensorListLength", c => c.SetOutput(c.Onnx.Cast(TensorLists.Count(c.Onnx, c.Input(0)), DataType.Int32))),
        new("TensorListPushBack", PushBack),
        new("TensorListPopBack", PopBack),
        new("TensorListGather", c => c.SetOutput(c.Onnx.Emit("Gather", [c.Input(0), c.Onnx.Cast(c.Input(1), DataType.Int64)], ("axis", AttributeValue.Of(0L))))),
        new("TensorListScatter", c => c.SetOutput(Scatter(c, c.Onnx.Add(c.Onnx.Emit("ReduceMax", [c.Onnx.AsVector(c.Input(1))], ("keepdims", AttributeValue.Of(0L))), c.Onnx.Scalar(DataType.Int64, 1))))),
        new("TensorListScatterV2", ScatterV2),
        new("TensorListScatterIntoExistingList", c => c.SetOutput(TensorLists.Put(c.Onnx, c.Input(0), c.Onnx.AsVector(c.Input(2)), c.Input(1)))),
        new("TensorListElementShape", c => c.SetOutput(c.Onnx.Cast(c.Onnx.ShapeOf(c.Input(0), 1), c.TypeAttribute("shape_type", DataType.Int32)))),
        new("TensorListConcat", Concat),
        new("TensorListConcatV2", Concat),
        new("TensorListConcatLists", c => c.SetOutput(c.Onnx.Concat(0, c.Input(0), c.Input(1)))),
        new("TensorListResize", Resize),
    ];

    // A scalar -1 is an unknown rank.
    private static long[]? Element(LoweringContext c, int input)
        => c.Integers(input) is { } known && c.Input(input).Shape?.Rank != 0 ? known
            : c.Onnx.Elements(c.Input(input)) is { } some && c.Input(input).Shape?.Rank == 1 ? Array.ConvertAll(some, e => e ?? -1)
            : c.Input(input).Shape is { Rank: 1 } s && s[0].Value is { } rank and <= 32 ? [.. Enumerable.Repeat(-1L, (int)rank)] : null;

    private static void PushBack(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value list = c.Input(0);
        Value item = b.Unsqueeze(c.Input(1), 0);
        int rank = c.RankOf(item);
        if (list.Shape is not { } s || s.Rank != rank)
        {
            list = b.ExpandTo(b.Scalar(item.Type, 0), b.Concat(0, b.ShapeOf(list, 0, 1), b.ShapeOf(item, 1)));
        }

        // An empty list takes the shape of its first element.
        Value sized = b.Emit("Reshape", [list, b.Concat(0, b.ShapeOf(list, 0, 1), b.ShapeOf(item, 1))], list.Type, OnnxInference.Shape([list.Shape?[0] ?? default, .. item.Shape!.Dimensions.Skip(1)]), ("allowzero", AttributeValue.Of(1L)));
        c.SetOutput(b.Concat(0, sized, item));
    }

    private static void PopBack(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        c.SetOutput(0, b.Slice(c.Input(0), [0], [-1], [0]));
        c.SetOutput(1, b.Emit("Gather", [c.Input(0), b.Scalar(DataType.Int64, -1)], ("axis", AttributeValue.Of(0L))));
    }

    private static Value Scatter(LoweringContext c, Value count)
    {
        OnnxBuilder b = c.Onnx;
        Value items = c.Input(0);
        Value list = b.ExpandTo(b.Scalar(items.Type, 0), b.Concat(0, b.AsVector(count), b.ShapeOf(items, 1)));
        return b.Emit("ScatterND", [list, b.Unsqueeze(b.AsVector(c.Input(1)), 1), items]);
    }

    // -1 elements: as many as the largest index says.
    private static void ScatterV2(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value count = b.AsScalar(c.Input(3));
        Value needed = b.Add(b.Emit("ReduceMax", [b.AsVector(c.Input(1))], ("keepdims", AttributeValue.Of(0L))), b.Scalar(DataType.Int64, 1));
        c.SetOutput(Scatter(c, b.Emit("Max", [count, needed])));
    }

    private static void Concat(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value list = c.Input(0);
        c.SetOutput(0, b.Reshape(list, b.Concat(0, b.Int64s(-1), b.ShapeOf(list, 2))));
        c.SetOutput(1, b.ExpandTo(b.ShapeOf(list, 1, 2), b.ShapeOf(list, 0, 1)));
    }

    private static void Resize(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value list = c.Input(0);
        int rank = c.RankOf(list);
        Value size = b.AsVector(c.Input(1));
        Value more = b.Emit("Max", [b.Sub(size, b.ShapeOf(list, 0, 1)), b.Int64s(0)]);
        Value none = b.Int64s([.. Enumerable.Repeat(0L, rank)]);
        Value after = rank > 1 ? b.Concat(0, more, b.Int64s([.. Enumerable.Repeat(0L, rank - 1)])) : more;
        Value longer = b.OnData("Pad", list, [b.Concat(0, none, after)]);
        c.SetOutput(b.Emit("Slice", [longer, b.Int64s(0), size, b.Int64s(0)]));
    }
}
