using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Shapes, slices and joins on the builder, shapes tracked.</summary>
internal static class TensorFlowMovement
{
    public static Value Reshape(this TensorFlowBuilder b, Value x, params ReadOnlySpan<long> target)
    {
        long? count = x.Shape is { } s ? Shapes.Product(s.Dimensions) : null;
        long known = 1;
        long?[] extents = new long?[target.Length];
        for (int i = 0; i < target.Length; i++)
        {
            extents[i] = target[i] >= 0 ? target[i] : null;
            known = target[i] >= 0 ? checked(known * target[i]) : known;
        }

        int open = target.IndexOf(-1);
        if (count is { } c && (open >= 0 ? known == 0 || c % known != 0 : c != known))
        {
            throw new LoweringException($"{x.Shape} cannot be seen as [{string.Join(",", target.ToArray())}]");
        }

        if (open >= 0 && count is { } all)
        {
            extents[open] = all / known;
        }

        return b.Emit("Reshape", [x, b.Int32s(target)], x.Type, Shapes.Of(extents), T("T", x.Type), T("Tshape", DataType.Int32));
    }

    /// <summary>A reshape to extents some of which are computed: null stands for the next of <paramref name="computed"/>, scalars of 32 bits.</summary>
    public static Value Reshape(this TensorFlowBuilder b, Value x, ReadOnlySpan<long?> target, IReadOnlyList<Value> computed, SymbolicShape? shape = null)
        => b.Emit("Reshape", [x, b.PackShape(target, computed)], x.Type, shape ?? Shapes.Of(target), T("T", x.Type), T("Tshape", DataType.Int32));

    /// <summary>A vector of extents some of which are computed.</summary>
    public static Value PackShape(this TensorFlowBuilder b, ReadOnlySpan<long?> target, IReadOnlyList<Value> computed)
    {
        List<Value> parts = [];
        int next = 0;
        foreach (long? e in target)
        {
            parts.Add(e is { } known ? b.Int32(known) : computed[next++]);
        }

        return b.Pack(parts, 0);
    }

    /// <summary>An extent of a value as a scalar of 32 bits: constant where it is known.</summary>
    public static Value ExtentOf(this TensorFlowBuilder b, Value x, int axis)
    {
        if (Shapes.Extent(x.Shape, axis) is { } known)
        {
            return b.Int32(known);
        }

        int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");
        Value shape = b.Emit("Shape", [x], DataType.Int32, Shapes.Of(rank), T("T", x.Type), T("out_type", DataType.Int32));
        long at = axis < 0 ? axis + rank : axis;
        return b.Emit(
            "StridedSlice", [shape, b.Int32s(at), b.Int32s(at + 1), b.Int32s(1)], DataType.Int32, Shapes.Of(), T("T", DataType.Int32), T("Index", DataType.Int32), ("shrink_axis_mask", AttributeValue.Of(1L)));
    }

    public static Value Transpose(this TensorFlowBuilder b, Value x, params ReadOnlySpan<long> permutation)
    {
        SymbolicShape? shape = null;
        if (x.Shape is { } s)
        {
            long?[] extents = new long?[permutation.Length];
            for (int i = 0; i < extents.Length; i++)
            {
                extents[i] = s[(int)permutation[i]].Value;
            }

            shape = Shapes.Of(extents);
        }

        return b.Emit("Transpose", [x, b.Int32s(permutation)], x.Type, shape, T("T", x.Type), T("Tperm", DataType.Int32));
    }

    public static Value ExpandDims(this TensorFlowBuilder b, Value x, int axis)
    {
        SymbolicShape? shape = x.Shape is { } s ? new SymbolicShape([.. s.Dimensions.Insert(axis < 0 ? axis + s.Rank + 1 : axis, 1)]) : null;
        return b.Emit("ExpandDims", [x, b.Int32(axis)], x.Type, shape, T("T", x.Type), T("Tdim", DataType.Int32));
    }

