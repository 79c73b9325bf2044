namespace Pare.Passes.Conversion;

/// <summary>Types and shapes of operators that move, tell about or make elements.</summary>
internal static class OnnxInferenceMovement
{
    public static bool TryInfer(Node n, Func<Value?, long?[]?> elements)
    {
        Value? x = n.InputOrDefault(0);
        DataType t = x?.Type ?? DataType.Undefined;
        SymbolicShape? s = x?.Shape;
        switch (n.Operator)
        {
            case "Shape":
                OnnxInference.Set(n, 0, DataType.Int64, s is null ? OnnxInference.OfRank(1) : new SymbolicShape((Dimension)(OnnxInference.ShapeBounds(n, s.Rank) is var (from, to) ? to - from : 0)));
                break;
            case "Size":
                OnnxInference.Set(n, 0, DataType.Int64, new SymbolicShape());
                break;
            case "Reshape":
                OnnxInference.Set(n, 0, t, Reshape(n, s, elements));
                break;
            case "Transpose":
                long[]? p = n.Attributes.GetIntegers("perm");
                OnnxInference.Set(n, 0, t, s is null ? p is null ? null : OnnxInference.OfRank(p.Length) : OnnxInference.Shape(p is null ? s.Dimensions.Reverse() : p.Select(i => s[(int)i])));
                break;
            case "Unsqueeze":
                OnnxInference.Set(n, 0, t, s is null || Known(elements(n.Inputs[1])) is not { } added ? null : Unsqueeze(s, added));
                break;
            case "Squeeze":
                OnnxInference.Set(n, 0, t, Squeeze(n, s, elements));
                break;
            case "Concat":
                OnnxInference.Set(n, 0, t, Concat(n));
                break;
            case "Split":
                Split(n, t, s, elements);
                break;
            case "Slice":
                OnnxInference.Set(n, 0, t, Slice(n, s, elements));
                break;
            case "Gather":
                SymbolicShape? at = n.Inputs[1]!.Shape;
                int axis = (int)n.Attributes.GetInteger("axis");
                OnnxInference.Set(n, 0, t, s is null || at is null ? null : OnnxInference.Shape([.. s.Dimensions.Take(Axis(axis, s.Rank)), .. at.Dimensions, .. s.Dimensions.Skip(Axis(axis, s.Rank) + 1)]));
                break;
            case "GatherElements":
                OnnxInference.Set(n, 0, t, n.Inputs[1]!.Shape);
                break;
            case "GatherND":
                int batch = (int)n.Attributes.GetInteger("batch_dims");
                OnnxInference.Set(n, 0, t, s is not null && n.Inputs[1]!.Shape is { Rank: > 0 } index && index[-1].Value is { } depth && batch + depth <= s.Rank
                    ? OnnxInference.Shape([.. index.Dimensions.SkipLast(1), .. s.Dimensions.Skip(batch + (int)depth)])
                    : null);
                break;
            case "Expand":
                OnnxInference.Set(n, 0, t, OnnxInference.Broadcast(s, FromElements(n.Inputs[1], elements)));
                break;
            case "Tile":
                OnnxInference.Set(n, 0, t, s is null ? null : elements(n.Inputs[1]) is { } repeats && repeats.Length == s.Rank ? OnnxInference.Shape(s.Dimensions.Select((d, i) => new Dimension(d.Value * repeats[i]))) : OnnxInference.OfRank(s.Rank));
                break;
            case "Pad":
                OnnxInference.Set(n, 0, t, Pad(n, s, elements));
                break;
            case "Range":
                OnnxInference.Set(n, 0, t, elements(n.Inputs[0]) is [{ } start] && elements(n.Inputs[1]) is [{ } limit] && elements(n.Inputs[2]) is [{ } delta] && delta != 0
                    ? new SymbolicShape((Dimension)Math.Max(0, (limit - start + delta - Math.Sign(delta)) / delta))
                    : OnnxInference.OfRank(1));
                break;
            case "ConstantOfShape":
                OnnxInference.Set(n, 0, n.Attributes.TryGetValue("value", out AttributeValue? value) ? value.AsTensor.Type : DataType.Float32, FromElements(n.Inputs[0], elements));
                break;
            case "NonZero":
                OnnxInference.Set(n, 0, DataType.Int64, s is null ? OnnxInference.OfRank(2) : new SymbolicShape(s.Rank, Dimension.Unknown));
                break;
            case "OneHot":
                int oneAxis = (int)n.Attributes.GetInteger("axis", -1);
                OnnxInference.Set(n, 0, n.Inputs[2]!.Type, s is null ? null : OnnxInference.Shape([.. s.Dimensions.Take(Axis(oneAxis, s.Rank + 1)), new Dimension(elements(n.Inputs[1]) is [{ } d] ? d : null), .. s.Dimensions.Skip(Axis(oneAxis, s.Rank + 1))]));
                break;
            case "DepthToSpace":
                long block = n.Attributes.GetInteger("blocksize");
                OnnxInference.Set(n, 0, t, s is null ? OnnxInference.OfRank(4) : new SymbolicShape(s[0], new Dimension(s[1].Value / (block * block)), new Dimension(s[2].Value * block), new Dimension(s[3].Value * block)));
                break;
            case "SpaceToDepth":
                block = n.Attributes.GetInteger("blocksize");
                OnnxInference.Set(n, 0, t, s is null ? OnnxInference.OfRank(4) : new SymbolicShape(s[0], new Dimension(s[1].Value * block * block), new Dimension(s[2].Value / block), new Dimension(s[3].Value / block)));
                break;
            default:
                return false;
        }

        return true;
    }

