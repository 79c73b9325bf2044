namespace Pare.Passes.Conversion;

/// <summary>Reductions of rows by the segment each belongs to.</summary>
internal static class SegmentLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("SegmentSum", c => Sorted(c, "add", 0)),
        new("SegmentProd", c => Sorted(c, "mul", 1)),
        new("SegmentMax", c => Sorted(c, "max", null)),
        new("SegmentMin", c => Sorted(c, "min", null)),
        new("SegmentMean", SegmentMean),
        new("UnsortedSegmentSum", c => Unsorted(c, "add", 0)),
        new("UnsortedSegmentProd", c => Unsorted(c, "mul", 1)),
        new("UnsortedSegmentMax", c => Unsorted(c, "max", Lowest(c.Input(0).Type))),
        new("UnsortedSegmentMin", c => Unsorted(c, "min", Highest(c.Input(0).Type))),
        new("SegmentSumV2", c => Unsorted(c, "add", 0)),
        new("SegmentProdV2", c => Unsorted(c, "mul", 1)),
        new("SparseSegmentSumWithNumSegments", c => Sparse(c, (_, sum, _) => sum)),
        new("SparseSegmentMeanWithNumSegments", c => Sparse(c, (b, sum, count) => b.Div(sum, count))),
        new("SparseSegmentSqrtNWithNumSegments", c => Sparse(c, (b, sum, count) => b.Div(sum, b.Emit("Sqrt", [count])))),
        new("SparseSegmentSum", c => Sparse(c, (_, sum, _) => sum)),
        new("SparseSegmentMean", c => Sparse(c, (b, sum, count) => b.Div(sum, count))),
        new("SparseSegmentSqrtN", c => Sparse(c, (b, sum, count) => b.Div(sum, b.Emit("Sqrt", [count])))),
    ];

    // Segment numbers ascend, so the last tells how many there are. A number that is left out gives 0 for extremes.
    private static void Sorted(LoweringContext c, string reduction, double? neutral)
    {
        OnnxBuilder b = c.Onnx;
        Value data = c.Input(0);
        Value segments = b.AsVector(c.Input(1));
        Value rows = Rows(b, segments);
        double initial = neutral ?? (reduction == "max" ? Lowest(data.Type) : Highest(data.Type));
        Value result = GatherScatterLowerings.ScatterRows(b, data, segments, rows, initial, reduction);
        if (neutral is null)
        {
            Value count = Counts(b, segments, rows, DataType.Int64);
            Value empty = Beside(b, b.Emit("Equal", [count, b.Scalar(DataType.Int64, 0)]), data);
            result = b.Select(empty, b.Scalar(data.Type, 0), result);
        }

        c.SetOutput(result);
    }

    private static void SegmentMean(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value data = c.Input(0);
        Value segments = b.AsVector(c.Input(1));
        Value rows = Rows(b, segments);
        Value sum = GatherScatterLowerings.ScatterRows(b, data, segments, rows, 0, "add");
        c.SetOutput(b.Elementwise("Div", sum, Beside(b, AtLeastOne(b, Counts(b, segments, rows, data.Type)), data)));
    }

    // Rows of negative segments are dropped: they go to one more row, which is cut off.
    private static void Unsorted(LoweringContext c, string reduction, double initial)
    {
        OnnxBuilder b = c.Onnx;
        Value data = c.Input(0);
        Value segments = b.AsVector(c.Input(1));
        Value rows = b.AsVector(c.Input(2));
        Value places = b.Where(b.Emit("Less", [segments, b.Scalar(DataType.Int64, 0)]), rows, segments);
        Value inner = c.Input(1).Shape is { } s ? b.ShapeOf(data, s.Rank) : b.Emit("Slice", [b.ShapeOf(data), b.ShapeOf(b.ShapeOf(c.Input(1))), b.Int64s(long.MaxValue)]);
        Value flat = b.Reshape(data, b.Concat(0, b.ShapeOf(segments), inner));
        Value result = GatherScatterLowerings.ScatterRows(b, flat, places, b.Add(rows, b.Int64s(1)), initial, reduction);
        c.SetOutput(b.Slice(result, [0], [-1], [0]));
    }

    private static void Sparse(LoweringContext c, Func<OnnxBuilder, Value, Value, Value> combine)
    {
        OnnxBuilder b = c.Onnx;
        Value data = b.Emit("Gather", [c.Input(0), b.Cast(c.Input(1), DataType.Int64)]);
        Value segments = b.AsVector(c.Input(2));
        Value rows = c.InputCount > 3 ? b.AsVector(c.Input(3)) : Rows(b, segments);
        Value sum = GatherScatterLowerings.ScatterRows(b, data, segments, rows, 0, "add");
        c.SetOutput(combine(b, sum, Beside(b, AtLeastOne(b, Counts(b, segments, rows, data.Type)), data)));
    }

    private static Value Rows(OnnxBuilder b, Value segments) => b.Add(b.Emit("ReduceMax", [b.Concat(0, b.Int64s(-1), segments)], ("keepdims", AttributeValue.Of(1L))), b.Int64s(1));

    private static Value Counts(OnnxBuilder b, Value segments, Value rows, DataType type)
        => GatherScatterLowerings.ScatterRows(b, b.ExpandTo(b.Scalar(type, 1), b.ShapeOf(segments)), segments, rows, 0, "add");

    private static Value AtLeastOne(OnnxBuilder b, Value count) => b.Elementwise("Max", count, b.Scalar(count.Type, 1));

    // One number a row, with as many axes as the rows have.
    private static Value Beside(OnnxBuilder b, Value perRow, Value data)
        => b.Reshape(perRow, b.Concat(0, b.ShapeOf(perRow), b.Repeated(1, b.Sub(b.RankScalar(data), b.Scalar(DataType.Int64, 1)))));

    private static double Lowest(DataType type) => type switch
    {
        DataType.Float64 => double.MinValue,
        DataType.Float32 => float.MinValue,
        DataType.Float16 => (double)Half.MinValue,
        DataType.Int64 => long.MinValue,
        DataType.Int32 => int.MinValue,
        DataType.Int16 => short.MinValue,
        DataType.Int8 => sbyte.MinValue,
        _ => 0,
    };

    private static double Highest(DataType type) => type switch
    {
        DataType.Float64 => double.MaxValue,
        DataType.Float32 => float.MaxValue,
        DataType.Float16 => (double)Half.MaxValue,
        DataType.Int64 => long.MaxValue,
        DataType.UInt64 => ulong.MaxValue,
        DataType.Int32 => int.MaxValue,
        DataType.UInt32 => uint.MaxValue,
        DataType.Int16 => short.MaxValue,
        DataType.UInt16 => ushort.MaxValue,
        DataType.Int8 => sbyte.MaxValue,
        _ => byte.MaxValue,
    };
}
