namespace Pare.Passes.Conversion;

/// <summary>Parts of tensors by bounds: Slice and StridedSlice with all its masks.</summary>
internal static class SliceLowerings
{
    // Larger than any extent, and not the largest number: ONNX Runtime takes that for "to the end", even backward.
    private const long Beyond = 1L << 40;

    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Slice", Slice),
        new("StridedSlice", StridedSlice),
    ];

    private static void Slice(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        long[]? begin = c.Integers(1);
        long[]? size = c.Integers(2);
        if (begin is not null && size is not null)
        {
            long[] axes = [.. Enumerable.Range(0, begin.Length).Select(i => (long)i)];
            long[] end = [.. begin.Zip(size, (from, count) => count < 0 ? long.MaxValue : from + count)];
            c.SetOutput(axes.Length == 0 ? c.Input(0) : b.Slice(c.Input(0), begin, end, axes));
            return;
        }

        Value from = b.AsVector(c.Input(1));
        Value counts = b.AsVector(c.Input(2));
        Value rest = b.Emit("Less", [counts, b.Scalar(DataType.Int64, 0)]);
        c.SetOutput(b.Emit("Slice", [c.Input(0), from, b.Where(rest, b.Scalar(DataType.Int64, long.MaxValue), b.Add(from, counts))]));
    }

    /// <summary>
    /// Entry i of begin, end and strides speaks about one axis, or (by the masks) inserts an axis, or stands for all axes that no other entry speaks about
    /// (the ellipsis). Axes behind the ellipsis are counted from the end, so that the rank need not be known.
    /// </summary>
    private static void StridedSlice(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Entries begin = new(c, 1);
        Entries end = new(c, 2);
        Entries stride = new(c, 3);
        int count = begin.Count ?? end.Count ?? stride.Count ?? throw new LoweringException("how many axes begin, end and strides speak about is not known; one of them must be constant or of known length");
        long beginMask = c.Attributes.GetInteger("begin_mask");
        long endMask = c.Attributes.GetInteger("end_mask");
        long ellipsisMask = c.Attributes.GetInteger("ellipsis_mask");
        long newMask = c.Attributes.GetInteger("new_axis_mask") & ~ellipsisMask;
        long shrinkMask = c.Attributes.GetInteger("shrink_axis_mask") & ~ellipsisMask & ~newMask;
        int ellipsis = Enumerable.Range(0, count).FirstOrDefault(i => Has(ellipsisMask, i), count);

        Value x = c.Input(0);
        List<Value> starts = [];
        List<Value> ends = [];
        List<Value> steps = [];
        List<long> axes = [];
        List<long> shrunk = [];
        List<long> added = [];
        for (int i = 0; i < count; i++)
        {
            if (i == ellipsis)
            {
                continue;
            }

            bool behind = i > ellipsis;
            IEnumerable<int> between = behind ? Enumerable.Range(i, count - i) : Enumerable.Range(0, i);
            if (Has(newMask, i))
            {
                // Counted in the result, where shrunk axes are gone.
                int place = between.Count(j => !Has(shrinkMask, j));
                added.Add(behind ? -place : place);
                continue;
            }

            int axis = between.Count(j => !Has(newMask, j));
            axes.Add(behind ? -axis : axis);
            if (Has(shrinkMask, i))
            {
                // A single index: the end and the stride given do not count.
                shrunk.Add(axes[^1]);
                starts.Add(begin[i]);
                ends.Add(After(b, begin[i]));
                steps.Add(b.Int64s(1));
                continue;
            }

            steps.Add(stride[i]);
            starts.Add(Has(beginMask, i) ? Open(b, stride[i], 0, long.MaxValue) : begin[i]);
            Value last = Has(endMask, i) ? Open(b, stride[i], long.MaxValue, long.MinValue) : end[i];
            ends.Add(Has(beginMask, i) ? last : UnlessBefore(b, x, axes[^1], begin[i], stride[i], last));
        }

        if (axes.Count > 0)
        {
            Value[] bounds = [b.Concat(0, [.. starts]), b.Concat(0, [.. ends]), b.Int64s([.. axes]), b.Concat(0, [.. steps])];
            x = b.Emit("Slice", [x, bounds[0], bounds[1], bounds[2], bounds[3]]);
        }

        x = b.Squeeze(x, [.. shrunk]);
        c.SetOutput(b.Unsqueeze(x, [.. added]));
    }

    private static bool Has(long mask, int bit) => ((mask >> bit) & 1) != 0;

    // Past the index; behind the last one, -1, there is no number but the largest.
    private static Value After(OnnxBuilder b, Value index)
    {
        if (b.AllElements(index) is [var known])
        {
            return b.Int64s(known == -1 ? long.MaxValue : known + 1);
        }

        Value last = b.Emit("Equal", [index, b.Int64s(-1)]);
        return b.Where(last, b.Int64s(long.MaxValue), b.Add(index, b.Int64s(1)));
    }

    // Going backward from before the first element gives nothing; ONNX would start at the first element, so the end is put where nothing is left.
    private static Value UnlessBefore(OnnxBuilder b, Value x, long axis, Value begin, Value stride, Value end)
    {
        if (b.AllElements(stride) is [> 0] || b.AllElements(begin) is [>= -1])
        {
            return end;
        }

        if (b.AllElements(begin) is [var from] && x.Shape is { } shape && axis < shape.Rank && axis >= -shape.Rank && shape[(int)axis].Value is { } extent && from >= -extent)
        {
            return end;
        }

        Value before = b.Emit("Less", [b.Add(begin, b.Emit("Gather", [b.ShapeOf(x), b.Int64s(axis)])), b.Int64s(0)]);
        Value nothing = b.Emit("And", [before, b.Emit("Less", [stride, b.Int64s(0)])]);
        return b.Where(nothing, b.Int64s(Beyond), end);
    }

    private static Value Open(OnnxBuilder b, Value stride, long forward, long backward) => b.AllElements(stride) is [var known]
        ? b.Int64s(known > 0 ? forward : backward)
        : b.Where(b.Emit("Greater", [stride, b.Int64s(0)]), b.Int64s(forward), b.Int64s(backward));

    // The elements of begin, end or strides, each as an int64 vector of one.
    private sealed class Entries(LoweringContext c, int input)
    {
        private readonly Value _vector = c.Onnx.AsVector(c.Input(input));

        public int? Count => (int?)c.Onnx.Elements(_vector)?.Length ?? (int?)_vector.Shape?[0].Value;

        public Value this[int i] => c.Onnx.Elements(_vector) is { } known && i < known.Length && known[i] is { } element
            ? c.Onnx.Int64s(element)
            : c.Onnx.Slice(_vector, [i], [i + 1], [0]);
    }
}
