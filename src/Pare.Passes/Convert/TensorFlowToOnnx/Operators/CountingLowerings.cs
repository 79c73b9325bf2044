namespace Pare.Passes.Conversion;

/// <summary>Counting and searching: histograms, buckets, places in sorted rows, differences of lists, turning round.</summary>
internal static class CountingLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Bucketize", Bucketize),
        new("Bincount", c => c.SetOutput(Count(c, c.Onnx.AsVector(c.Input(0)), c.Input(1), c.Input(2), false))),
        new("DenseBincount", DenseBincount),
        new("HistogramFixedWidth", HistogramFixedWidth),
        new("LowerBound", c => Search(c, "Less")),
        new("UpperBound", c => Search(c, "LessOrEqual")),
        new("ListDiff", ListDiff),
        new("NthElement", NthElement),
        new("Roll", Roll),
        new("Cross", Cross),
    ];

    // The number of boundaries at or below x.
    private static void Bucketize(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        float[] boundaries = c.Attributes.TryGetValue("boundaries", out AttributeValue? list) ? [.. list.AsFloats] : [];
        Value x = c.Input(0);
        DataType type = x.Type == DataType.Float32 ? DataType.Float32 : DataType.Float64;
        Value reached = b.Emit("GreaterOrEqual", [b.Unsqueeze(b.Cast(x, type), -1), b.Cast(b.Floats(boundaries), type)]);
        c.SetOutput(b.Reduce("ReduceSum", b.Cast(reached, DataType.Int32), [-1], false));
    }

    // Numbers of size and more count nowhere: they go to one more place, which is cut off. Without weights each counts one.
    private static Value Count(LoweringContext c, Value numbers, Value size, Value weights, bool binary)
    {
        OnnxBuilder b = c.Onnx;
        DataType type = weights.Type;
        Value places = b.Emit("Min", [numbers, b.AsScalar(size)]);
        bool ones = binary || weights.Shape?.ToStatic() is { Count: 0 };
        if (!ones && weights.Shape?.IsStatic != true)
        {
            throw new LoweringException("whether there are weights is not known; give the inputs' shapes");
        }

        Value added = ones ? b.ExpandTo(b.Scalar(type, 1), b.ShapeOf(places)) : b.Reshape(weights, -1);
        Value zeros = b.ExpandTo(b.Scalar(type, 0), b.Add(b.AsVector(size), b.Int64s(1)));
        Value all = b.Emit("ScatterND", [zeros, b.Unsqueeze(places, 1), added], ("reduction", AttributeValue.Of(binary ? "max" : "add")));
        return b.Slice(all, [0], [-1], [0]);
    }

    private static void DenseBincount(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        bool binary = c.Attributes.GetBoolean("binary_output");
        if (c.RankOf(x) < 2)
        {
            c.SetOutput(Count(c, b.AsVector(x), c.Input(1), c.Input(2), binary));
            return;
        }

        // Each row counts in a stretch of its own, one longer than the size for what counts nowhere.
        Value size = b.AsScalar(c.Input(1));
        Value stretch = b.Add(size, b.Scalar(DataType.Int64, 1));
        Value rows = b.Reshape(b.ShapeOf(x, 0, 1), []);
        Value offset = b.Unsqueeze(b.Mul(b.Indices(rows), stretch), 1);
        Value places = b.Reshape(b.Add(b.Emit("Min", [b.Cast(x, DataType.Int64), size]), offset), -1);
        Value counts = Count(c, places, b.Mul(rows, stretch), c.Input(2), binary);
        Value table = b.Reshape(counts, b.Concat(0, b.AsVector(rows), b.AsVector(stretch)));
        c.SetOutput(b.Slice(table, [0], [-1], [1]));
    }

    // floor((v - low)/((high - low)/n)), what lies outside in the first and last bin.
    private static void HistogramFixedWidth(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        DataType type = x.Type.IsFloat() ? x.Type : DataType.Float64;
        Value values = b.Reshape(b.Cast(x, type), -1);
        Value range = b.Cast(c.Input(1), type);
        Value low = b.Slice(range, [0], [1], [0]);
        Value high = b.Slice(range, [1], [2], [0]);
        Value bins = b.AsVector(c.Input(2));
        Value step = b.Div(b.Sub(high, low), b.Cast(bins, type));
        Value last = b.Cast(b.Sub(bins, b.Int64s(1)), type);
        Value at = b.Emit("Min", [b.Div(b.Sub(b.Emit("Max", [values, low]), low), step), last]);
        DataType result = c.TypeAttribute("dtype", DataType.Int32);
        Value zeros = b.ExpandTo(b.Scalar(result, 0), bins);
        Value ones = b.ExpandTo(b.Scalar(result, 1), b.ShapeOf(values));
        c.SetOutput(b.Emit("ScatterND", [zeros, b.Unsqueeze(b.Cast(at, DataType.Int64), 1), ones], ("reduction", AttributeValue.Of("add"))));
    }

    // How many of a sorted row's elements stand before each value.
    private static void Search(LoweringContext c, string comparison)
    {
        OnnxBuilder b = c.Onnx;
        Value before = b.Compare(comparison, b.Unsqueeze(c.Input(0), 1), b.Unsqueeze(c.Input(1), 2));
        c.SetOutput(b.Cast(b.Reduce("ReduceSum", b.Cast(before, DataType.Int64), [2], false), c.TypeAttribute("out_type", DataType.Int32)));
    }

    private static void ListDiff(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value equal = b.Compare("Equal", b.Unsqueeze(x, 1), b.Unsqueeze(c.Input(1), 0));
        Value found = b.Reduce("ReduceSum", b.Cast(equal, DataType.Int64), [1], false);
        Value kept = b.Emit("Equal", [found, b.Scalar(DataType.Int64, 0)]);
        Value places = b.Emit("Compress", [b.Indices(b.Emit("Size", [x])), kept], DataType.Int64, new SymbolicShape(Dimension.Unknown), ("axis", AttributeValue.Of(0L)));
        c.SetOutput(0, b.Emit("Gather", [x, places], ("axis", AttributeValue.Of(0L))));
        c.SetOutput(1, b.Cast(places, c.TypeAttribute("out_idx", DataType.Int32)));
    }

    private static void NthElement(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value k = b.Add(b.AsVector(c.Input(1)), b.Int64s(1));
        long largest = c.Attributes.GetBoolean("reverse") ? 1 : 0;
        Value sorted = b.Emit("TopK", [b.Cast(x, Kernels.ComputeType("TopK", x.Type)), k], 2, ("axis", AttributeValue.Of(-1L)), ("largest", AttributeValue.Of(largest)), ("sorted", AttributeValue.Of(1L)))[0];
        c.SetOutput(b.Cast(b.Emit("Gather", [sorted, b.Scalar(DataType.Int64, -1)], ("axis", AttributeValue.Of(-1L))), x.Type));
    }

    // Element i goes to i + shift, round the end.
    private static void Roll(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long[] axes = c.RequiredIntegers(2, "the axes");
        Value shifts = b.AsVector(c.Input(1));
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + c.RankOf(x) : axes[i];
            Value extent = b.Reshape(b.Extent(x, (int)axis), []);
            Value shift = b.Slice(shifts, [i], [i + 1], [0]);

            // An axis without elements has nothing to turn, and nothing divides by its extent.
            Value from = b.Emit("Mod", [b.Sub(b.Indices(extent), shift), b.Emit("Max", [extent, b.Scalar(DataType.Int64, 1)])]);
            x = b.Emit("Gather", [x, from], x.Type, x.Shape, ("axis", AttributeValue.Of(axis)));
        }

        c.SetOutput(x);
    }

    private static void Cross(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value Turned(Value v, long first) => b.Emit("Gather", [v, b.Int64s(first, (first + 1) % 3, (first + 2) % 3)], v.Type, v.Shape, ("axis", AttributeValue.Of(-1L)));
        Value x = c.Input(0);
        Value y = c.Input(1);
        c.SetOutput(b.Elementwise("Sub", b.Elementwise("Mul", Turned(x, 1), Turned(y, 2)), b.Elementwise("Mul", Turned(x, 2), Turned(y, 1))));
    }
}
