namespace Pare.Passes.Differentiation;

/// <summary>Sums and means over axes.</summary>
internal static class ReductionGradients
{
    public static Dictionary<string, GradientRule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["ReduceMean"] = (n, g, t) => Spread(n, g, t, mean: true),
        ["ReduceSum"] = (n, g, t) => Spread(n, g, t, mean: false),
    };

    private static bool Spread(Node node, Value g, GradientTape tape, bool mean)
    {
        TensorShape shape = tape.ShapeOf(node.Inputs[0]!);
        long[]? axes = node.InputOrDefault(1) is { } a ? a.Constant?.ToInt64s() : node.Attributes.GetIntegers("axes") ?? [];
        if (axes is null)
        {
            return false;
        }

        if (axes.Length == 0)
        {
            if (node.Attributes.GetBoolean("noop_with_empty_axes"))
            {
                tape.Add(node.Inputs[0]!, g);
                return true;
            }

            axes = [.. Enumerable.Range(0, shape.Rank)];
        }

        long[] kept = shape.ToArray();
        double places = 1;
        foreach (long axis in axes)
        {
            long i = axis < 0 ? axis + shape.Rank : axis;
            places *= kept[i];
            kept[i] = 1;
        }

        Value part = tape.Reshape(g, new TensorShape(kept));
        part = mean ? tape.Builder.Emit("Mul", [part, tape.Scalar(1 / places)]) : part;
        tape.Add(node.Inputs[0]!, tape.Builder.Emit("Expand", [part, tape.Builder.Int64s(shape.Dimensions)]));
        return true;
    }
}