    /// <summary>The shape that a vector of extents describes, as far as known.</summary>
    public static SymbolicShape? FromElements(Value? vector, Func<Value?, long?[]?> elements)
        => elements(vector) is { } e ? OnnxInference.Shape(e.Select(d => new Dimension(d)))
            : vector?.Shape is { Rank: 1 } s && s[0].Value is { } rank and <= 64 ? OnnxInference.OfRank((int)rank) : null;

    /// <summary>All elements, or null when one is not known.</summary>
    public static long[]? Known(long?[]? elements) => elements is null || Array.Exists(elements, e => e is null) ? null : Array.ConvertAll(elements, e => e!.Value);

    private static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    private static SymbolicShape? Reshape(Node n, SymbolicShape? s, Func<Value?, long?[]?> elements)
    {
        if (FromElements(n.Inputs[1], elements) is not { } shape)
        {
            return null;
        }

        bool zero = n.Attributes.GetBoolean("allowzero");
        Dimension[] d = [.. shape.Dimensions];
        for (int i = 0; i < d.Length; i++)
        {
            if (d[i].Value == 0 && !zero)
            {
                d[i] = s is not null && i < s.Rank ? s[i] : Dimension.Unknown;
            }
        }

        int rest = Array.FindIndex(d, x => x.Value == -1);
        if (rest >= 0)
        {
            d[rest] = Dimension.Unknown;
            if (s?.ToStatic() is { Count: > 0 } all && d.Where((_, i) => i != rest).All(x => x.Value > 0))
            {
                d[rest] = all.Count / d.Where((_, i) => i != rest).Aggregate(1L, (p, x) => p * x.Value!.Value);
            }
        }

        return new SymbolicShape(d);
    }

    private static SymbolicShape Unsqueeze(SymbolicShape s, long[] axes)
    {
        int rank = s.Rank + axes.Length;
        HashSet<int> added = [.. axes.Select(a => Axis(a, rank))];
        int next = 0;
        return OnnxInference.Shape(Enumerable.Range(0, rank).Select(i => added.Contains(i) || next >= s.Rank ? 1 : s[next++]).ToArray());
    }

    private static SymbolicShape? Squeeze(Node n, SymbolicShape? s, Func<Value?, long?[]?> elements)
    {
        if (s is null)
        {
            return null;
        }

        if (n.InputOrDefault(1) is not { } v)
        {
            return s.IsStatic ? OnnxInference.Shape(s.Dimensions.Where(d => d.Value != 1)) : null;
        }

        if (Known(elements(v)) is not { } axes)
        {
            return null;
        }

        HashSet<int> gone = [.. axes.Select(a => Axis(a, s.Rank))];
        return OnnxInference.Shape(s.Dimensions.Where((_, i) => !gone.Contains(i)));
    }

