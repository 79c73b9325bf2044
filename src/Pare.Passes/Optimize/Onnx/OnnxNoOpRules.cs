namespace Pare.Passes.Optimize.Onnx;

/// <summary>Removes nodes that change nothing, and joins neighbours that move or clip one after the other.</summary>
internal static class OnnxNoOpRules
{
    public static void Apply(OnnxRewriter r)
    {
        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (n.IsRemoved || n.Domain is not ("" or "ai.onnx") || n.Outputs.Count == 0 || n.Inputs.Count == 0)
            {
                continue;
            }

            if (Source(r, n) is { } source)
            {
                if (r.Replace(n.Output, source))
                {
                    r.Changed($"{n.Operator} without effect removed");
                }

                continue;
            }

            Join(r, n);
        }
    }

    // The value that the node passes on unchanged, or null.
    private static Value? Source(OnnxRewriter r, Node n)
    {
        Value? x = n.Inputs[0];
        SymbolicShape? s = x?.Shape;
        switch (n.Operator)
        {
            case "Identity":
                return x;
            case "Dropout":
                return n.InputOrDefault(2) is null || OnnxRewriter.IsAll(n.Inputs[2], 0) || r.Facts.Known(n.Inputs[2]) is [0] ? x : null;
            case "Concat" or "Sum" or "Max" or "Min" or "Mean" when n.Inputs.Count == 1:
                return x;
            case "Cast":
                return x!.Type != DataType.Undefined && x.Type == OnnxDataTypes.FromCode((int)n.Attributes.GetInteger("to")) ? x : null;
            case "Transpose":
                return n.Attributes.GetIntegers("perm") is { } p && p.Select((a, i) => a == i).All(b => b) ? x : null;
            case "Reshape" or "Expand":
                if (n.Operator == "Expand" && x!.Producer is { } before && OnnxRewriter.Is(before, "Reshape") && ReferenceEquals(before.InputOrDefault(1), n.InputOrDefault(1)) && r.Facts.Known(n.Inputs[1]) is null
                    && !Array.Exists(r.Facts.Elements(n.Inputs[1]) ?? [], e => e <= 0))
                {
                    // A computed shape has extents, not Reshape's codes: -1 would fail in Expand.
                    return x;
                }

                return s is not null && n.Output.Shape is { } t && s.Rank == t.Rank && s.Dimensions.Zip(t.Dimensions).All(d => Same(d.First, d.Second)) ? x : null;
            case "Pad":
                return PadIsEmpty(r, n) ? x : null;
            case "Slice":
                return SliceIsWhole(r, n, s) ? x : null;
            case "Mul" or "Div":
                return OnnxRewriter.IsAll(n.InputOrDefault(1), 1) && OnnxRewriter.KeepsShape(s, n.Inputs[1]!.Constant!) ? x
                    : n.Operator == "Mul" && OnnxRewriter.IsAll(x, 1) && OnnxRewriter.KeepsShape(n.Inputs[1]?.Shape, x!.Constant!) ? n.Inputs[1] : null;
            case "Add" or "Sub":
                return OnnxRewriter.IsAll(n.InputOrDefault(1), 0) && OnnxRewriter.KeepsShape(s, n.Inputs[1]!.Constant!) ? x
                    : n.Operator == "Add" && OnnxRewriter.IsAll(x, 0) && OnnxRewriter.KeepsShape(n.Inputs[1]?.Shape, x!.Constant!) ? n.Inputs[1] : null;
            case "Max" or "Min" when n.Inputs.Count == 2:
                double neutral = n.Operator == "Max" ? double.NegativeInfinity : double.PositiveInfinity;
                return OnnxRewriter.IsAll(n.Inputs[1], neutral) && OnnxRewriter.KeepsShape(s, n.Inputs[1]!.Constant!) ? x
                    : OnnxRewriter.IsAll(x, neutral) && OnnxRewriter.KeepsShape(n.Inputs[1]?.Shape, x!.Constant!) ? n.Inputs[1] : null;
            default:
                return null;
        }
    }

    private static bool Same(Dimension a, Dimension b) => a.Value is { } v ? v == b.Value : a.Symbol is not null && a.Symbol == b.Symbol && b.Value is null;

    private static bool PadIsEmpty(OnnxRewriter r, Node n) => (n.Attributes.GetIntegers("pads") ?? (n.InputOrDefault(1) is { } p ? r.Facts.Known(p) : null)) is { } pads && Array.TrueForAll(pads, p => p == 0);

    private static bool SliceIsWhole(OnnxRewriter r, Node n, SymbolicShape? s)
    {
        bool attributes = n.Attributes.ContainsKey("starts");
        long[]? starts = attributes ? n.Attributes.GetIntegers("starts") : r.Facts.Known(n.InputOrDefault(1));
        long[]? ends = attributes ? n.Attributes.GetIntegers("ends") : r.Facts.Known(n.InputOrDefault(2));
        long[]? axes = attributes ? n.Attributes.GetIntegers("axes") : n.InputOrDefault(3) is { } a ? r.Facts.Known(a) : [.. Enumerable.Range(0, starts?.Length ?? 0).Select(i => (long)i)];
        long[]? steps = n.InputOrDefault(4) is { } p ? r.Facts.Known(p) : starts is null ? null : [.. Enumerable.Repeat(1L, starts.Length)];
        if (starts is null || ends is null || steps is null || ends.Length != starts.Length || steps.Length != starts.Length)
        {
            return false;
        }

        // No tensor has an extent of a thousand million along an axis that a network slices.
        const long Beyond = 1_000_000_000;
        for (int i = 0; i < starts.Length; i++)
        {
            long axis = axes is not null && i < axes.Length ? axes[i] : i;
            long? extent = s is not null && axis >= -s.Rank && axis < s.Rank ? s[(int)axis].Value : null;
            if (starts[i] != 0 || steps[i] != 1 || (ends[i] < Beyond && !(ends[i] >= extent)))
            {
                return false;
            }
        }

        return true;
    }

    private static void Join(OnnxRewriter r, Node n)
    {
        Value x = n.Inputs[0]!;
        Node? before = x?.Producer;
        if (before is null || before.Domain is not ("" or "ai.onnx") || before.InputOrDefault(0) is not { } source)
        {
            return;
        }

        switch (n.Operator)
        {
            case "Transpose" when OnnxRewriter.Is(before, "Transpose"):
                if (n.Attributes.GetIntegers("perm") is { } second && before.Attributes.GetIntegers("perm") is { } first && OnnxRewriter.IsPrivate(x!))
                {
                    n.Attributes["perm"] = AttributeValue.Of([.. second.Select(i => first[i])]);
                    n.SetInput(0, source);
                    r.Changed("Transposes joined");
                }

                break;
            case "Reshape" when before.Operator is "Reshape" or "Squeeze" or "Unsqueeze" or "Flatten" && OnnxRewriter.IsPrivate(x!) && r.Facts.Known(n.Inputs[1]) is { } target && Array.TrueForAll(target, d => d != 0):
                n.SetInput(0, source);
                r.Changed("reshapes joined");
                break;
            case "Unsqueeze" when OnnxRewriter.Is(before, "Squeeze") && r.Facts.Axes(n, 1, out _) is { } added && r.Facts.Axes(before, 1, out _) is { } removed && Array.TrueForAll(added, a => a >= 0) && added.SequenceEqual(removed):
            case "Squeeze" when OnnxRewriter.Is(before, "Unsqueeze") && r.Facts.Axes(n, 1, out _) is { } taken && r.Facts.Axes(before, 1, out _) is { } given && taken.SequenceEqual(given):
                if (r.Replace(n.Output, source))
                {
                    r.Changed("opposite reshapes cancelled");
                }

                break;
            case "Unsqueeze" when OnnxRewriter.Is(before, "Gather") && OnnxRewriter.IsPrivate(x!) && source.Shape?.Rank == 1 && before.Inputs[1] is { IsConstant: true } index && index.Constant!.Shape.Rank == 0
                && r.Facts.Axes(n, 1, out _) is [0 or -1]:
                before.SetInput(1, r.Constant(index.Name + "_1d", index.Constant is { Type: DataType.Int32 } c ? new DenseTensorData(DataType.Int32, new TensorShape(1), c.GetBytes().ToArray()) : new DenseTensorData(index.Constant.Type, new TensorShape(1), index.Constant.GetBytes().ToArray())));
                r.Facts.Forget(x!);
                if (r.Replace(n.Output, x!))
                {
                    r.Changed("Gather and Unsqueeze joined");
                }

                break;
            case "Squeeze" when OnnxRewriter.Is(before, "Slice") && OnnxRewriter.IsPrivate(x!):
                SliceToGather(r, n, before, source);
                break;
            case "Relu" when before.Operator is "Relu" or "Sigmoid" or "HardSigmoid":
                if (r.Replace(n.Output, x!))
                {
                    r.Changed("Relu without effect removed");
                }

                break;
            case "Clip" when OnnxRewriter.Is(before, "Relu") && OnnxRewriter.IsPrivate(x!) && OnnxRewriter.Scalar(n.InputOrDefault(1)) is >= 0:
                n.SetInput(0, source);
                r.Changed("Relu and Clip joined");
                break;
            case "Cast" when OnnxRewriter.Is(before, "Cast") && OnnxRewriter.IsPrivate(x!) && Widens(source.Type, x!.Type):
                n.SetInput(0, source);
                r.Changed("Casts joined");
                break;
        }
    }

    private static bool Widens(DataType from, DataType to) => (from, to) switch
    {
        (DataType.Boolean, DataType.Int32 or DataType.Int64 or DataType.Float32 or DataType.Float64) => true,
        (DataType.Int32, DataType.Int64 or DataType.Float64) => true,
        (DataType.Float16 or DataType.BFloat16, DataType.Float32 or DataType.Float64) => true,
        (DataType.Float32, DataType.Float64) => true,
        (DataType.Int8 or DataType.UInt8 or DataType.Int16 or DataType.UInt16, DataType.Int32 or DataType.Int64 or DataType.Float32 or DataType.Float64) => true,
        _ => false,
    };

    // One index along one axis, which then goes: Gather takes it at once.
    private static void SliceToGather(OnnxRewriter r, Node squeeze, Node slice, Value source)
    {
        if (slice.Attributes.ContainsKey("starts") || r.Facts.Known(slice.InputOrDefault(1)) is not [>= 0 and var start] || r.Facts.Known(slice.InputOrDefault(2)) is not [var end] || end != start + 1
            || r.Facts.Known(slice.InputOrDefault(3)) is not [var axis] || (slice.InputOrDefault(4) is { } step && r.Facts.Known(step) is not [1])
            || r.Facts.Axes(squeeze, 1, out _) is not [var gone] || gone != axis)
        {
            return;
        }

        squeeze.Operator = "Gather";
        squeeze.Attributes.Remove("axes");
        squeeze.Attributes["axis"] = AttributeValue.Of(axis);
        squeeze.SetInputs(source, r.Constant(squeeze.Output.Name + "_index", DenseTensorData.Create([start], TensorShape.Scalar)));
        r.Changed("Slice and Squeeze made Gather");
    }
}
