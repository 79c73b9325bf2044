using static Pare.Passes.Conversion.OnnxInference;

namespace Pare.Passes.Conversion;

/// <summary>Types and shapes of TFLite operators that move elements.</summary>
internal static class TFLiteInferenceMovement
{
    /// <summary>Sets the outputs where the operator is one of these.</summary>
    public static bool TryInfer(Node node, Func<Value?, long?[]?> elements)
    {
        Value? first = node.InputOrDefault(0);
        SymbolicShape? s = first?.Shape;
        DataType type = first?.Type ?? DataType.Undefined;
        AttributeMap a = node.Attributes;
        switch (node.Operator)
        {
            case "RESHAPE":
                Set(node, 0, type, Reshaped(s, elements(node.Inputs[1]), node.Inputs[1]!.Shape));
                return true;
            case "TRANSPOSE":
                Set(node, 0, type, s is not null && elements(node.Inputs[1]) is { } perm ? Shape(perm.Select(p => s[(int)p!.Value])) : s is null ? null : OfRank(s.Rank));
                return true;
            case "SHAPE":
                Set(node, 0, a.GetString("out_type") == "INT64" ? DataType.Int64 : DataType.Int32, new SymbolicShape(new Dimension(s?.Rank)));
                return true;
            case "CONCATENATION":
                Set(node, 0, type, Joined(node, (int)a.GetInteger("axis")));
                return true;
            case "PACK":
                Set(node, 0, type, s is null ? null : Shape(s.Dimensions.Insert((int)At(a.GetInteger("axis"), s.Rank + 1), node.Inputs.Count)));
                return true;
            case "UNPACK":
                foreach (Value v in node.Outputs)
                {
                    Set(node, v.OutputIndex, type, s is null ? null : Shape(s.Dimensions.RemoveAt((int)At(a.GetInteger("axis"), s.Rank))));
                }

                return true;
            case "SPLIT":
                Parts(node, node.Inputs[1]!, elements(node.Inputs[0]), Enumerable.Repeat<long?>(null, node.Outputs.Count).ToArray());
                return true;
            case "SPLIT_V":
                Parts(node, first!, elements(node.Inputs[2]), elements(node.Inputs[1]) ?? new long?[node.Outputs.Count]);
                return true;
            case "GATHER":
                Set(node, 0, type, Gathered(node, s, node.Inputs[1]!.Shape));
                return true;
            case "GATHER_ND":
                Set(node, 0, type, s is not null && node.Inputs[1]!.Shape is { } i && i[-1].Value is { } depth ? Shape([.. i.Dimensions[..^1], .. s.Dimensions[(int)depth..]]) : null);
                return true;
            case "PAD" or "PADV2" or "MIRROR_PAD":
                Set(node, 0, type, s is null ? null : elements(node.Inputs[1]) is { } pads
                    ? Shape(s.Dimensions.Select((d, axis) => new Dimension(d.Value + pads[axis * 2] + pads[(axis * 2) + 1]))) : OfRank(s.Rank));
                return true;
            case "STRIDED_SLICE":
                Set(node, 0, type, s is null ? null : Sliced(node, s, elements));
                return true;
            case "SLICE":
                Set(node, 0, type, s is null ? null : elements(node.Inputs[2]) is { } size
                    ? Shape(size.Select((e, axis) => new Dimension(e is >= 0 ? e : e == -1 && elements(node.Inputs[1]) is { } b ? s[axis].Value - b[axis] : null))) : OfRank(s.Rank));
                return true;
            case "TILE":
                Set(node, 0, type, s is null ? null : elements(node.Inputs[1]) is { } times ? Shape(s.Dimensions.Select((d, axis) => times[axis] == 1 ? d : new Dimension(d.Value * times[axis]))) : OfRank(s.Rank));
                return true;
            case "BROADCAST_TO":
                Set(node, 0, type, elements(node.Inputs[1]) is { } wanted ? Shape(wanted.Select(e => new Dimension(e))) : node.Inputs[1]!.Shape?[0].Value is { } rank ? OfRank((int)rank) : null);
                return true;
            case "FILL":
                Set(node, 0, node.Inputs[1]!.Type, elements(first) is { } filled ? Shape(filled.Select(e => new Dimension(e))) : s?[0].Value is { } ranks ? OfRank((int)ranks) : null);
                return true;
            case "RANGE":
                Set(node, 0, type, new SymbolicShape(Dimension.Unknown));
                if (elements(first) is [{ } from] && elements(node.Inputs[1]) is [{ } to] && elements(node.Inputs[2]) is [{ } step] && step != 0)
                {
                    node.Output.Shape = new SymbolicShape(new Dimension(Math.Max(0, (to - from + step - Math.Sign(step)) / step)));
                }

                return true;
            case "ONE_HOT":
                long place = a.GetInteger("axis", -1);
                Set(node, 0, node.Inputs[2]!.Type, s is null ? null : Shape(s.Dimensions.Insert((int)At(place, s.Rank + 1), new Dimension(elements(node.Inputs[1]) is [var n] ? n : null))));
                return true;
            case "RESIZE_BILINEAR" or "RESIZE_NEAREST_NEIGHBOR":
                Set(node, 0, type, s is null ? null : elements(node.Inputs[1]) is { } to2 ? Shape([s[0], new Dimension(to2[0]), new Dimension(to2[1]), s[3]]) : Shape([s[0], default, default, s[3]]));
                return true;
            case "DEPTH_TO_SPACE":
                long up = a.GetInteger("block_size");
                Set(node, 0, type, s is null ? null : Shape([s[0], new Dimension(s[1].Value * up), new Dimension(s[2].Value * up), new Dimension(s[3].Value / (up * up))]));
                return true;
            case "SPACE_TO_DEPTH":
                long down = a.GetInteger("block_size");
                Set(node, 0, type, s is null ? null : Shape([s[0], new Dimension(s[1].Value / down), new Dimension(s[2].Value / down), new Dimension(s[3].Value * down * down)]));
                return true;
            case "WHERE":
                Set(node, 0, DataType.Int64, new SymbolicShape(Dimension.Unknown, new Dimension(s?.Rank)));
                return true;
            case "SCATTER_ND":
                Set(node, 0, node.Inputs[1]!.Type, elements(node.Inputs[2]) is { } target ? Shape(target.Select(e => new Dimension(e))) : node.Inputs[2]!.Shape?[0].Value is { } r ? OfRank((int)r) : null);
                return true;
            case "UNIQUE":
                Set(node, 0, type, OfRank(1));
                Set(node, 1, a.GetString("idx_out_type") == "INT64" ? DataType.Int64 : DataType.Int32, s);
                return true;
            default:
                return false;
        }
    }

