namespace Pare.Passes.Conversion;

/// <summary>What tells about shapes, changes them, or makes tensors of given shapes.</summary>
internal static class ToTFLiteShapeLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("Shape", Shape),
        new("Size", Size),
        new("Reshape", Reshape),
        new("Flatten", Flatten),
        new("Squeeze", Squeeze),
        new("Unsqueeze", Unsqueeze),
        new("Transpose", Transpose),
        new("Expand", Expand),
        new("ConstantOfShape", ConstantOfShape),
        new("Range", Range),
        new("Tile", Tile),
        new("EyeLike", EyeLike),
        new("Trilu", Trilu),
    ];

    /// <summary>All positions 0 … n - 1 as int32 where the count is known.</summary>
    public static Value Positions(TFLiteBuilder b, (long? Known, Value? Computed) count) => count.Known is { } n
        ? b.Int32s([.. Enumerable.Range(0, (int)n)])
        : b.Emit("RANGE", [b.Scalar(DataType.Int32, 0), b.ToScalar(count.Computed!), b.Scalar(DataType.Int32, 1)]);

    private static void Shape(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        Value all;
        if (x.Shape?.ToStatic() is { } known)
        {
            all = b.Constant(DenseTensorData.Create(known.Dimensions, new TensorShape(known.Rank)));
        }
        else
        {
            Value lying = b.Emit("SHAPE", [x.Value], ("out_type", AttributeValue.Of("INT64")));
            all = x.Order is { } order ? b.Emit("GATHER", [lying, b.Int32s([.. order])], ("axis", AttributeValue.Of(0L)), ("batch_dims", AttributeValue.Of(0L))) : lying;
        }

        long start = c.Attributes.GetInteger("start");
        if (start != 0 || c.Attributes.ContainsKey("end"))
        {
            int rank = c.Rank(0);
            (int from, int to) = OnnxInference.ShapeBounds(c.Node, rank);
            all = from == 0 && to == rank ? all : b.Part(all, from, to);
        }

        c.Set(all);
    }

    private static void Size(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        c.Set(c.Shape(0)?.ToStatic() is { } known
            ? b.Constant(DenseTensorData.Create([known.Count], TensorShape.Scalar))
            : b.Reduce("REDUCE_PROD", b.Emit("SHAPE", [c.Raw(0).Value], ("out_type", AttributeValue.Of("INT64"))), [0], false));
    }

    private static void Reshape(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        long?[]? target = c.Attributes.GetIntegers("shape") is { } given ? Array.ConvertAll(given, e => (long?)e) : b.Elements(c.Raw(1).Value);
        bool zeroIsZero = c.Attributes.GetBoolean("allowzero");
        if (target is null)
        {
            c.Set(b.Emit("RESHAPE", [x, b.Cast(c.In(1), DataType.Int32)]));
            return;
        }

        // 0 copies the source's extent.
        List<(long?, Value?)> extents = [];
        for (int i = 0; i < target.Length; i++)
        {
            extents.Add(target[i] is null ? (null, b.Part(c.In(1), i, i + 1)) : target[i] == 0 && !zeroIsZero ? b.Extent(x, i) : (target[i], null));
        }

        if (extents.Any(e => e.Item1 == -1) && extents.Any(e => e.Item1 is null))
        {
            // One extent may be left to the runtime: where that is the -1, the open ones are read.
            Resolve(b, x, extents);
        }

        if (extents.Any(e => e.Item1 == -1) && extents.Any(e => e.Item1 is null))
        {
            c.Set(b.Emit("RESHAPE", [x, b.Join([.. extents.Select(e => e.Item1 is { } k ? b.Int32s(k) : b.Reshape(b.Cast(e.Item2!, DataType.Int32), 1))])], x.Type, OnnxInference.OfRank(extents.Count)));
            return;
        }

        c.Set(b.Reshape(x, extents));
    }

    // The -1 follows where the open extents stand on both sides (a batch passed on): [?, 7, 64] to [?, -1] is [?, 448].
    private static void Resolve(TFLiteBuilder b, Value x, List<(long? Known, Value? Computed)> extents)
    {
        int open = extents.Count(e => e.Known is null);
        if (x.Shape is not { } s || s.Dimensions.Count(d => d.Value is null) != open || open != 1)
        {
            return;
        }

        // Only where the open extent is the source's own may it be divided out on both sides.
        int at = extents.FindIndex(e => e.Known is null);
        int source = 0;
        while (s[source].Value is not null)
        {
            source++;
        }

        if (extents[at].Computed?.Producer is not { Operator: "STRIDED_SLICE" } part || b.Elements(part.Inputs[1]) is not [{ } axis] || axis != source
            || part.Inputs[0]!.Producer is not { Operator: "SHAPE" } shape || !SameExtent(shape.Inputs[0]!, x, source))
        {
            return;
        }

        long known = s.Dimensions.Where(d => d.Value is not null).Aggregate(1L, (p, d) => p * d.Value!.Value);
        long others = extents.Where(e => e.Known is > 0).Aggregate(1L, (p, e) => p * e.Known!.Value);
        if (others > 0 && known % others == 0)
        {
            int rest = extents.FindIndex(e => e.Known == -1);
            extents[rest] = (known / others, null);
        }
    }

    private static bool SameExtent(Value a, Value b, int axis) => ReferenceEquals(a, b) || (a.Shape is { } s && b.Shape is { } t && axis < s.Rank && s[axis].Symbol is { } symbol && symbol == t[axis].Symbol);

    private static void Flatten(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        int rank = c.Rank(0);
        long axis = c.Attributes.GetInteger("axis", 1);
        int at = (int)(axis < 0 ? axis + rank : axis);
        long? Count(IEnumerable<Dimension> d) => d.Aggregate((long?)1, (p, e) => p * e.Value);
        long? first = Count(x.Shape!.Dimensions.Take(at));
        long? second = Count(x.Shape!.Dimensions.Skip(at));
        if (first is null && second is null)
        {
            Value rows = b.Emit("REDUCE_PROD", [b.Part(b.ShapeOf(x), 0, at), b.Int32s(0)], ("keep_dims", AttributeValue.Of(true)));
            c.Set(b.Emit("RESHAPE", [x, b.Join(rows, b.Int32s(-1))], x.Type, OnnxInference.OfRank(2)));
            return;
        }

        c.Set(b.Reshape(x, first ?? -1, second ?? -1));
    }

    private static void Squeeze(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        int rank = c.Rank(0);
        SymbolicShape s = x.Shape ?? throw new LoweringException("the rank is not known; give the inputs' shapes");
        long[] axes = c.IntegersOf("axes", 1, "the axes") is { } given ? Array.ConvertAll(given, a => a < 0 ? a + rank : a)
            : s.IsStatic ? [.. Enumerable.Range(0, rank).Where(i => s[i].Value == 1).Select(i => (long)i)] : throw new LoweringException("which axes have the extent 1 is not known; name them");
        int[] gone = [.. axes.Select(a => x.AxisOf(a))];
        int[]? order = x.Order is null ? null : [.. Enumerable.Range(0, rank).Where(i => !axes.Contains(i)).Select(i => x.Order[i] - gone.Count(g => g < x.Order[i]))];
        List<(long?, Value?)> extents = [.. Enumerable.Range(0, rank).Where(p => !gone.Contains(p)).Select(p => b.Extent(x.Value, p))];
        c.Set(b.Reshape(x.Value, extents), order);
    }

    private static void Unsqueeze(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        int rank = c.Rank(0);
        long[] given = c.IntegersOf("axes", 1, "the axes") ?? [];
        HashSet<long> axes = [.. given.Select(a => a < 0 ? a + rank + given.Length : a)];

        // New axes go in front in the order they lie, whatever the order of the rest: where axes are in order, each at its place.
        if (x.Order is null)
        {
            List<(long?, Value?)> extents = [];
            for (int i = 0, next = 0; i < rank + axes.Count; i++)
            {
                extents.Add(axes.Contains(i) ? (1, null) : b.Extent(x.Value, next++));
            }

            c.Set(b.Reshape(x.Value, extents));
            return;
        }

        List<int> order = [];
        for (int i = 0, fresh = 0, next = 0; i < rank + axes.Count; i++)
        {
            order.Add(axes.Contains(i) ? fresh++ : x.Order[next++] + axes.Count);
        }

        c.Set(b.Reshape(x.Value, [.. axes.Select(_ => ((long?)1, (Value?)null)), .. Enumerable.Range(0, rank).Select(p => b.Extent(x.Value, p))]), [.. order]);
    }

    // Nothing moves: only the order in which the axes count changes.
    private static void Transpose(ToTFLiteContext c)
    {
        LaidValue x = c.Raw(0);
        int rank = c.Rank(0);
        long[] permutation = c.Attributes.GetIntegers("perm") ?? [.. Enumerable.Range(0, rank).Select(i => (long)(rank - 1 - i))];
        int[] order = [.. permutation.Select(x.AxisOf)];
        if (x.Value.IsConstant)
        {
            c.Set(c.Builder.Laid(x with { Order = order }, AxisOrder.Identity(rank)));
            return;
        }

        c.Set(x.Value, order);
    }

    private static void Expand(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue raw = c.Raw(0);
        long?[]? target = b.Elements(c.Raw(1).Value);
        if (target is not null && raw.Shape is { } s && s.Rank >= target.Length && target.Select((e, i) => e == 1 || (e is not null && e == s[s.Rank - target.Length + i].Value)).All(same => same))
        {
            c.Set(raw.Value, raw.Order);
            return;
        }

        // Extents of 1 in the target leave the source's; BROADCAST_TO would not.
        Value x = c.In(0);
        Value shape = b.Cast(c.In(1), DataType.Int32);
        if (target is null || target.Any(e => e == 1) || x.Shape is null || x.Shape.Rank > target.Length)
        {
            if (x.Shape is { } known && target is not null)
            {
                int rank = Math.Max(known.Rank, target.Length);
                List<Value> parts = [];
                for (int i = 0; i < rank; i++)
                {
                    int own = i - (rank - known.Rank);
                    int wanted = i - (rank - target.Length);
                    bool kept = wanted < 0 || target[wanted] == 1;
                    parts.Add(kept ? own < 0 ? b.Int32s(1) : b.Extent(x, own) is { Known: { } k } ? b.Int32s(k) : b.Part(b.ShapeOf(x), own, own + 1) : target[wanted] is { } t ? b.Int32s(t) : b.Part(shape, wanted, wanted + 1));
                }

                shape = b.Join([.. parts]);
            }
            else
            {
                shape = b.Emit("BROADCAST_ARGS", [b.ShapeOf(x), shape], DataType.Int32, OnnxInference.OfRank(1));
            }
        }

        c.Set(BroadcastTo(b, x, shape));
    }

    /// <summary>Repeats along axes of extent 1 up to a shape (int32 vector).</summary>
    public static Value BroadcastTo(TFLiteBuilder b, Value x, Value shape)
        => x.Shape is { Rank: 0 } ? b.Emit("FILL", [shape, x]) : b.Emit("BROADCAST_TO", [x, shape]);

    private static void ConstantOfShape(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        TensorData filling = c.Attributes.TryGetValue("value", out AttributeValue? v) ? v.AsTensor : OnnxBuilder.Filled(DataType.Float32, new TensorShape(1), 0);
        Value element = b.Constant(new TensorView(filling, filling.Type, TensorShape.Scalar));
        if (c.Integers(0) is { } known && filling.Type.BitWidth() >= 8)
        {
            c.Set(b.Constant(new SplatTensorData(filling.Type, new TensorShape(known), filling.GetBytes().ToArray())));
            return;
        }

        c.Set(b.Emit("FILL", [b.Cast(c.In(0), DataType.Int32), element]));
    }

    private static void Range(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value[] v = [b.ToScalar(c.In(0)), b.ToScalar(c.In(1)), b.ToScalar(c.In(2))];
        DataType type = v[0].Type;
        if (type is not (DataType.Float32 or DataType.Int32 or DataType.Int64))
        {
            v = Array.ConvertAll(v, x => b.Cast(x, DataType.Float32));
        }

        // Known bounds: the runtime would compute them before the run, where an output does not reach the caller.
        if (type == DataType.Float32 && Array.TrueForAll(v, x => x.IsConstant))
        {
            float[] f = [.. v.Select(x => x.Constant!.ToFloats()[0])];
            int count = f[2] == 0 ? 0 : (int)Math.Clamp(Math.Ceiling((f[1] - f[0]) / f[2]), 0, 1 << 20);
            c.Set(b.Constant(DenseTensorData.Create([.. Enumerable.Range(0, count).Select(i => f[0] + (i * f[2]))], new TensorShape(count))));
            return;
        }

        c.Set(b.Cast(b.Emit("RANGE", [v[0], v[1], v[2]]), type));
    }

    private static void Tile(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        DataType compute = x.Type is DataType.Float32 or DataType.Int8 or DataType.UInt8 or DataType.Int32 or DataType.Int64 or DataType.Boolean ? x.Type : x.Type.IsInteger() ? DataType.Int32 : DataType.Float32;
        c.Set(b.Cast(b.Emit("TILE", [b.Cast(x, compute), b.Cast(c.In(1), DataType.Int32)]), x.Type));
    }

    private static void EyeLike(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        DataType type = c.Attributes.ContainsKey("dtype") ? c.TypeOf("dtype") : x.Type;
        Value difference = b.Binary("SUB", b.Reshape(Positions(b, b.Extent(x, 1)), 1, -1), b.Reshape(Positions(b, b.Extent(x, 0)), -1, 1));
        c.Set(b.Cast(b.Compare("EQUAL", difference, b.Scalar(DataType.Int32, c.Attributes.GetInteger("k"))), type));
    }

    private static void Trilu(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        int rank = c.Rank(0);
        long k = c.Has(1) ? c.RequiredIntegers(1, "the diagonal")[0] : 0;
        Value difference = b.Binary("SUB", b.Reshape(Positions(b, b.Extent(x, rank - 1)), 1, -1), b.Reshape(Positions(b, b.Extent(x, rank - 2)), -1, 1));
        Value inside = b.Compare(c.Attributes.GetBoolean("upper", true) ? "GREATER_EQUAL" : "LESS_EQUAL", difference, b.Scalar(DataType.Int32, k));
        c.Set(b.Select(inside, x, b.Scalar(x.Type, 0)));
    }
}
