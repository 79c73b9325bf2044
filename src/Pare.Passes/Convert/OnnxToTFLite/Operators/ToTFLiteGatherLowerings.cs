namespace Pare.Passes.Conversion;

/// <summary>Elements and slices fetched from, or put to, places given by indices.</summary>
internal static class ToTFLiteGatherLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("Gather", Gather),
        new("GatherND", GatherNd),
        new("GatherElements", GatherElements),
        new("ScatterND", ScatterNd),
        new("ScatterElements", ScatterElements),
        new("Compress", Compress),
        new("NonZero", NonZero),
        new("OneHot", OneHot),
    ];

    /// <summary>Fetches along an axis of the value; indices must not be negative.</summary>
    public static Value Take(TFLiteBuilder b, Value x, Value indices, int axis, int batch = 0)
        => b.Emit("GATHER", [x, indices], ("axis", AttributeValue.Of(axis)), ("batch_dims", AttributeValue.Of(batch)));

    private static void Gather(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        int axis = c.Raw(0) is { Order: null } raw ? raw.AxisOf(c.Attributes.GetInteger("axis")) : new LaidValue(x).AxisOf(c.Attributes.GetInteger("axis"));
        Value indices = NotNegative(b, Index(b, c.In(1)), b.Extent(x, axis));

        // A single place that is known is a cut.
        if (indices.Shape is { Rank: 0 } && b.AllElements(indices) is [var at] && x.Shape is { Rank: <= 5 } s)
        {
            long[] begin = new long[axis + 1];
            long[] end = new long[axis + 1];
            begin[axis] = at;
            end[axis] = at + 1;
            long others = (1L << axis) - 1;
            c.Set(b.Emit(
                "STRIDED_SLICE",
                [x, b.Int32s(begin), b.Int32s(end), b.Int32s([.. Enumerable.Repeat(1L, axis + 1)])],
                ("begin_mask", AttributeValue.Of(others)),
                ("end_mask", AttributeValue.Of(others)),
                ("shrink_axis_mask", AttributeValue.Of(1L << axis))));
            return;
        }

        c.Set(Take(b, x, indices, axis));
    }

    private static Value Index(TFLiteBuilder b, Value indices) => indices.IsConstant || indices.Type is not (DataType.Int32 or DataType.Int64) ? b.Cast(indices, DataType.Int32) : indices;

    // ONNX counts negative indices from the end; the runtime refuses them. Computed ones are taken as they are, as every converter does.
    private static Value NotNegative(TFLiteBuilder b, Value indices, (long? Known, Value? Computed) extent)
    {
        if (indices.Constant is not { } c || !c.ToInt64s().Any(i => i < 0))
        {
            return indices;
        }

        if (extent.Known is { } n)
        {
            int[] turned = Array.ConvertAll(c.ToInt64s(), i => (int)(i < 0 ? i + n : i));
            return b.Constant(DenseTensorData.Create(turned.AsSpan(), c.Shape));
        }

        Value negative = b.Compare("LESS", indices, b.Scalar(indices.Type, 0));
        return b.Select(negative, b.Binary("ADD", indices, b.Cast(extent.Computed!, indices.Type)), indices);
    }

    private static void GatherNd(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        long batch = c.Attributes.GetInteger("batch_dims");
        Value indices = Index(b, c.In(1));
        if (batch == 0)
        {
            c.Set(b.Emit("GATHER_ND", [c.In(0), indices]));
            return;
        }

        if (indices.Shape is not { } s || s[-1].Value != 1)
        {
            throw new LoweringException("GatherND with batch axes and more than one index a place has no counterpart in TFLite");
        }

        Value flat = b.Reshape(indices, [.. Enumerable.Range(0, s.Rank - 1).Select(i => b.Extent(indices, i))]);
        c.Set(Take(b, c.In(0), flat, (int)batch, (int)batch));
    }

    // An element for each place: through GATHER_ND with the places of the other axes spelt out.
    private static void GatherElements(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        int axis = new LaidValue(x).AxisOf(c.Attributes.GetInteger("axis"));
        Value indices = NotNegative(b, b.Cast(c.In(1), DataType.Int32), b.Extent(x, axis));
        c.Set(b.Emit("GATHER_ND", [x, Places(b, indices, axis)]));
    }

    /// <summary>For each element of <paramref name="indices"/> the full index into a tensor of that rank in which the element replaces the coordinate along the axis.</summary>
    private static Value Places(TFLiteBuilder b, Value indices, int axis)
    {
        SymbolicShape s = indices.Shape ?? throw new LoweringException("the rank of the indices is not known");
        Value zero = b.Binary("MUL", indices, b.Scalar(DataType.Int32, 0));
        List<Value?> coordinates = [];
        for (int i = 0; i < s.Rank; i++)
        {
            if (i == axis)
            {
                coordinates.Add(indices);
                continue;
            }

            Value along = b.Reshape(ToTFLiteShapeLowerings.Positions(b, b.Extent(indices, i)), [.. Enumerable.Range(0, s.Rank).Select(j => j == i ? -1L : 1L)]);
            coordinates.Add(b.Binary("ADD", zero, along));
        }

        return b.Emit("PACK", [.. coordinates], ("values_count", AttributeValue.Of(coordinates.Count)), ("axis", AttributeValue.Of(s.Rank)));
    }

    // SCATTER_ND adds into zeros: what is replaced is masked out of the data first.
    private static void ScatterNd(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Scatter(c, c.In(0), b.Cast(c.In(1), DataType.Int32), c.In(2));
    }

    private static void ScatterElements(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        int axis = new LaidValue(x).AxisOf(c.Attributes.GetInteger("axis"));
        Value indices = NotNegative(b, b.Cast(c.In(1), DataType.Int32), b.Extent(x, axis));
        Scatter(c, x, Places(b, indices, axis), c.In(2));
    }

    private static void Scatter(ToTFLiteContext c, Value x, Value indices, Value updates)
    {
        TFLiteBuilder b = c.Builder;
        Value shape = x.Shape?.ToStatic() is { } known ? b.Int32s(known.Dimensions) : b.ShapeOf(x);
        Value put = b.Emit("SCATTER_ND", [indices, updates, shape]);
        switch (c.Attributes.GetString("reduction", "none"))
        {
            case "add":
                c.Set(x.Constant is { } content && content is SplatTensorData splat && splat.Head.Span.IndexOfAnyExcept((byte)0) < 0 ? put : b.Binary("ADD", x, put));
                break;
            case "none":
                Value ones = b.Binary("ADD", b.Binary("MUL", b.Cast(updates, DataType.Int32), b.Scalar(DataType.Int32, 0)), b.Scalar(DataType.Int32, 1));
                if (updates.Shape?.ToStatic() is { } s)
                {
                    ones = b.Constant(OnnxBuilder.Filled(DataType.Int32, s, 1));
                }

                Value hit = b.Compare("GREATER", b.Emit("SCATTER_ND", [indices, ones, shape]), b.Scalar(DataType.Int32, 0));
                c.Set(b.Select(hit, put, x));
                break;
            default:
                throw new LoweringException($"scattering by '{c.Attributes.GetString("reduction")}' has no counterpart in TFLite; none and add have");
        }
    }

    private static void Compress(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.Attributes.ContainsKey("axis") ? c.In(0) : b.Reshape(c.In(0), -1);
        int axis = new LaidValue(x).AxisOf(c.Attributes.GetInteger("axis"));
        Value places = b.Emit("WHERE", [c.In(1)]);
        c.Set(Take(b, x, b.Reshape(b.Cast(places, DataType.Int32), -1), axis));
    }

    private static void NonZero(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = c.In(0);
        Value found = b.Emit("WHERE", [x.Type == DataType.Boolean ? x : b.Compare("NOT_EQUAL", x, b.Scalar(x.Type, 0))]);
        c.Set(found, [1, 0]);
    }

    // Depth and the two values [off, on]; indices count from the end where negative, and outside the depth give all off.
    private static void OneHot(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value indices = Index(b, b.Cast(c.In(0), DataType.Int32));
        Value depth = b.ToScalar(b.Cast(c.In(1), DataType.Int32));
        Value values = c.In(2);
        Value off = values.Constant is { } k && k.Type.BitWidth() >= 8 ? b.Constant(Element(k, 0)) : b.ToScalar(b.Part(values, 0, 1));
        Value on = values.Constant is { } l && l.Type.BitWidth() >= 8 ? b.Constant(Element(l, 1)) : b.ToScalar(b.Part(values, 1, 2));
        long axis = c.Attributes.GetInteger("axis", -1);
        c.Set(b.Emit("ONE_HOT", [indices, depth, on, off], ("axis", AttributeValue.Of(axis == c.Rank(0) ? -1 : axis))));
    }

    private static DenseTensorData Element(TensorData tensor, int index)
    {
        int size = tensor.Type.BitWidth() / 8;
        return new DenseTensorData(tensor.Type, TensorShape.Scalar, tensor.GetBytes().Slice(index * size, size).ToArray());
    }
}
