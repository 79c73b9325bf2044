namespace Pare.Passes.Conversion;

/// <summary>Concatenation, splitting, reversal.</summary>
internal static class ToTFLiteJoinSplitLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("Concat", Concat),
        new("Split", Split),
        new("ReverseSequence", ReverseSequence),
    ];

    private static void Concat(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue[] parts = [.. Enumerable.Range(0, c.InputCount).Where(c.Has).Select(c.Raw)];
        parts = [.. parts.Where(p => p.Shape?.ToStatic()?.Count != 0 || parts.Length == 1)];
        if (parts.Length == 0)
        {
            c.Set(c.In(0));
            return;
        }

        long axis = c.Attributes.GetInteger("axis", c.Opset < 4 ? 1 : 0);
        int[]? order = parts.FirstOrDefault(p => p.Order is not null).Order;
        if (order is null || parts.Any(p => p.Order is null && p.Shape?.Rank != order.Length))
        {
            c.Set(b.Concat(axis, [.. parts.Select(b.Straight)]));
            return;
        }

        int at = parts.First(p => p.Order is not null).AxisOf(axis);
        c.Set(b.Concat(at, [.. parts.Select(p => b.Laid(p, order))]), order);
    }

    private static void Split(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        int at = x.AxisOf(c.Attributes.GetInteger("axis"));
        int count = c.Node.Outputs.Count;
        long[]? sizes = c.Attributes.GetIntegers("split") ?? (c.Has(1) ? c.Integers(1) : null);
        if (count == 1)
        {
            c.Set(x.Value, x.Order);
            return;
        }

        if (sizes is null && !c.Has(1) && x.Value.Shape?[at].Value is { } extent && extent % count != 0)
        {
            // The last part is smaller.
            long part = (extent + count - 1) / count;
            sizes = [.. Enumerable.Range(0, count).Select(i => Math.Min(part, extent - (part * i)))];
        }

        IReadOnlyList<Value> parts;
        if (sizes is null && !c.Has(1))
        {
            parts = b.Emit("SPLIT", [b.Scalar(DataType.Int32, at), x.Value], count, ("num_splits", AttributeValue.Of(count)));
        }
        else if (sizes is not null && sizes.Distinct().Count() == 1 && x.Value.Shape?[at].Value == sizes.Sum())
        {
            parts = b.Emit("SPLIT", [b.Scalar(DataType.Int32, at), x.Value], count, ("num_splits", AttributeValue.Of(count)));
        }
        else
        {
            Value lengths = sizes is not null ? b.Int32s(sizes) : b.Cast(c.In(1), DataType.Int32);
            parts = b.Emit("SPLIT_V", [x.Value, lengths, b.Scalar(DataType.Int32, at)], count, ("num_splits", AttributeValue.Of(count)));
        }

        for (int i = 0; i < count; i++)
        {
            c.Set(i, parts[i], x.Order);
        }
    }

    private static void ReverseSequence(ToTFLiteContext c)
        => c.Set(c.Builder.Emit(
            "REVERSE_SEQUENCE",
            [c.In(0), c.In(1)],
            ("seq_dim", AttributeValue.Of(c.Attributes.GetInteger("time_axis"))),
            ("batch_dim", AttributeValue.Of(c.Attributes.GetInteger("batch_axis", 1)))));
}