    public static Value Squeeze(this TensorFlowBuilder b, Value x, int axis)
    {
        SymbolicShape? shape = x.Shape is { } s ? new SymbolicShape([.. s.Dimensions.RemoveAt(axis < 0 ? axis + s.Rank : axis)]) : null;
        return b.Emit("Squeeze", [x], x.Type, shape, T("T", x.Type), Ints("squeeze_dims", axis));
    }

    public static Value Concat(this TensorFlowBuilder b, IReadOnlyList<Value> parts, int axis)
    {
        SymbolicShape? shape = parts.All(p => p.Shape is not null) ? parts[0].Shape : null;
        if (shape is not null)
        {
            int at = axis < 0 ? axis + shape.Rank : axis;
            if (at < 0 || at >= shape.Rank || parts.Any(p => p.Shape!.Rank != shape.Rank))
            {
                throw new LoweringException($"shapes {string.Join(", ", parts.Select(p => p.Shape))} cannot be joined along axis {axis}");
            }

            long?[] extents = new long?[shape.Rank];
            for (int i = 0; i < extents.Length; i++)
            {
                extents[i] = i == at ? parts.Aggregate((long?)0, (sum, p) => sum + p.Shape![i].Value) : parts.Select(p => p.Shape![i].Value).FirstOrDefault(e => e is not null);
            }

            shape = Shapes.Of(extents);
        }

        return parts.Count == 1 ? parts[0]
            : b.Emit("ConcatV2", [.. parts, b.Int32(axis)], parts[0].Type, shape, ("N", AttributeValue.Of((long)parts.Count)), T("T", parts[0].Type), T("Tidx", DataType.Int32));
    }

    public static Value Pack(this TensorFlowBuilder b, IReadOnlyList<Value> parts, int axis)
    {
        SymbolicShape? shape = parts[0].Shape is { } s ? new SymbolicShape([.. s.Dimensions.Insert(axis, parts.Count)]) : null;
        return b.Emit("Pack", parts, parts[0].Type, shape, ("N", AttributeValue.Of((long)parts.Count)), T("T", parts[0].Type), ("axis", AttributeValue.Of((long)axis)));
    }

    public static IReadOnlyList<Value> Unpack(this TensorFlowBuilder b, Value x, int axis, int count) => b.EmitMany(
        "Unpack", [x], count, x.Type, x.Shape is { } s ? new SymbolicShape([.. s.Dimensions.RemoveAt(axis)]) : null, ("num", AttributeValue.Of((long)count)), T("T", x.Type), ("axis", AttributeValue.Of((long)axis)));

    public static IReadOnlyList<Value> Split(this TensorFlowBuilder b, Value x, int axis, int count) => b.EmitMany(
        "Split", [b.Int32(axis), x], count, x.Type, x.Shape is { } s ? Shapes.With(s, axis, s[axis].Value / count) : null, ("num_split", AttributeValue.Of((long)count)), T("T", x.Type));

    public static Value Pad(this TensorFlowBuilder b, Value x, ReadOnlySpan<(long Before, long After)> pads)
    {
        bool none = true;
        long?[] extents = new long?[pads.Length];
        for (int i = 0; i < pads.Length; i++)
        {
            none &= pads[i] is (0, 0);
            extents[i] = Shapes.Extent(x.Shape, i) + pads[i].Before + pads[i].After;
        }

        return none ? x : b.Emit("Pad", [x, b.Pairs(pads)], x.Type, Shapes.Of(extents), T("T", x.Type), T("Tpaddings", DataType.Int32));
    }

