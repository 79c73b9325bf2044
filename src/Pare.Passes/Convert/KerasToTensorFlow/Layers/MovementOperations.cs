using System.Text.Json;
using static Pare.Passes.Conversion.TensorFlowBuilder;
using Operation = System.Action<Pare.Passes.Conversion.LayerContext, Pare.Passes.Conversion.CallArguments>;

namespace Pare.Passes.Conversion;

/// <summary>Plain operations that change shapes, join, split and move.</summary>
internal static class MovementOperations
{
    public static IEnumerable<(string Name, Operation Operation)> All { get; } =
    [
        ("concat", (c, a) => c.SetOutput(c.TensorFlow.Concat(a.Operands(c.Domain.Length > 0 ? "xs" : "values", 0), (int)(a.Integers("axis", 1) is [var axis] ? axis : 0)))),
        ("stack", Stack),
        ("unstack", Unstack),
        ("split", Split),
        ("getitem", (c, a) => SlicingLayers.Slice(c, a.Element("key", 1))),
        ("expanddims", (c, a) => c.SetOutput((a.Integers("axis", 1) ?? throw new LoweringException("'axis' is missing")).Aggregate(OperationLayers.First(c, a), (v, axis) => c.TensorFlow.ExpandDims(v, (int)axis)))),
        ("squeeze", Squeeze),
        ("reshape", Reshape),
        ("ravel", (c, a) => c.SetOutput(c.TensorFlow.Reshape(OperationLayers.First(c, a), -1))),
        ("shape", Shape),
        ("transpose", (c, a) => Permute(c, a, r => a.Integers("perm", 1) ?? a.Integers("axes", 1) ?? [.. Enumerable.Range(0, r).Reverse().Select(i => (long)i)])),
        ("swapaxes", (c, a) => Permute(c, a, r => Swapped(r, One(a, "axis1", 1), One(a, "axis2", 2)))),
        ("moveaxis", (c, a) => Permute(c, a, r => Moved(r, a.Integers("source", 1) ?? [], a.Integers("destination", 2) ?? []))),
        ("tile", (c, a) => c.SetOutput(Tile(c, a))),
        ("repeat", Repeat),
        ("broadcastto", BroadcastTo),
        ("flip", Flip),
        ("roll", Roll),
        ("pad", Pad),
        ("depthtospace", (c, a) => Blocks(c, a, "DepthToSpace")),
        ("spacetodepth", (c, a) => Blocks(c, a, "SpaceToDepth")),
        ("resize", Resize),
    ];

    private static long One(CallArguments a, string name, int place) => a.Integers(name, place) is [var one] ? one : throw new LoweringException($"'{name}' is missing");

    private static void Stack(LayerContext c, CallArguments a)
    {
        Value[] parts = a.Operands(c.Domain.Length > 0 ? "x" : "values", 0);
        long axis = a.Integers("axis", 1) is [var at] ? at : 0;
        c.SetOutput(c.TensorFlow.Pack(parts, (int)(axis < 0 ? axis + OperationLayers.Rank(parts[0]) + 1 : axis)));
    }

    private static void Unstack(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        int axis = OperationLayers.Axis(a.Integers("axis", 2) is [var at] ? at : 0, OperationLayers.Rank(x));
        long count = a.Integers("num", 1) is [var stated] ? stated : x.Shape![axis].Value ?? throw new LoweringException("the extent to be taken apart must be known");
        foreach (Value v in c.TensorFlow.Unpack(x, axis, checked((int)count)))
        {
            c.SetOutput(v);
        }
    }

    // tf.split(value, number or sizes, axis=0), keras.ops.split(x, number or places, axis=0).
    private static void Split(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.First(c, a);
        bool three = c.Domain.Length > 0;
        int axis = OperationLayers.Axis(a.Integers("axis", 2) is [var at] ? at : 0, OperationLayers.Rank(x));
        string name = three ? "indices_or_sections" : "num_or_size_splits";
        long[] parts = a.Integers(name, 1) ?? throw new LoweringException($"'{name}' is missing");
        bool list = a.Element(name, 1) is { } e ? e.ValueKind != JsonValueKind.Number : c.Config[name].Kind != AttributeKind.Integer;
        if (!list)
        {
            foreach (Value v in b.Split(x, axis, checked((int)parts[0])))
            {
                c.SetOutput(v);
            }

            return;
        }

        // Sizes, of which one may be open, or places, between which the parts lie.
        int rank = OperationLayers.Rank(x);
        long? extent = x.Shape![axis].Value;
        long[] ends = three ? parts : new long[parts.Length];
        long at2 = 0;
        for (int i = 0; i < parts.Length && !three; i++)
        {
            long own = parts[i] >= 0 ? parts[i] : extent - parts.Where(p => p >= 0).Sum() ?? throw new LoweringException("the extent to be split must be known");
            ends[i] = at2 += own;
        }

        long start = 0;
        for (int i = 0; i < ends.Length + (three ? 1 : 0); i++)
        {
            long[] begin = new long[rank];
            long?[] end = new long?[rank];
            begin[axis] = start;
            end[axis] = i < ends.Length ? ends[i] : null;
            start = i < ends.Length ? ends[i] : start;
            c.SetOutput(b.Slice(x, begin, end));
        }
    }

