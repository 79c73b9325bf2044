namespace Pare.Passes.Conversion;

/// <summary>Parts of tensors, and tensors with something around or put into them.</summary>
internal static class TFLiteSlices
{
    private static readonly string[] s_masks = ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"];

    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Moving("SLICE", c => c.SetOutput(c.TensorFlow("Slice", [c.Input(0), c.Stored(1), c.Stored(2)]))),
        TFLiteLowering.Moving("STRIDED_SLICE", StridedSlice),
        TFLiteLowering.Moving("PAD", c => c.SetOutput(c.TensorFlow("Pad", [c.Input(0), c.Stored(1)]))),
        TFLiteLowering.Moving("PADV2", PadV2),
        TFLiteLowering.Moving("MIRROR_PAD", c => c.SetOutput(c.TensorFlow("MirrorPad", [c.Input(0), c.Stored(1)], ("mode", AttributeValue.Of(c.Attributes.GetString("mode", "REFLECT")))))),
        TFLiteLowering.Moving("DYNAMIC_UPDATE_SLICE", DynamicUpdateSlice),
    ];

    private static void StridedSlice(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value begin = c.Stored(1);
        Value end = c.Attributes.GetBoolean("offset") ? b.Add(begin, c.Stored(2)) : c.Stored(2);
        c.SetOutput(c.TensorFlow("StridedSlice", [c.Input(0), begin, end, c.Stored(3)], [.. s_masks.Select(m => (m, AttributeValue.Of(c.Attributes.GetInteger(m))))]));
    }

    // The filling is of the data's scale.
    private static void PadV2(TFLiteContext c) => c.SetOutput(c.TensorFlow("PadV2", [c.Input(0), c.Stored(1), c.Input(2)]));

    // Starts are moved so that the update fits.
    private static void DynamicUpdateSlice(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value data = c.Input(0);
        Value update = c.Input(1);
        int rank = TFLiteContext.RankOf(data);
        if (rank == 0)
        {
            c.SetOutput(update);
            return;
        }

        Value extents = b.ShapeOf(update);
        Value last = b.Sub(b.ShapeOf(data), extents);
        Value starts = b.Emit("Max", [b.Emit("Min", [b.AsVector(c.Stored(2)), last]), b.Int64s(0)]);
        Value? places = null;
        for (int i = 0; i < rank; i++)
        {
            Value along = b.Add(b.Indices(b.Squeeze(b.Slice(extents, [i], [i + 1], [0]), 0)), b.Slice(starts, [i], [i + 1], [0]));
            Value spread = b.Emit("Expand", [b.Reshape(along, [.. Enumerable.Range(0, rank).Select(a => a == i ? -1L : 1L)]), extents]);
            Value column = b.Unsqueeze(spread, rank);
            places = places is null ? column : b.Concat(rank, places, column);
        }

        c.SetOutput(b.Emit("ScatterND", [data, places!, update]));
    }
}
