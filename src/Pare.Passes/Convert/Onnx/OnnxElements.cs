namespace Pare.Passes.Conversion;

/// <summary>
/// Evaluates integer nodes element by element as far as elements are known: what computes shapes, axes and bounds. Elements are row-major; null is unknown.
/// </summary>
internal static class OnnxElements
{
    private const int Limit = 1024;

    /// <summary>The elements of a node's only output, or null when nothing can be said.</summary>
    public static long?[]? Evaluate(Node node, Func<Value?, long?[]?> elements)
    {
        DataType type = node.Output.Type;
        if (node.Operator == "Shape")
        {
            return ShapeElements(node);
        }

        if (!(type is DataType.Int32 or DataType.Int64) || node.Inputs.Count == 0)
        {
            return null;
        }

        long?[]? x = elements(node.Inputs[0]);
        switch (node.Operator)
        {
            case "Unsqueeze" or "Squeeze" or "Reshape":
                return x;
            case "Cast":
                return x is null || node.Inputs[0]!.Type is not (DataType.Int32 or DataType.Int64 or DataType.Boolean) || (type == DataType.Int32 && Array.Exists(x, e => e is { } v && (int)v != v)) ? null : x;
            case "Concat":
                return node.Output.Shape?.Rank == 1 ? Join(node, elements) : null;
            case "Gather":
                return node.Inputs[0]!.Shape?.Rank == 1 && x is not null && elements(node.Inputs[1]) is { } at && Array.TrueForAll(at, i => i is { } v && v >= -x.Length && v < x.Length)
                    ? Array.ConvertAll(at, i => x[i!.Value < 0 ? i.Value + x.Length : i.Value])
                    : null;
            case "Slice":
                return node.Inputs[0]!.Shape?.Rank == 1 && x is not null ? Slice(node, x, elements) : null;
            case "Add":
                return Binary(node, elements, (a, b) => a + b);
            case "Sub":
                return Binary(node, elements, (a, b) => a - b);
            case "Mul":
                return Binary(node, elements, (a, b) => a * b);
            case "Div":
                return Binary(node, elements, (a, b) => b == 0 ? null : a / b);
            case "Max":
                return Binary(node, elements, (a, b) => Math.Max(a, b));
            case "Min":
                return Binary(node, elements, (a, b) => Math.Min(a, b));
            case "Neg":
                return x is null ? null : Array.ConvertAll(x, e => -e);
            case "ReduceProd":
                return x is not null && node.Output.Shape is { Rank: var r } && (r == 0 || (node.Output.Shape.ToStatic()?.Count == 1)) && Array.TrueForAll(x, e => e.HasValue)
                    ? [x.Aggregate(1L, (p, e) => p * e!.Value)]
                    : null;
            case "Range":
                return Range(node, elements);
            default:
                return null;
        }
    }

    /// <summary>A tensor of known elements.</summary>
    public static TensorData ToTensor(DataType type, TensorShape shape, long?[] elements) => type == DataType.Int64
        ? DenseTensorData.Create(Array.ConvertAll(elements, e => e!.Value).AsSpan(), shape)
        : DenseTensorData.Create(Array.ConvertAll(elements, e => (int)e!.Value).AsSpan(), shape);

    private static long?[]? ShapeElements(Node node)
    {
        if (node.Inputs[0]?.Shape is not { } shape)
        {
            return null;
        }

        (int start, int end) = OnnxInference.ShapeBounds(node, shape.Rank);
        return [.. shape.Dimensions.AsSpan()[start..end].ToArray().Select(d => d.Value)];
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
        if (elements(node.InputOrDefault(1)) is not [{ } start] || elements(node.InputOrDefault(2)) is not [{ } end])
        {
            return null;
        }

        long step = 1;
        if (node.InputOrDefault(4) is { } s)
        {
            if (elements(s) is not [{ } known])
            {
                return null;
            }

            step = known;
        }

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
        if (node.Inputs.Count != 2 || elements(node.Inputs[0]) is not { } a || elements(node.Inputs[1]) is not { } b
            || node.Inputs[0]!.Shape is not { Rank: <= 1 } || node.Inputs[1]!.Shape is not { Rank: <= 1 }
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
