namespace Pare.Passes.Prune;

/// <summary>How operators that move elements carry channels: reshapes, transpositions, concatenations, splits, slices, paddings, look-ups.</summary>
internal static class MovementCouplings
{
    public static IEnumerable<KeyValuePair<string, Action<CouplingContext, Node>>> All { get; } =
    [
        .. ((string[])["Reshape", "RESHAPE", "Flatten", "Squeeze", "SQUEEZE", "Unsqueeze", "ExpandDims", "EXPAND_DIMS"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Reshape)),
        new("Transpose", Transpose),
        new("TRANSPOSE", Transpose),
        .. ((string[])["Slice", "SLICE", "StridedSlice", "STRIDED_SLICE"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Slice)),
        .. ((string[])["Pad", "PadV2", "MirrorPad", "PAD", "PADV2", "MIRROR_PAD"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Pad)),
        .. ((string[])["Expand", "BroadcastTo", "BROADCAST_TO", "Tile", "TILE"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Expand)),
        .. ((string[])["Gather", "GatherV2", "GATHER", "EMBEDDING_LOOKUP"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Gather)),
        .. ((string[])["SpaceToBatchND", "BatchToSpaceND", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)LastOnly)),
    ];

    /// <summary>Couples two tensors that hold the same elements in the same order under other shapes.</summary>
    public static void Reshape(CouplingContext c, AxisTensor x, AxisTensor y)
    {
        int[] from = [.. Enumerable.Range(0, x.Rank).Where(a => x.Shape[a] != 1)];
        int[] to = [.. Enumerable.Range(0, y.Rank).Where(a => y.Shape[a] != 1)];
        int i = 0;
        int j = 0;
        while (i < from.Length && j < to.Length)
        {
            // The least run of axes on both sides with equal products.
            int i0 = i;
            int j0 = j;
            long a = x.Shape[from[i++]];
            long b = y.Shape[to[j++]];
            while (a != b && i <= from.Length && j <= to.Length)
            {
                if (a < b && i < from.Length)
                {
                    a *= x.Shape[from[i++]];
                }
                else if (b < a && j < to.Length)
                {
                    b *= y.Shape[to[j++]];
                }
                else
                {
                    break;
                }
            }

            Block(c, x, from[i0..i], y, to[j0..j]);
        }
    }

    private static void Block(CouplingContext c, AxisTensor x, int[] from, AxisTensor y, int[] to)
    {
        if (from.Length == 1 && to.Length == 1)
        {
            c.Space.Couple(x, from[0], y, to[0]);
        }
        else if (to.Length == 1)
        {
            Merge(c, x, from, y, to[0]);
        }
        else if (from.Length == 1)
        {
            Merge(c, y, to, x, from[0]);
        }
        else
        {
            foreach (int a in from)
            {
                c.Space.Freeze(x, a, "a reshape mixes it with others");
            }

            foreach (int a in to)
            {
                c.Space.Freeze(y, a, "a reshape mixes it with others");
            }
        }
    }

    // Several axes run over the elements of one. Only one of the several can lose indices, the others stay: the channels of a flattened picture, whole heads of an attention.
    private static void Merge(CouplingContext c, AxisTensor many, int[] axes, AxisTensor one, int axis)
    {
        if (c.Space.IsCollapsed)
        {
            return;
        }

        int chosen = c.ChooseOf(many, axes);
        for (int k = 0; k < axes.Length; k++)
        {
            if (k != chosen)
            {
                c.Space.Freeze(many, axes[k], "it is flattened together with channels");
            }
        }

        if (chosen < 0)
        {
            c.Space.Freeze(one, axis, "it is flattened from extents that must stay");
            return;
        }

        long inner = axes[(chosen + 1)..].Aggregate(1L, (p, a) => p * many.Shape[a]);
        long extent = many.Shape[axes[chosen]];
        for (long f = 0; f < one.Shape[axis]; f++)
        {
            c.Space.CoupleIndex(one, axis, f, many, axes[chosen], f / inner % extent);
        }
    }

    private static void Reshape(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y)
        {
            c.FreezeNode(n);
            return;
        }

        Reshape(c, x, y);
        if (n.Operator is "Reshape" or "RESHAPE")
        {
            c.Spell(n, 1, y);
            c.Spell(n, "new_shape", y);
        }
    }

    private static void Transpose(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || x.Rank != y.Rank)
        {
            c.FreezeNode(n);
            return;
        }

        long[]? order = n.Inputs.Count > 1 ? c.Seen.IntegersOf(n.Inputs[1]) : n.Attributes.GetIntegers("perm") ?? [.. Enumerable.Range(0, x.Rank).Reverse().Select(a => (long)a)];
        if (order is null || order.Length != x.Rank)
        {
            c.FreezeNode(n);
            return;
        }

        for (int a = 0; a < order.Length; a++)
        {
            if (x.Axis(order[a]) is >= 0 and var source)
            {
                c.Space.Couple(x, source, y, a);
            }
        }
    }

    private static void Slice(CouplingContext c, Node n)
    {
        bool strided = n.Operator is "StridedSlice" or "STRIDED_SLICE";
        long[]? steps = strided ? c.Seen.IntegersOf(n.InputOrDefault(3)) : n.Inputs.Count > 4 ? c.Seen.IntegersOf(n.Inputs[4]) : [];
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || x.Rank != y.Rank || steps is null || steps.Any(s => s < 1)
            || (strided && (n.Attributes.GetInteger("shrink_axis_mask") | n.Attributes.GetInteger("new_axis_mask") | n.Attributes.GetInteger("ellipsis_mask")) != 0))
        {
            c.FreezeNode(n);
            return;
        }

        // Where the extent stays the slice takes all.
        Unchanged(c, x, y, $"'{n.Name}' takes a part of it");
        if (!strided && ReferenceEquals(c.Model.Vocabulary, Vocabularies.Onnx) is false)
        {
            c.Spell(n, 2, y);
        }
    }

    private static void Pad(CouplingContext c, Node n)
    {
        long[]? pads = n.Inputs.Count > 1 && n.Inputs[1] is not null ? c.Seen.IntegersOf(n.Inputs[1]) : n.Attributes.GetIntegers("pads");
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || x.Rank != y.Rank || pads is null || pads.Length != 2 * x.Rank || n.InputOrDefault(3) is not null)
        {
            c.FreezeNode(n);
            return;
        }

        bool onnx = ReferenceEquals(c.Model.Vocabulary, Vocabularies.Onnx);
        bool mirrors = n.Operator is "MirrorPad" or "MIRROR_PAD" || (onnx && n.Attributes.GetString("mode", "constant") != "constant");
        for (int a = 0; a < x.Rank; a++)
        {
            (long before, long after) = onnx ? (pads[a], pads[a + x.Rank]) : (pads[2 * a], pads[(2 * a) + 1]);
            if (before == 0 && after == 0)
            {
                c.Space.Couple(x, a, y, a);
            }
            else if (mirrors || before < 0 || after < 0 || y.Shape[a] != before + x.Shape[a] + after)
            {
                c.Space.Freeze(x, a, $"'{n.Name}' pads it");
                c.Space.Freeze(y, a, $"'{n.Name}' pads it");
            }
            else
            {
                PadAxis(c, n, x, y, a, before);
            }
        }
    }

    // What is padded moves by what stands before it; the padding itself stays.
    private static void PadAxis(CouplingContext c, Node n, AxisTensor x, AxisTensor y, int axis, long before)
    {
        c.Space.CoupleWhole(x, axis, y, axis);
        for (long i = 0; i < y.Shape[axis]; i++)
        {
            if (i >= before && i < before + x.Shape[axis])
            {
                c.Space.CoupleIndex(x, axis, i - before, y, axis, i);
            }
            else
            {
                c.Space.FreezeIndex(y, axis, i, $"'{n.Name}' pads it");
            }
        }
    }

    private static void Expand(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || (n.Operator is "Tile" or "TILE" && x.Rank != y.Rank))
        {
            c.FreezeNode(n);
            return;
        }

        for (int k = 0; k < y.Rank; k++)
        {
            int a = x.Rank - 1 - k;
            int b = y.Rank - 1 - k;
            if (a >= 0 && x.Shape[a] == y.Shape[b])
            {
                c.Space.Couple(x, a, y, b);
            }
            else
            {
                c.Space.Freeze(y, b, $"'{n.Name}' repeats it");
                if (a >= 0)
                {
                    c.Space.Freeze(x, a, $"'{n.Name}' repeats it");
                }
            }
        }

        if (n.Operator is not ("Tile" or "TILE"))
        {
            c.Spell(n, 1, y);
        }
    }

    private static void Gather(CouplingContext c, Node n)
    {
        bool lookup = n.Operator == "EMBEDDING_LOOKUP";
        AxisTensor? table = c.Of(n, lookup ? 1 : 0);
        AxisTensor? indices = c.Of(n, lookup ? 0 : 1);
        long? axis = lookup ? 0 : n.Operator == "GatherV2" ? c.Seen.IntegersOf(n.InputOrDefault(2))?.FirstOrDefault() : n.Attributes.GetInteger("axis");
        if (table is null || indices is null || axis is null || c.Result(n) is not { } y || n.Attributes.GetInteger("batch_dims") != 0 || table.Axis(axis.Value) is not (>= 0 and var along)
            || y.Rank != table.Rank - 1 + indices.Rank)
        {
            c.FreezeNode(n);
            return;
        }

        string why = $"'{n.Name}' picks from it";
        c.Space.Freeze(table, along, why);
        c.Space.FreezeAll(indices, why);
        for (int a = 0; a < y.Rank; a++)
        {
            if (a < along)
            {
                c.Space.Couple(table, a, y, a);
            }
            else if (a < along + indices.Rank)
            {
                c.Space.Freeze(y, a, why);
            }
            else
            {
                c.Space.Couple(table, a - indices.Rank + 1, y, a);
            }
        }
    }

    private static void LastOnly(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { Rank: 4 } x || c.Result(n) is not { Rank: 4 } y || c.Seen.IntegersOf(n.InputOrDefault(1)) is not { Length: 2 })
        {
            c.FreezeNode(n);
            return;
        }

        for (int a = 0; a < 3; a++)
        {
            c.Space.Freeze(x, a, $"'{n.Name}' rearranges it");
            c.Space.Freeze(y, a, $"'{n.Name}' rearranges it");
        }

        c.Space.Couple(x, 3, y, 3);
    }

    private static void Unchanged(CouplingContext c, AxisTensor x, AxisTensor y, string why)
    {
        for (int a = 0; a < x.Rank; a++)
        {
            if (x.Shape[a] == y.Shape[a])
            {
                c.Space.Couple(x, a, y, a);
            }
            else
            {
                c.Space.Freeze(x, a, why);
                c.Space.Freeze(y, a, why);
            }
        }
    }
}
