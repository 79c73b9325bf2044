namespace Pare.Passes.Conversion;

/// <summary>Concatenation, splitting, stacking, repetition, reversal, permutation.</summary>
internal static class JoinSplitLowerings
{
    private const int MaxParts = 1 << 16;

    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Concat", c => Concat(c, 0, c.Inputs()[1..])),
        new("ConcatV2", c => Concat(c, c.InputCount - 1, c.Inputs()[..^1])),
        new("Pack", Pack),
        new("Unpack", Unpack),
        new("Split", Split),
        new("SplitV", SplitV),
        new("Tile", c => c.SetOutput(c.Onnx.OnData("Tile", c.Input(0), [c.Onnx.AsVector(c.Input(1))]))),
        new("Transpose", Transpose),
        new("ConjugateTranspose", Transpose),
        new("InvertPermutation", InvertPermutation),
        new("ReverseV2", ReverseV2),
        new("Reverse", Reverse),
        new("ReverseSequence", ReverseSequence),
    ];

    /// <summary>Turns the order along axes given as an int64 vector.</summary>
    public static Value Reversed(OnnxBuilder b, Value x, Value axes)
    {
        Value count = b.ShapeOf(axes);
        return b.Emit("Slice", [x, b.Repeated(-1, count), b.Repeated(long.MinValue, count), axes, b.Repeated(-1, count)], x.Type, x.Shape);
    }

    private static void Concat(LoweringContext c, int axisInput, Value[] parts)
        => c.SetOutput(c.Onnx.Concat(c.RequiredInteger(axisInput, "the axis"), parts));

    private static void Pack(LoweringContext c)
    {
        long axis = c.Attributes.GetInteger("axis");
        c.SetOutput(c.Onnx.Concat(axis, Array.ConvertAll(c.Inputs(), x => c.Onnx.Unsqueeze(x, axis))));
    }

    private static void Unpack(LoweringContext c)
    {
        long axis = c.Attributes.GetInteger("axis");
        IReadOnlyList<Value> parts = Equal(c, c.Input(0), axis, c.Attributes.GetInteger("num"));
        for (int i = 0; i < parts.Count; i++)
        {
            c.SetOutput(i, c.Onnx.Squeeze(parts[i], axis));
        }
    }

    private static void Split(LoweringContext c)
    {
        IReadOnlyList<Value> parts = Equal(c, c.Input(1), c.RequiredInteger(0, "the axis"), c.Attributes.GetInteger("num_split", 1));
        for (int i = 0; i < parts.Count; i++)
        {
            c.SetOutput(i, parts[i]);
        }
    }

    // More parts than that are a damaged count, not a network.
    private static int Bounded(long count) => count is > 0 and <= MaxParts ? (int)count : throw new LoweringException($"{count} parts were asked for; 1 to {MaxParts} are carried over");

    private static IReadOnlyList<Value> Equal(LoweringContext c, Value x, long axis, long count) => Bounded(count) == 1
        ? [x]
        : c.Onnx.Emit("Split", [x], (int)count, ("axis", AttributeValue.Of(axis)), ("num_outputs", AttributeValue.Of(count)));

    private static void SplitV(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long axis = c.RequiredInteger(2, "the axis");
        long count = c.Attributes.GetInteger("num_split", c.Input(1).Shape?.ToStatic()?.Count ?? 1);
        if (Bounded(count) == 1)
        {
            c.SetOutput(0, x);
            return;
        }

        // One size may be -1: what the others leave.
        Value sizes = b.AsVector(c.Input(1));
        if (b.AllElements(sizes) is not { } known || Array.IndexOf(known, -1) >= 0)
        {
            long? extent = x.Shape?[(int)axis].Value;
            if (b.AllElements(sizes) is { } some && extent is { } total)
            {
                sizes = b.Int64s(Array.ConvertAll(some, s => s == -1 ? total - some.Sum() - 1 : s));
            }
            else
            {
                Value whole = axis < 0 ? b.Emit("Gather", [b.ShapeOf(x), b.Int64s(axis)]) : b.ShapeOf(x, axis, axis + 1);
                Value given = b.Emit("ReduceSum", [sizes], ("keepdims", AttributeValue.Of(1L)));
                Value rest = b.Sub(b.Sub(whole, given), b.Scalar(DataType.Int64, 1));
                sizes = b.Where(b.Emit("Equal", [sizes, b.Scalar(DataType.Int64, -1)]), rest, sizes);
            }
        }

        IReadOnlyList<Value> parts = b.Emit("Split", [x, sizes], (int)count, ("axis", AttributeValue.Of(axis)));
        for (int i = 0; i < parts.Count; i++)
        {
            c.SetOutput(i, parts[i]);
        }
    }

    private static void Transpose(LoweringContext c)
    {
        if (c.Integers(1) is { } permutation)
        {
            c.SetOutput(c.Onnx.Transpose(c.Input(0), Array.ConvertAll(permutation, p => p < 0 ? p + permutation.Length : p)));
            return;
        }

        // A permutation computed at run time: each element is fetched from the flat tensor by its place, a sum of index times stride over the axes.
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        int rank = (int)(x.Shape?.Rank ?? c.Input(1).Shape?.ToStatic()?.Count ?? c.RankOf(x));
        Value order = b.AsVector(c.Input(1));
        Value shape = b.ShapeOf(x);
        Value one = b.Int64s(1);
        Value[] strides = new Value[rank];
        for (int i = rank - 1; i >= 0; i--)
        {
            strides[i] = i == rank - 1 ? one : b.Mul(strides[i + 1], b.Slice(shape, [i + 1], [i + 2], [0]));
        }

        if (rank < 2)
        {
            c.SetOutput(x);
            return;
        }

        Value extents = b.Emit("Gather", [shape, order]);
        Value steps = b.Emit("Gather", [b.Concat(0, strides), order]);
        Value? places = null;
        for (int i = 0; i < rank; i++)
        {
            Value along = b.Mul(b.Indices(b.Squeeze(b.Slice(extents, [i], [i + 1], [0]), 0)), b.Slice(steps, [i], [i + 1], [0]));
            Value placed = b.Reshape(along, [.. Enumerable.Range(0, rank).Select(a => a == i ? -1L : 1L)]);
            places = places is null ? placed : b.Add(places, placed);
        }

        c.SetOutput(b.Emit("Gather", [b.Reshape(x, -1), places]));
    }

    private static void InvertPermutation(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value order = b.AsVector(c.Input(0));
        Value positions = b.Indices(b.Emit("Size", [order]));
        c.SetOutput(b.Cast(b.Emit("ScatterElements", [order, order, positions], ("axis", AttributeValue.Of(0L))), c.Input(0).Type));
    }

    private static void ReverseV2(LoweringContext c)
    {
        if (c.Integers(1) is { Length: 0 })
        {
            c.SetOutput(c.Input(0));
            return;
        }

        c.SetOutput(Reversed(c.Onnx, c.Input(0), c.Onnx.AsVector(c.Input(1))));
    }

    private static void Reverse(LoweringContext c)
    {
        long[] turned = c.Onnx.AllElements(c.Input(1)) ?? throw new LoweringException("which axes to reverse (input 1) is computed at run time; it must be constant");
        long[] axes = [.. Enumerable.Range(0, turned.Length).Where(i => turned[i] != 0).Select(i => (long)i)];
        c.SetOutput(axes.Length == 0 ? c.Input(0) : Reversed(c.Onnx, c.Input(0), c.Onnx.Int64s(axes)));
    }

    // ONNX takes the batch and the time only as axes 0 and 1.
    private static void ReverseSequence(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long time = c.Attributes.GetInteger("seq_dim");
        long batch = c.Attributes.GetInteger("batch_dim");
        Value lengths = b.AsVector(c.Input(1));
        if (time <= 1 && batch <= 1 && time >= 0 && batch >= 0)
        {
            c.SetOutput(b.OnData("ReverseSequence", x, [lengths], ("time_axis", AttributeValue.Of(time)), ("batch_axis", AttributeValue.Of(batch))));
            return;
        }

        int rank = c.RankOf(x);
        time = time < 0 ? time + rank : time;
        batch = batch < 0 ? batch + rank : batch;
        long[] order = [batch, time, .. Enumerable.Range(0, rank).Select(i => (long)i).Where(i => i != batch && i != time)];
        long[] back = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            back[order[i]] = i;
        }

        Value turned = b.OnData("ReverseSequence", b.Transpose(x, order), [lengths], ("time_axis", AttributeValue.Of(1L)), ("batch_axis", AttributeValue.Of(0L)));
        c.SetOutput(b.Transpose(turned, back));
    }
}