    private static SymbolicShape? Concat(Node n)
    {
        SymbolicShape? known = n.Inputs.Select(v => v?.Shape).FirstOrDefault(x => x is not null);
        if (known is null)
        {
            return null;
        }

        int axis = Axis(n.Attributes.GetInteger("axis"), known.Rank);
        long? sum = 0;
        Dimension[] d = [.. known.Dimensions];
        foreach (Value? v in n.Inputs)
        {
            sum += v?.Shape is { } s && axis < s.Rank ? s[axis].Value : null;
            for (int i = 0; v?.Shape is { } t && t.Rank == d.Length && i < d.Length; i++)
            {
                d[i] = d[i].Value is null && t[i].Value is not null ? t[i] : d[i];
            }
        }

        if (axis < d.Length)
        {
            d[axis] = new Dimension(sum);
        }

        return new SymbolicShape(d);
    }

    private static void Split(Node n, DataType t, SymbolicShape? s, Func<Value?, long?[]?> elements)
    {
        int axis = s is null ? 0 : Axis(n.Attributes.GetInteger("axis"), s.Rank);
        long?[]? sizes = elements(n.InputOrDefault(1));
        for (int i = 0; i < n.Outputs.Count; i++)
        {
            long? extent = sizes is not null && i < sizes.Length ? sizes[i] : sizes is null && n.InputOrDefault(1) is null ? s?[axis].Value / n.Outputs.Count : null;
            OnnxInference.Set(n, i, t, s is null ? null : OnnxInference.Shape(s.Dimensions.Select((d, a) => a == axis ? new Dimension(extent) : d)));
        }
    }

    private static SymbolicShape? Slice(Node n, SymbolicShape? s, Func<Value?, long?[]?> elements)
    {
        if (s is null)
        {
            return null;
        }

        long?[]? starts = elements(n.Inputs[1]);
        long?[]? ends = elements(n.Inputs[2]);
        long?[]? axes = n.InputOrDefault(3) is { } a ? elements(a) : null;
        long?[]? steps = n.InputOrDefault(4) is { } p ? elements(p) : null;
        if ((n.InputOrDefault(3) is not null && Known(axes) is null) || (axes is null && starts is null))
        {
            return OnnxInference.OfRank(s.Rank);
        }

        Dimension[] d = [.. s.Dimensions];
        int count = axes?.Length ?? starts!.Length;
        for (int i = 0; i < count; i++)
        {
            int axis = axes is null ? i : Axis(axes[i]!.Value, s.Rank);
            long? step = n.InputOrDefault(4) is null ? 1 : steps?[i];
            d[axis] = d[axis].Value is { } extent && starts?[i] is { } start && ends?[i] is { } end && step is { } by && by != 0 && OnnxInference.SliceBounds(start, end, by, extent) is var (from, to)
                ? Math.Max(0, by > 0 ? (to - from + by - 1) / by : (from - to - by - 1) / -by)
                : Dimension.Unknown;
        }

        return new SymbolicShape(d);
    }

    private static SymbolicShape? Pad(Node n, SymbolicShape? s, Func<Value?, long?[]?> elements)
    {
        if (s is null)
        {
            return elements(n.Inputs[1]) is { } e && n.InputOrDefault(3) is null ? OnnxInference.OfRank(e.Length / 2) : null;
        }

        if (elements(n.Inputs[1]) is not { } pads || n.InputOrDefault(3) is not null || pads.Length != s.Rank * 2)
        {
            return OnnxInference.OfRank(s.Rank);
        }

        return OnnxInference.Shape(s.Dimensions.Select((d, i) => pads[i] == 0 && pads[i + s.Rank] == 0 ? d : new Dimension(d.Value + pads[i] + pads[i + s.Rank])));
    }
}