    /// <summary>Cuts each axis to [begin, end); a null end, or one of int.MaxValue, is the axis' end; negative numbers count from the end.</summary>
    public static Value Slice(this TensorFlowBuilder b, Value x, ReadOnlySpan<long> begin, ReadOnlySpan<long?> end, ReadOnlySpan<long> strides = default)
    {
        long endMask = 0;
        long beginMask = 0;
        long[] ends = new long[begin.Length];
        long[] steps = new long[begin.Length];
        long?[] extents = new long?[begin.Length];
        for (int i = 0; i < begin.Length; i++)
        {
            steps[i] = strides.IsEmpty ? 1 : strides[i];
            ends[i] = end[i] ?? 0;
            endMask |= end[i] is null ? 1L << i : 0;
            beginMask |= begin[i] == 0 && steps[i] > 0 ? 1L << i : 0;
            if (Shapes.Extent(x.Shape, i) is { } e)
            {
                long from = Math.Clamp(begin[i] < 0 ? begin[i] + e : begin[i], 0, e);
                long to = end[i] is { } stop ? Math.Clamp(stop < 0 ? stop + e : stop, 0, e) : e;
                extents[i] = steps[i] > 0 ? Math.Max(0, (to - from + steps[i] - 1) / steps[i]) : end[i] is null && begin[i] == -1 ? (e - steps[i] - 1) / -steps[i] : null;
            }
        }

        return b.Emit(
            "StridedSlice",
            [x, b.Int32s(begin), b.Int32s(ends), b.Int32s(steps)],
            x.Type,
            Shapes.Of(extents),
            T("T", x.Type),
            T("Index", DataType.Int32),
            ("begin_mask", AttributeValue.Of(beginMask)),
            ("end_mask", AttributeValue.Of(endMask)),
            ("ellipsis_mask", AttributeValue.Of(0L)),
            ("new_axis_mask", AttributeValue.Of(0L)),
            ("shrink_axis_mask", AttributeValue.Of(0L)));
    }

    public static Value Tile(this TensorFlowBuilder b, Value x, params ReadOnlySpan<long> multiples)
    {
        long?[] extents = new long?[multiples.Length];
        for (int i = 0; i < extents.Length; i++)
        {
            extents[i] = Shapes.Extent(x.Shape, i) * multiples[i];
        }

        return b.Emit("Tile", [x, b.Int32s(multiples)], x.Type, Shapes.Of(extents), T("T", x.Type), T("Tmultiples", DataType.Int32));
    }

    public static Value Gather(this TensorFlowBuilder b, Value table, Value indices, int axis = 0)
    {
        SymbolicShape? shape = table.Shape is { } t && indices.Shape is { } i ? new SymbolicShape([.. t.Dimensions.Take(axis), .. i.Dimensions, .. t.Dimensions.Skip(axis + 1)]) : null;
        return b.Emit(
            "GatherV2", [table, indices, b.Int32(axis)], table.Type, shape, T("Tparams", table.Type), T("Tindices", indices.Type), T("Taxis", DataType.Int32), ("batch_dims", AttributeValue.Of(0L)));
    }

    /// <summary>
    /// A reshape whose extents are known, or those of other values' axes. A single unknown extent is left to the reshape; with
    /// <paramref name="openIsRest"/> that is the one without a value to look at, however many others are unknown.
    /// </summary>
    public static Value ReshapeTo(this TensorFlowBuilder b, Value x, ReadOnlySpan<(long? Known, Value? Like, int Axis)> target, bool openIsRest = false)
    {
        int open = 0;
        foreach ((long? known, _, _) in target)
        {
            open += known is null ? 1 : 0;
        }

        long?[] extents = new long?[target.Length];
        List<Value> computed = [];
        for (int i = 0; i < target.Length; i++)
        {
            extents[i] = target[i].Known;
            if (open > 1 && target[i].Known is null)
            {
                if (openIsRest && target[i].Like is null)
                {
                    computed.Add(b.Int32(-1));
                    continue;
                }

                computed.Add(b.ExtentOf(target[i].Like ?? throw new LoweringException("an extent that must be known is not"), target[i].Axis));
            }
        }

        return open <= 1 ? b.Reshape(x, Array.ConvertAll(extents, e => e ?? -1)) : b.Reshape(x, extents, computed);
    }
}
