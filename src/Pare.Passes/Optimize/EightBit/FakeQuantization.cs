namespace Pare.Passes.Optimize;

/// <summary>Ranges that fake quantization states.</summary>
internal static class FakeQuantization
{
    // As far as the Graph Transform Tool looks.
    private const int MaximumSteps = 3;

    /// <summary>The range of an 8-bit FakeQuantWithMinMaxVars or -Args with a constant range, moved so that 0 is a code; else null.</summary>
    public static (float Min, float Max)? RangeOf(Node node)
    {
        if (node.Attributes.GetInteger("num_bits", 8) != 8 || node.Attributes.GetBoolean("narrow_range"))
        {
            return null;
        }

        (float Min, float Max)? range = node.Operator switch
        {
            "FakeQuantWithMinMaxVars" when Scalar(node, 1) is { } min && Scalar(node, 2) is { } max => (min, max),
            "FakeQuantWithMinMaxArgs" => (node.Attributes.GetFloat("min", -6), node.Attributes.GetFloat("max", 6)),
            _ => null,
        };
        return range is { } r && r.Min < r.Max && float.IsFinite(r.Max - r.Min) ? Nudged(r.Min, r.Max) : null;
    }

    /// <summary>Takes out each fake quantization that follows a 32-bit result, directly or behind operators that keep order and range, and hands its range to that result.</summary>
    public static IReadOnlyDictionary<Node, (float Min, float Max)> Absorb(Model model, IReadOnlySet<Node> chosen, ChangeLog log)
    {
        Dictionary<Node, (float Min, float Max)> ranges = [];
        foreach (Node n in model.Graph.Nodes.ToArray())
        {
            if (RangeOf(n) is not { } range || n.ControlInputs.Count + n.ControlDependents.Count > 0 || n.InputOrDefault(0) is not { } input || Source(input, chosen) is not { } source
                || !GraphEditing.CanTakePlace(model, n.Output, input) || !ranges.TryAdd(source, range))
            {
                continue;
            }

            GraphEditing.TakePlace(model, n.Output, input);
            log.Add("fake quantization's range used");
        }

        return ranges;
    }

    private static Node? Source(Value value, IReadOnlySet<Node> chosen)
    {
        for (int i = 0; i <= MaximumSteps; i++)
        {
            if (value.Producer is not { } n || value.Uses.Count != 1 || n.Graph.IsOutput(value) || !chosen.Contains(n))
            {
                return null;
            }

            if (EightBitOperator.Find(n)!.IsWide)
            {
                return n;
            }

            if (n.Operator is not ("Relu" or "Relu6" or "MaxPool" or "Reshape"))
            {
                return null;
            }

            value = n.Inputs[0]!;
        }

        return null;
    }

    private static float? Scalar(Node node, int input) => node.InputOrDefault(input)?.Constant is { Type: DataType.Float32, Count: 1 } c ? c.ToFloats()[0] : null;

    private static (float Min, float Max) Nudged(float min, float max)
    {
        float scale = (max - min) / 255;
        float zero = Math.Clamp(MathF.Round(-min / scale, MidpointRounding.AwayFromZero), 0, 255);
        return (-zero * scale, (255 - zero) * scale);
    }
}