    private static void Squeeze(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        int rank = OperationLayers.Rank(x);
        IEnumerable<int> axes = a.Integers("axis", 1) is { } stated ? stated.Select(s => OperationLayers.Axis(s, rank)) : Enumerable.Range(0, rank).Where(i => x.Shape![i].Value == 1);
        c.SetOutput(axes.OrderDescending().Aggregate(x, (v, axis) => c.TensorFlow.Squeeze(v, axis)));
    }

    // Extents may be computed, as those of another tensor's axes.
    private static void Reshape(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.First(c, a);
        JsonElement? list = a.Element("shape", 1) ?? a.Element("newshape", 1);
        if (list is { ValueKind: JsonValueKind.Array } items && items.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.Object))
        {
            Value[] all = a.Operands(a.Element("shape", 1) is null ? "newshape" : "shape", 1);
            long?[] target = [.. items.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number ? e.GetInt64() : (long?)null)];
            Value[] computed = [.. all.Where((_, i) => target[i] is null).Select(v => b.Cast(v, DataType.Int32))];
            c.SetOutput(b.Reshape(x, target, computed, Shapes.Of([.. target.Select(t => t is >= 0 ? t : null)])));
            return;
        }

        c.SetOutput(b.Reshape(x, a.Integers("shape", 1) ?? a.Integers("newshape", 1) ?? throw new LoweringException("'shape' is missing")));
    }

    private static void Shape(LayerContext c, CallArguments a)
    {
        Value x = c.Raw(0);
        c.SetOutput(c.TensorFlow.Emit("Shape", [x], DataType.Int32, Shapes.Of(OperationLayers.Rank(x)), T("T", x.Type), T("out_type", DataType.Int32)));
    }

    private static void Permute(LayerContext c, CallArguments a, Func<int, long[]> order)
    {
        Value x = OperationLayers.First(c, a);
        int rank = OperationLayers.Rank(x);
        long[] axes = [.. order(rank).Select(i => (long)OperationLayers.Axis(i, rank))];
        c.SetOutput(axes.Order().SequenceEqual(Enumerable.Range(0, rank).Select(i => (long)i)) ? c.TensorFlow.Transpose(x, axes) : throw new LoweringException($"the axes {string.Join(", ", axes)} do not permute {rank}"));
    }

    private static long[] Swapped(int rank, long first, long second)
    {
        long[] order = [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        int x = OperationLayers.Axis(first, rank);
        int y = OperationLayers.Axis(second, rank);
        (order[x], order[y]) = (order[y], order[x]);
        return order;
    }

    // As NumPy moves them: the rest keeps its order.
    private static long[] Moved(int rank, long[] source, long[] destination)
    {
        List<long> order = [.. Enumerable.Range(0, rank).Select(i => (long)i).Except(source.Select(s => (long)OperationLayers.Axis(s, rank)))];
        foreach ((long to, long from) in destination.Zip(source).Select(p => ((long)OperationLayers.Axis(p.First, rank), (long)OperationLayers.Axis(p.Second, rank))).Order())
        {
            order.Insert((int)Math.Min(to, order.Count), from);
        }

        return [.. order];
    }

    private static Value Tile(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        long[] repeats = a.Integers("multiples", 1) ?? a.Integers("repeats", 1) ?? throw new LoweringException("'multiples' is missing");
        int rank = OperationLayers.Rank(x);

        // NumPy fills what is missing on either side with ones in front.
        for (int i = rank; i < repeats.Length; i++)
        {
            x = c.TensorFlow.ExpandDims(x, 0);
        }

        return c.TensorFlow.Tile(x, [.. Enumerable.Repeat(1L, Math.Max(0, rank - repeats.Length)), .. repeats]);
    }

    private static void Repeat(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        c.SetOutput(SamplingLayers.Repeat(c.TensorFlow, x, OperationLayers.Axis(One(a, "axis", 2), OperationLayers.Rank(x)), One(a, "repeats", 1)));
    }

    private static void BroadcastTo(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        long[] shape = a.Integers("shape", 1) ?? throw new LoweringException("'shape' is missing");
        c.SetOutput(c.TensorFlow.Emit("BroadcastTo", [x, c.TensorFlow.Int32s(shape)], x.Type, Shapes.Of(Array.ConvertAll(shape, e => (long?)e)), T("T", x.Type), T("Tidx", DataType.Int32)));
    }

    private static void Flip(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        int rank = OperationLayers.Rank(x);
        long[] axes = [.. (a.Integers("axis", 1) ?? [.. Enumerable.Range(0, rank).Select(i => (long)i)]).Select(i => (long)OperationLayers.Axis(i, rank))];
        c.SetOutput(c.TensorFlow.Emit("ReverseV2", [x, c.TensorFlow.Int32s(axes)], x.Type, x.Shape, T("T", x.Type), T("Tidx", DataType.Int32)));
    }

    private static void Roll(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        long[] shift = a.Integers("shift", 1) ?? throw new LoweringException("'shift' is missing");
        long[] axes = a.Integers("axis", 2) ?? throw new LoweringException("the axes to be rolled along must be named");
        c.SetOutput(c.TensorFlow.Emit("Roll", [x, c.TensorFlow.Int32s(shift), c.TensorFlow.Int32s(axes)], x.Type, x.Shape, T("T", x.Type), T("Tshift", DataType.Int32), T("Taxis", DataType.Int32)));
    }

    private static void Pad(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = OperationLayers.First(c, a);
        int rank = OperationLayers.Rank(x);
        long[] flat = a.Flat("paddings", 1) ?? a.Flat("pad_width", 1) ?? throw new LoweringException("'paddings' is missing");
        (long Before, long After)[] pads = flat.Length == 2 * rank ? [.. Enumerable.Range(0, rank).Select(i => (flat[2 * i], flat[(2 * i) + 1]))]
            : flat.Length == 1 ? [.. Enumerable.Repeat((flat[0], flat[0]), rank)] : flat.Length == 2 ? [.. Enumerable.Repeat((flat[0], flat[1]), rank)] : throw new LoweringException($"{flat.Length} widths do not fit {rank} axes");
        string mode = a.Text("mode", "constant", 2).ToUpperInvariant();
        SymbolicShape shape = Shapes.Of([.. pads.Select((p, i) => x.Shape![i].Value + p.Before + p.After)]);
        double fill = a.Real("constant_values", 3) ?? 0;
        c.SetOutput(mode switch
        {
            "CONSTANT" when fill == 0 => b.Pad(x, pads),
            "CONSTANT" => b.Emit("PadV2", [x, b.Pairs(pads), b.Cast(b.Float(fill), x.Type)], x.Type, shape, T("T", x.Type), T("Tpaddings", DataType.Int32)),
            "REFLECT" or "SYMMETRIC" => b.Emit("MirrorPad", [x, b.Pairs(pads)], x.Type, shape, T("T", x.Type), T("Tpaddings", DataType.Int32), ("mode", AttributeValue.Of(mode))),
            _ => throw new LoweringException($"padding in the mode '{mode}' is not carried over"),
        });
    }

    private static void Blocks(LayerContext c, CallArguments a, string op)
    {
        Value x = OperationLayers.First(c, a);
        long size = One(a, "block_size", 1);
        if (OperationLayers.Rank(x) != 4 || size < 1 || a.Text("data_format", "NHWC", 2) != "NHWC")
        {
            LayerContext.Unsupported("blocks are carried over for pictures with channels last");
        }

        bool deep = op == "SpaceToDepth";
        long? Scaled(long? extent, bool shrinks) => shrinks ? extent / size : extent * size;
        SymbolicShape shape = Shapes.Of(x.Shape![0].Value, Scaled(x.Shape[1].Value, deep), Scaled(x.Shape[2].Value, deep), deep ? x.Shape[3].Value * size * size : x.Shape[3].Value / (size * size));
        c.SetOutput(c.TensorFlow.Emit(op, [x], x.Type, shape, T("T", x.Type), ("block_size", AttributeValue.Of(size)), ("data_format", AttributeValue.Of("NHWC"))));
    }

    // tf.image.resize(images, size, method, …), keras.ops.image.resize(images, size, interpolation=…).
    private static void Resize(LayerContext c, CallArguments a)
    {
        long[] size = a.Integers("size", 1) is { Length: 2 } stated ? stated : throw new LoweringException("the size must be two known numbers");
        if (a.Flag("preserve_aspect_ratio", false, 3) || a.Flag("crop_to_aspect_ratio", false) || a.Flag("pad_to_aspect_ratio", false) || !c.ChannelsLast || OperationLayers.Rank(c.Raw(0)) != 4)
        {
            LayerContext.Unsupported("resizing is carried over for batches of pictures with channels last, without keeping the aspect ratio");
        }

        string kernel = c.Domain.Length > 0 ? a.Text("interpolation", "bilinear") : a.Text("method", "bilinear", 2);
        c.SetOutput(SamplingLayers.Resize(c.TensorFlow, c.Input(), c.TensorFlow.Int32s(size), [size[0], size[1]], kernel, a.Flag("antialias", false, c.Domain.Length > 0 ? int.MaxValue : 4)));
    }
}