    private static long At(long axis, int rank) => axis < 0 ? axis + rank : axis;

    private static SymbolicShape? Reshaped(SymbolicShape? s, long?[]? target, SymbolicShape? length)
    {
        if (target is null)
        {
            return length is { Rank: 1 } && length[0].Value is { } rank ? OfRank((int)rank) : null;
        }

        Dimension[] d = [.. target.Select(e => new Dimension(e is >= 0 ? e : null))];
        if (target.Count(e => e == -1) != 1 || s is null)
        {
            return new SymbolicShape(d);
        }

        // The rest: known where all extents are, or where one open extent of the source stands against known ones otherwise alike.
        int at = Array.IndexOf(target, -1);
        long known = d.Where((_, i) => i != at).Aggregate(1L, (p, e) => p * (e.Value ?? 0));
        if (s.ToStatic() is { } all && known > 0)
        {
            d[at] = all.Count / known;
        }
        else if (s.Dimensions.Count(e => e.Value is null) == 1 && s.Dimensions.Where(e => e.Value is not null).Aggregate(1L, (p, e) => p * e.Value!.Value) == known)
        {
            d[at] = s.Dimensions.First(e => e.Value is null);
        }

        return new SymbolicShape(d);
    }

    private static SymbolicShape? Joined(Node node, int axis)
    {
        if (node.Inputs.Any(v => v?.Shape is null))
        {
            return null;
        }

        SymbolicShape s = node.Inputs[0]!.Shape!;
        int at = axis < 0 ? axis + s.Rank : axis;
        return Shape(s.Dimensions.Select((d, i) => i == at
            ? new Dimension(node.Inputs.Aggregate((long?)0, (sum, v) => sum + v!.Shape![i].Value))
            : node.Inputs.Select(v => v!.Shape![i]).FirstOrDefault(e => e.Value is not null, d)));
    }

    private static void Parts(Node node, Value x, long?[]? axis, long?[] sizes)
    {
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            SymbolicShape? shape = null;
            if (x.Shape is { } s && axis is [{ } at])
            {
                int a = (int)At(at, s.Rank);
                shape = Shape(s.Dimensions.Select((d, j) => j != a ? d : new Dimension(node.Operator == "SPLIT" ? d.Value / node.Outputs.Count : sizes[i] is >= 0 ? sizes[i] : null)));
            }

            Set(node, i, x.Type, shape);
        }
    }

    private static SymbolicShape? Gathered(Node node, SymbolicShape? s, SymbolicShape? indices)
    {
        if (s is null || indices is null)
        {
            return null;
        }

        int axis = (int)At(node.Attributes.GetInteger("axis"), s.Rank);
        int batch = (int)At(node.Attributes.GetInteger("batch_dims"), indices.Rank);
        return Shape([.. s.Dimensions[..axis], .. indices.Dimensions[batch..], .. s.Dimensions[(axis + 1)..]]);
    }

    private static SymbolicShape Sliced(Node node, SymbolicShape s, Func<Value?, long?[]?> elements)
    {
        long?[]? begin = elements(node.Inputs[1]);
        long?[]? end = elements(node.Inputs[2]);
        long?[]? stride = elements(node.Inputs[3]);
        AttributeMap a = node.Attributes;
        long shrink = a.GetInteger("shrink_axis_mask");
        List<Dimension> d = [];
        for (int i = 0; i < s.Rank; i++)
        {
            if (((shrink >> i) & 1) != 0)
            {
                continue;
            }

            int count = begin?.Length ?? end?.Length ?? (int?)node.Inputs[1]!.Shape?[0].Value ?? s.Rank;
            if (i >= count)
            {
                d.Add(s[i]);
                continue;
            }

            bool fromStart = ((a.GetInteger("begin_mask") >> i) & 1) != 0;
            bool toEnd = ((a.GetInteger("end_mask") >> i) & 1) != 0;
            if (stride?[i] is not { } step)
            {
                d.Add(Dimension.Unknown);
            }
            else if (fromStart && toEnd && Math.Abs(step) == 1)
            {
                d.Add(s[i]);
            }
            else if (s[i].Value is { } extent && (fromStart || begin?[i] is not null) && (toEnd || end?[i] is not null))
            {
                (long from, long to) = SliceBounds(
                    fromStart ? (step > 0 ? 0 : long.MaxValue / 2) : begin![i]!.Value,
                    toEnd ? (step > 0 ? long.MaxValue / 2 : long.MinValue / 2) : end![i]!.Value,
                    step,
                    extent);
                d.Add(new Dimension(Math.Max(0, (to - from + step - Math.Sign(step)) / step)));
            }
            else
            {
                d.Add(Dimension.Unknown);
            }
        }

        return new SymbolicShape([.. d]);
    }
}
