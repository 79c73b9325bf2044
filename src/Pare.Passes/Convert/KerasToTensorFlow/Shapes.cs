namespace Pare.Passes.Conversion;

/// <summary>Arithmetic on shapes of which extents may be unknown.</summary>
internal static class Shapes
{
    public static SymbolicShape Of(params ReadOnlySpan<long?> extents)
    {
        Dimension[] dimensions = new Dimension[extents.Length];
        for (int i = 0; i < extents.Length; i++)
        {
            dimensions[i] = new Dimension(extents[i]);
        }

        return new SymbolicShape(dimensions);
    }

    /// <summary>An extent where it is known; negative axes count from the end.</summary>
    public static long? Extent(SymbolicShape? shape, int axis)
    {
        int at = shape is null || axis >= 0 ? axis : axis + shape.Rank;
        return shape is not null && at >= 0 && at < shape.Rank ? shape[at].Value : null;
    }

    /// <summary>The shape with one extent changed.</summary>
    public static SymbolicShape With(SymbolicShape shape, int axis, long? extent)
    {
        Dimension[] dimensions = [.. shape.Dimensions];
        dimensions[axis < 0 ? axis + shape.Rank : axis] = new Dimension(extent);
        return new SymbolicShape(dimensions);
    }

    /// <summary>What two shapes broadcast to; null where a rank is unknown.</summary>
    /// <exception cref="LoweringException">They do not broadcast.</exception>
    public static SymbolicShape? Broadcast(SymbolicShape? a, SymbolicShape? b)
    {
        if (a is null || b is null)
        {
            return null;
        }

        int rank = Math.Max(a.Rank, b.Rank);
        long?[] extents = new long?[rank];
        for (int i = 0; i < rank; i++)
        {
            int ia = i - rank + a.Rank;
            int ib = i - rank + b.Rank;
            long? x = ia < 0 ? 1 : a[ia].Value;
            long? y = ib < 0 ? 1 : b[ib].Value;
            if (x is { } p && y is { } q && p != q && p != 1 && q != 1)
            {
                throw new LoweringException($"the shapes {a} and {b} do not broadcast");
            }

            extents[i] = x == 1 ? y : y == 1 ? x : x ?? y;
        }

        return Of(extents);
    }

    public static SymbolicShape? Reduce(SymbolicShape? shape, ReadOnlySpan<long> axes, bool keep)
    {
        if (shape is null)
        {
            return null;
        }

        List<long?> extents = [];
        for (int i = 0; i < shape.Rank; i++)
        {
            bool reduced = axes.Contains(i) || axes.Contains(i - shape.Rank);
            if (!reduced || keep)
            {
                extents.Add(reduced ? 1 : shape[i].Value);
            }
        }

        return Of([.. extents]);
    }

    /// <summary>How many windows fit.</summary>
    public static long? Windows(long? extent, long kernel, long stride, long dilation, bool same)
    {
        long span = ((kernel - 1) * dilation) + 1;
        return extent is not { } e ? null : same ? (e + stride - 1) / stride : e < span ? throw new LoweringException($"a window of {span} does not fit an extent of {e}") : ((e - span) / stride) + 1;
    }

    /// <summary>The product of extents; null where one is unknown.</summary>
    public static long? Product(IEnumerable<Dimension> dimensions)
    {
        long product = 1;
        foreach (Dimension d in dimensions)
        {
            if (d.Value is not { } e)
            {
                return null;
            }

            product = checked(product * e);
        }

        return product;
    }
}
