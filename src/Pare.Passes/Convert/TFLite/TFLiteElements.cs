namespace Pare.Passes.Conversion;

/// <summary>Evaluates integer nodes of a TFLite graph element by element as far as elements are known: what computes shapes, axes and bounds.</summary>
internal static class TFLiteElements
{
    private const int Limit = 1024;

    /// <summary>The elements of a node's only output, or null when nothing can be said.</summary>
    public static long?[]? Evaluate(Node node, Func<Value?, long?[]?> elements)
    {
        DataType type = node.Output.Type;
        if (node.Operator == "SHAPE")
        {
            return node.Inputs[0]?.Shape is { } shape ? [.. shape.Dimensions.Select(d => d.Value)] : null;
        }

        if (type is not (DataType.Int32 or DataType.Int64) || node.Inputs.Count == 0)
        {
            return null;
        }

        long?[]? x = elements(node.Inputs[0]);
        return node.Operator switch
        {
            "RESHAPE" or "SQUEEZE" or "EXPAND_DIMS" => x,
            "CAST" => x is null || node.Inputs[0]!.Type is not (DataType.Int32 or DataType.Int64 or DataType.Boolean) || (type == DataType.Int32 && Array.Exists(x, e => e is { } v && (int)v != v)) ? null : x,
            "CONCATENATION" => node.Output.Shape?.Rank == 1 ? Join(node, elements) : null,
            "PACK" => node.Output.Shape?.Rank == 1 ? Join(node, elements) : null,
            "GATHER" when node.Attributes.GetInteger("batch_dims") == 0 && node.Inputs[0]!.Shape?.Rank == 1 && x is not null && elements(node.Inputs[1]) is { } at
                && Array.TrueForAll(at, i => i is { } v && v >= 0 && v < x.Length) => Array.ConvertAll(at, i => x[i!.Value]),
            "STRIDED_SLICE" => x is not null && node.Inputs[0]!.Shape?.Rank == 1 ? Slice(node, x, elements) : null,
            "ADD" => Binary(node, elements, (a, b) => a + b),
            "SUB" => Binary(node, elements, (a, b) => a - b),
            "MUL" => Binary(node, elements, (a, b) => a * b),
            "DIV" => Binary(node, elements, (a, b) => b == 0 ? null : a / b),
            "MAXIMUM" => Binary(node, elements, (a, b) => Math.Max(a, b)),
            "MINIMUM" => Binary(node, elements, (a, b) => Math.Min(a, b)),
            "NEG" => x is null ? null : Array.ConvertAll(x, e => -e),
            "REDUCE_PROD" => x is not null && node.Output.Shape?.ToStatic()?.Count == 1 && Array.TrueForAll(x, e => e.HasValue) ? [x.Aggregate(1L, (p, e) => p * e!.Value)] : null,
            "RANGE" => Range(node, elements),
            _ => null,
        };
    }

    private static long?[]? Join(Node node, Func<Value?, long?[]?> elements)
    {
        List<long?> all = [];
        foreach (Value? v in node.Inputs)
        {
            if (elements(v) is { } part)
            {
                all.AddRange(part);
            }
            else if (v?.Shape?.ToStatic() is { Count: <= Limit } shape)
            {
                all.AddRange(Enumerable.Repeat<long?>(null, (int)shape.Count));
            }
            else
            {
                return null;
            }
        }

        return all.Count <= Limit ? [.. all] : null;
    }

    private static long?[]? Slice(Node node, long?[] x, Func<Value?, long?[]?> elements)
    {
        if (elements(node.Inputs[1]) is not [{ } start] || elements(node.Inputs[2]) is not [{ } end] || elements(node.Inputs[3]) is not [{ } step] || step == 0)
        {
            return null;
        }

        AttributeMap a = node.Attributes;
        if (a.GetInteger("shrink_axis_mask") == 1)
        {
            long at = start < 0 ? start + x.Length : start;
            return at >= 0 && at < x.Length ? [x[at]] : null;
        }

        start = (a.GetInteger("begin_mask") & 1) != 0 ? (step > 0 ? 0 : long.MaxValue / 2) : start;
        end = (a.GetInteger("end_mask") & 1) != 0 ? (step > 0 ? long.MaxValue / 2 : long.MinValue / 2) : end;
        List<long?> result = [];
        (long from, long to) = OnnxInference.SliceBounds(start, end, step, x.Length);
        for (long i = from; step > 0 ? i < to : i > to; i += step)
        {
            result.Add(x[i]);
        }

        return [.. result];
    }

    private static long?[]? Binary(Node node, Func<Value?, long?[]?> elements, Func<long, long, long?> function)
    {
        if (elements(node.Inputs[0]) is not { } a || elements(node.Inputs[1]) is not { } b || node.Inputs[0]!.Shape is not { Rank: <= 1 } || node.Inputs[1]!.Shape is not { Rank: <= 1 }
            || (a.Length != b.Length && a.Length != 1 && b.Length != 1))
        {
            return null;
        }

        bool narrow = node.Output.Type == DataType.Int32;
        long?[] result = new long?[a.Length == 1 ? b.Length : a.Length];
        for (int i = 0; i < result.Length; i++)
        {
            long? r = a[a.Length == 1 ? 0 : i] is { } p && b[b.Length == 1 ? 0 : i] is { } q ? function(p, q) : null;
            result[i] = narrow && r is { } v && (int)v != v ? null : r;
        }

        return result;
    }

    private static long?[]? Range(Node node, Func<Value?, long?[]?> elements)
    {
        if (elements(node.Inputs[0]) is not [{ } start] || elements(node.Inputs[1]) is not [{ } limit] || elements(node.Inputs[2]) is not [{ } delta] || delta == 0)
        {
            return null;
        }

        long count = Math.Max(0, (limit - start + delta - Math.Sign(delta)) / delta);
        return count > Limit ? null : [.. Enumerable.Range(0, (int)count).Select(i => (long?)(start + (i * delta)))];
    }
}
