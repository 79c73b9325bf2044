namespace Pare.Passes.Conversion;

/// <summary>Brings operands that broadcast against each other into one order of axes.</summary>
internal static class LaidOperands
{
    /// <summary>The operands of an elementwise operator, all in the order of the first that has one of its own and the full rank, with that order (null where none has).</summary>
    public static (Value[] Values, int[]? Order) Align(ToTFLiteContext c, params ReadOnlySpan<int> inputs)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue[] raw = new LaidValue[inputs.Length];
        for (int i = 0; i < raw.Length; i++)
        {
            raw[i] = c.Raw(inputs[i]);
        }

        int rank = raw.Max(x => x.Order?.Length ?? x.Shape?.Rank ?? 0);
        int[]? order = raw.FirstOrDefault(x => x.Order is not null && x.Order.Length == rank && Weight(x) == raw.Max(Weight)).Order ?? raw.FirstOrDefault(x => x.Order is not null && x.Order.Length == rank).Order;
        if (order is null || raw.Any(x => x.Order is null && x.Shape is null))
        {
            return ([.. raw.Select(b.Straight)], null);
        }

        return ([.. raw.Select(x => Bring(b, x, order))], order);
    }

    // Large operands are not turned for the sake of small ones.
    private static long Weight(LaidValue x) => x.Shape is { } s ? s.Dimensions.Aggregate(1L, (p, d) => p * Math.Max(1, d.Value ?? 2)) : 0;

    private static Value Bring(TFLiteBuilder b, LaidValue x, int[] order)
    {
        if (AxisOrder.Same(x.Order, order))
        {
            return x.Value;
        }

        int rank = order.Length;
        SymbolicShape s = x.Shape!;
        if (s.Rank == 0 || s.ToStatic()?.Count == 1)
        {
            return s.Rank <= 1 ? x.Value : b.ToScalar(x.Value);
        }

        if (s.Rank == rank)
        {
            return b.Laid(x, order);
        }

        // Broadcasting aligns at the end: axes of extent 1 in front, then as any other.
        Value padded = b.Reshape(b.Straight(x), [.. Enumerable.Repeat(1L, rank - s.Rank).Select(e => ((long?)e, (Value?)null)), .. Enumerable.Range(0, s.Rank).Select(i => b.Extent(b.Straight(x), i))]);
        Value laid = b.Laid(new LaidValue(padded), order);
        int first = 0;
        while (first < rank - 1 && laid.Shape is { } shape && shape[first].Value == 1)
        {
            first++;
        }

        // Leading ones say nothing: [1, 1, 1, C] is [C].
        return first > 0 && laid.IsConstant ? b.Reshape(laid, [.. laid.Shape!.Dimensions.Skip(first).Select(d => d.Value ?? -1)]) : laid;
    }
}
