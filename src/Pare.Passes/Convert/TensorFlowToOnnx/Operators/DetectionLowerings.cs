namespace Pare.Passes.Conversion;

/// <summary>The last step of object detectors: boxes of all classes thinned out together.</summary>
internal static class DetectionLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("CombinedNonMaxSuppression", Combined),
    ];

    // Boxes [batch, boxes, 1 or classes, 4], scores [batch, boxes, classes]. Every class is thinned out by itself; what is left is sorted by score, and filled up with zeros.
    private static void Combined(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value boxes = c.Input(0);
        Value scores = c.Input(1);
        if (boxes.Shape is not { Rank: 4 } s || s[2].Value is not { } sets || OnnxBuilderHelpers.KnownExtent(scores, 1) is not { } count || OnnxBuilderHelpers.KnownExtent(scores, 2) is not { } classes)
        {
            throw new LoweringException("the numbers of boxes and classes must be known");
        }

        long total = c.RequiredInteger(3, "the number of boxes in all");
        long perClass = c.RequiredInteger(2, "the number of boxes a class");
        Value batch = b.Extent(boxes, 0);

        // Sets of boxes as a batch of their own: one with all classes, or one a class.
        Value flatBoxes = b.Reshape(b.Transpose(boxes, 0, 2, 1, 3), -1, count, 4);
        Value turned = b.Transpose(scores, 0, 2, 1);
        Value flatScores = sets == 1 ? turned : b.Reshape(turned, -1, 1, count);
        Value kept = b.Emit("NonMaxSuppression", [flatBoxes, flatScores, b.Int64s(perClass), b.Cast(b.Reshape(c.Input(4), 1), DataType.Float32), b.Cast(b.Reshape(c.Input(5), 1), DataType.Float32)], DataType.Int64, new SymbolicShape(Dimension.Unknown, 3));

        // Kept scores in a table of all, the others below every score; then the best of each row.
        Value lowest = b.Scalar(DataType.Float32, float.MinValue);
        Value marked = b.Emit("ScatterND", [b.ExpandTo(lowest, b.ShapeOf(flatScores)), kept, b.Emit("GatherND", [flatScores, kept])]);
        Value table = b.Reshape(marked, b.Concat(0, batch, b.Int64s(classes * count)));
        long size = c.Attributes.GetBoolean("pad_per_class") ? Math.Min(total, perClass * classes) : total;
        long taken = Math.Min(size, classes * count);
        IReadOnlyList<Value> best = b.Emit("TopK", [table, b.Int64s(taken)], 2, ("axis", AttributeValue.Of(1L)));
        Value good = b.Emit("Greater", [best[0], lowest]);
        Value number = b.Div(best[1], b.Scalar(DataType.Int64, count));
        Value box = b.Emit("Mod", [best[1], b.Scalar(DataType.Int64, count)]);
        Value row = sets == 1 ? b.Emit("Mul", [number, b.Scalar(DataType.Int64, 0)]) : number;
        Value flat = b.Reshape(b.Transpose(boxes, 0, 2, 1, 3), b.Concat(0, batch, b.Int64s(-1, 4)));
        Value found = b.Emit("GatherND", [flat, b.Unsqueeze(b.Add(b.Mul(row, b.Scalar(DataType.Int64, count)), box), -1)], ("batch_dims", AttributeValue.Of(1L)));
        if (c.Attributes.GetBoolean("clip_boxes", true))
        {
            found = b.Emit("Clip", [found, b.Scalar(DataType.Float32, 0), b.Scalar(DataType.Float32, 1)]);
        }

        Value zero = b.Scalar(DataType.Float32, 0);
        Value Filled(Value v, int rank) => size == taken ? v : b.Emit("Pad", [v, b.Int64s([.. Enumerable.Repeat(0L, rank + 1), size - taken, .. Enumerable.Repeat(0L, rank - 2)])]);
        c.SetOutput(0, Filled(b.Where(b.Unsqueeze(good, -1), found, zero), 3));
        c.SetOutput(1, Filled(b.Where(good, best[0], zero), 2));
        c.SetOutput(2, Filled(b.Where(good, b.Cast(number, DataType.Float32), zero), 2));
        c.SetOutput(3, b.Reduce("ReduceSum", b.Cast(good, DataType.Int32), [1], false));
    }
}
