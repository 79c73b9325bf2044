namespace Pare.Passes.Conversion;

/// <summary>Parts of tensors by bounds, and their reverse: padding.</summary>
internal static class ToTFLiteSliceLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("Slice", Slice),
        new("Pad", Pad),
    ];

    private static void Slice(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        int rank = c.Rank(0);
        long?[]? starts = Bounds(c, "starts", 1);
        long?[]? ends = Bounds(c, "ends", 2);
        int count = starts?.Length ?? ends?.Length ?? (int?)c.Shape(1)?[0].Value ?? throw new LoweringException("how many axes are cut is not known; starts or ends must be of known length");
        long[] axes = c.IntegersOf("axes", 3, "the axes") ?? [.. Enumerable.Range(0, count).Select(i => (long)i)];
        long[] steps = c.Has(4) ? c.RequiredIntegers(4, "the steps") : [.. Enumerable.Repeat(1L, count)];
        Entry[] entries = new Entry[rank];
        long beginMask = 0;
        long endMask = 0;
        for (int p = 0; p < rank; p++)
        {
            entries[p] = new Entry(0, 0, 1, null, null);
            beginMask |= 1L << p;
            endMask |= 1L << p;
        }

        for (int i = 0; i < count; i++)
        {
            int p = x.AxisOf(axes[i]);
            long? extent = x.Value.Shape?[p].Value;
            (long start, long end, long step) = (starts?[i] ?? 0, ends?[i] ?? 0, steps[i]);
            bool startKnown = starts?[i] is not null;
            bool endKnown = ends?[i] is not null;
            bool fromFirst = startKnown && (step > 0 ? start == 0 || (extent is { } e && start <= -e) : start >= (extent ?? int.MaxValue) - 1);
            bool toLast = endKnown && (step > 0 ? end >= (extent ?? int.MaxValue) : end <= -(extent ?? int.MaxValue) - 1);
            entries[p] = new Entry(fromFirst ? 0 : start, toLast ? 0 : end, step, startKnown ? null : Part(c, 1, i), endKnown ? null : Part(c, 2, i));
            beginMask = fromFirst ? beginMask : beginMask & ~(1L << p);
            endMask = toLast ? endMask : endMask & ~(1L << p);
        }

        if (beginMask == endMask && beginMask == (1L << rank) - 1 && Array.TrueForAll(entries, e => e.Step == 1))
        {
            c.Set(x.Value, x.Order);
            return;
        }

        // Axes at the end that stay whole need no entry.
        int used = rank;
        while (used > 1 && ((beginMask >> (used - 1)) & 1) != 0 && ((endMask >> (used - 1)) & 1) != 0 && entries[used - 1].Step == 1)
        {
            used--;
        }

        long mask = (1L << used) - 1;
        c.Set(
            b.Emit(
                "STRIDED_SLICE",
                [x.Value, Vector(b, entries[..used], e => e.Start, e => e.ComputedStart), Vector(b, entries[..used], e => e.End, e => e.ComputedEnd), b.Int32s([.. entries[..used].Select(e => e.Step)])],
                ("begin_mask", AttributeValue.Of(beginMask & mask)),
                ("end_mask", AttributeValue.Of(endMask & mask))),
            x.Order);
    }

    private static long?[]? Bounds(ToTFLiteContext c, string attribute, int input)
        => c.Attributes.GetIntegers(attribute) is { } given ? Array.ConvertAll(given, e => (long?)e) : c.Builder.Elements(c.Raw(input).Value);

    private static Value Part(ToTFLiteContext c, int input, int index) => c.Builder.Cast(c.Builder.Part(c.In(input), index, index + 1), DataType.Int32);

    private static Value Vector(TFLiteBuilder b, Entry[] entries, Func<Entry, long> known, Func<Entry, Value?> computed) => Array.TrueForAll(entries, e => computed(e) is null)
        ? b.Int32s([.. entries.Select(known)])
        : b.Join([.. entries.Select(e => computed(e) ?? b.Int32s(known(e)))]);

    // Amounts come as all begins, then all ends, for the named axes.
    private static void Pad(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        int rank = c.Rank(0);
        string mode = c.Attributes.GetString("mode", "constant");
        long[]? known = c.Attributes.GetIntegers("pads") ?? c.Attributes.GetIntegers("paddings") ?? (c.Has(1) ? c.Integers(1) : null);
        if (known is null)
        {
            // [2·rank] as [2, rank], turned to [rank, 2].
            Value turned = b.Transpose(b.Reshape(b.Cast(c.In(1), DataType.Int32), 2, rank), 1, 0);
            c.Set(Filled(c, c.In(0), turned, mode));
            return;
        }

        long[] axes = c.Has(3) ? c.RequiredIntegers(3, "the axes") : [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        long[] amounts = new long[rank * 2];
        for (int i = 0; i < axes.Length; i++)
        {
            int p = x.AxisOf(axes[i]);
            amounts[p * 2] = known[i];
            amounts[(p * 2) + 1] = known[i + axes.Length];
        }

        Value y = x.Value;
        if (amounts.Any(a => a < 0))
        {
            // Negative amounts cut.
            long[] from = [.. Enumerable.Range(0, rank).Select(i => Math.Max(0, -amounts[i * 2]))];
            long[] to = [.. Enumerable.Range(0, rank).Select(i => Math.Min(0, amounts[(i * 2) + 1]))];
            long open = to.Select((t, i) => t == 0 ? 1L << i : 0).Sum();
            y = b.Emit("STRIDED_SLICE", [y, b.Int32s(from), b.Int32s(to), b.Int32s([.. Enumerable.Repeat(1L, rank)])], ("begin_mask", AttributeValue.Of(0L)), ("end_mask", AttributeValue.Of(open)));
            amounts = Array.ConvertAll(amounts, a => Math.Max(a, 0));
        }

        if (amounts.All(a => a == 0))
        {
            c.Set(y, x.Order);
            return;
        }

        Value pads = b.Reshape(b.Int32s(amounts), rank, 2);
        c.Set(Filled(c, y, pads, mode, amounts), x.Order);
    }

    private static Value Filled(ToTFLiteContext c, Value x, Value pads, string mode, long[]? amounts = null)
    {
        TFLiteBuilder b = c.Builder;
        switch (mode)
        {
            case "constant":
                DataType compute = x.Type is DataType.Float32 or DataType.Int8 or DataType.UInt8 or DataType.Int32 or DataType.Int64 ? x.Type : x.Type.IsFloat() ? DataType.Float32 : DataType.Int32;
                Value data = b.Cast(x, compute);
                Value? filling = c.Has(2) ? b.Cast(b.ToScalar(c.In(2)), compute) : c.Attributes.GetFloat("value") is not 0 and var v ? b.Scalar(compute, v) : null;
                bool zero = filling is null || (filling.Constant is { } k && k.ToFloats()[0] == 0);
                return b.Cast(zero ? b.Emit("PAD", [data, pads]) : b.Emit("PADV2", [data, pads, filling]), x.Type);
            case "reflect":
                return b.Emit("MIRROR_PAD", [x, pads], ("mode", AttributeValue.Of("REFLECT")));
            case "edge" when amounts is not null:
                return Edge(b, x, amounts);
            default:
                throw new LoweringException($"padding by '{mode}' has no counterpart in TFLite; constant, reflect and edge (with known amounts) have");
        }
    }

    // The border repeats: its strip, as often as needed, an axis at a time.
    private static Value Edge(TFLiteBuilder b, Value x, long[] amounts)
    {
        int rank = amounts.Length / 2;
        for (int axis = 0; axis < rank; axis++)
        {
            (long before, long after) = (amounts[axis * 2], amounts[(axis * 2) + 1]);
            if (before == 0 && after == 0)
            {
                continue;
            }

            long extent = x.Shape?[axis].Value ?? throw new LoweringException("the extent along a padded axis is not known");
            long[] places = [.. Enumerable.Range(0, (int)(before + extent + after)).Select(i => Math.Clamp(i - before, 0, extent - 1))];
            x = b.Emit("GATHER", [x, b.Int32s(places)], ("axis", AttributeValue.Of(axis)), ("batch_dims", AttributeValue.Of(0L)));
        }

        return x;
    }

    private readonly record struct Entry(long Start, long End, long Step, Value? ComputedStart, Value? ComputedEnd);
}
