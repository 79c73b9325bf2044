using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>Operators that move elements without changing them.</summary>
internal static class MovementGradients
{
    public static Dictionary<string, GradientRule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["Reshape"] = Reshaped,
        ["Flatten"] = Reshaped,
        ["Squeeze"] = Reshaped,
        ["Unsqueeze"] = Reshaped,
        ["Transpose"] = Transposed,
        ["Concat"] = Joined,
        ["Split"] = Split,
        ["Slice"] = Sliced,
        ["Pad"] = Padded,
        ["Expand"] = Expanded,
        ["Gather"] = Gathered,
    };

    private static bool Reshaped(Node node, Value g, GradientTape tape)
    {
        tape.Add(node.Inputs[0]!, tape.Reshape(g, tape.ShapeOf(node.Inputs[0]!)));
        return true;
    }

    private static bool Transposed(Node node, Value g, GradientTape tape)
    {
        int rank = tape.ShapeOf(node.Output).Rank;
        long[] order = node.Attributes.GetIntegers("perm") ?? [.. Enumerable.Range(0, rank).Select(i => (long)(rank - 1 - i))];
        long[] back = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            back[order[i]] = i;
        }

        tape.Add(node.Inputs[0]!, tape.Builder.Transpose(g, back));
        return true;
    }

    private static bool Joined(Node node, Value g, GradientTape tape)
    {
        long axis = Axis(node, tape.ShapeOf(node.Output).Rank);
        long from = 0;
        foreach (Value? x in node.Inputs)
        {
            long extent = tape.ShapeOf(x!)[(int)axis];
            if (tape.Needs(x))
            {
                tape.Add(x!, tape.Builder.Slice(g, [from], [from + extent], [axis]));
            }

            from += extent;
        }

        return true;
    }

    private static bool Split(Node node, Value gradient, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        Value?[] parts = [.. node.Outputs.Select(o => tape.GradientOf(o) ?? b.Constant(OnnxBuilder.Filled(DataType.Float32, tape.ShapeOf(o), 0)))];
        tape.Add(node.Inputs[0]!, b.Emit("Concat", parts, ("axis", AttributeValue.Of(Axis(node, tape.ShapeOf(node.Inputs[0]!).Rank)))));
        return true;
    }

    private static bool Sliced(Node node, Value g, GradientTape tape)
    {
        TensorShape shape = tape.ShapeOf(node.Inputs[0]!);
        if (node.InputOrDefault(1)?.Constant is not { } starts || node.InputOrDefault(2)?.Constant is not { } ends
            || (node.InputOrDefault(4) is { } steps && steps.Constant?.ToInt64s().All(s => s == 1) != true))
        {
            return false;
        }

        long[] from = starts.ToInt64s();
        long[] to = ends.ToInt64s();
        long[]? axes = node.InputOrDefault(3) is { } a ? a.Constant?.ToInt64s() : [.. Enumerable.Range(0, from.Length)];
        if (axes is null)
        {
            return false;
        }

        long[] pads = new long[2 * shape.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = (int)(axes[i] < 0 ? axes[i] + shape.Rank : axes[i]);
            (long low, long high) = OnnxInference.SliceBounds(from[i], to[i], 1, shape[axis]);
            pads[axis] = low;
            pads[axis + shape.Rank] = shape[axis] - Math.Max(low, high);
        }

        tape.Add(node.Inputs[0]!, tape.Builder.Emit("Pad", [g, tape.Builder.Int64s(pads)]));
        return true;
    }

    private static bool Padded(Node node, Value g, GradientTape tape)
    {
        long[]? pads = node.InputOrDefault(1) is { } p ? p.Constant?.ToInt64s() : node.Attributes.GetIntegers("pads");
        TensorShape shape = tape.ShapeOf(node.Inputs[0]!);
        if (node.Attributes.GetString("mode", "constant") != "constant" || pads is null || pads.Length != 2 * shape.Rank || pads.Any(x => x < 0))
        {
            return false;
        }

        long[] axes = [.. Enumerable.Range(0, shape.Rank)];
        tape.Add(node.Inputs[0]!, tape.Builder.Slice(g, pads.AsSpan(0, shape.Rank), [.. axes.Select(i => pads[i] + shape[(int)i])], axes));
        return true;
    }

    private static bool Expanded(Node node, Value g, GradientTape tape)
    {
        tape.AddBroadcast(node.Inputs[0]!, () => g, tape.ShapeOf(node.Output));
        return true;
    }

    // Rows taken from a table: the gradient of a row is the sum over the places that took it, a product with the one-hot form of the indices.
    private static bool Gathered(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        Value table = node.Inputs[0]!;
        Value indices = node.Inputs[1]!;
        TensorShape shape = tape.ShapeOf(table);
        if (Axis(node, shape.Rank, 0) != 0 || indices.Constant is null && shape[0] > 4096)
        {
            return false;
        }

        long count = tape.ShapeOf(indices).Count;
        Value flat = tape.Reshape(indices, new TensorShape(count));
        Value hot = b.Emit("OneHot", [flat, b.Int64s(shape[0]), b.Floats(0, 1)], ("axis", AttributeValue.Of(0L)));
        long width = shape.Count / Math.Max(1, shape[0]);
        Value rows = b.Emit("MatMul", [hot, tape.Reshape(g, new TensorShape(count, width))]);
        tape.Add(table, tape.Reshape(rows, shape));
        return true;
    }

    private static long Axis(Node node, int rank, long otherwise = 0)
    {
        long axis = node.Attributes.GetInteger("axis", otherwise);
        return axis < 0 ? axis + rank : axis;
    }
}
