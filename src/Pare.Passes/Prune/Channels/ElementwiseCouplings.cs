namespace Pare.Passes.Prune;

/// <summary>How operators that work element by element carry channels, vectors along the channel axis included.</summary>
internal static class ElementwiseCouplings
{
    public static IEnumerable<KeyValuePair<string, Action<CouplingContext, Node>>> All { get; } =
    [
        new("Select", Select),
        new("IdentityN", Each),
        new("AddN", Elementwise),
        new("AccumulateNV2", Elementwise),
        new("QuantizeLinear", AlongAxis),
        new("DequantizeLinear", AlongAxis),
        new("InstanceNormalization", Channelwise),
    ];

    /// <summary>All inputs broadcast to the first output.</summary>
    public static void Elementwise(CouplingContext c, Node n)
    {
        if (c.Result(n) is not { } y || n.Outputs.Skip(1).Any(o => o.Uses.Count > 0))
        {
            c.FreezeNode(n);
            return;
        }

        for (int i = 0; i < n.Inputs.Count; i++)
        {
            if (c.Of(n, i) is { } x)
            {
                Broadcast(c, x, y, 0);
            }
            else if (n.Inputs[i] is not null)
            {
                c.FreezeNode(n);
                return;
            }
        }
    }

    /// <summary>A bias, or the vectors of a batch normalization, along the channel axis.</summary>
    public static void Channelwise(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || x.Rank != y.Rank || n.Outputs.Skip(1).Any(o => o.Uses.Count > 0)
            || x.Axis(c.Model.Vocabulary.TraitsOf(n).ChannelAxis?.Invoke(n) ?? -1) is not (>= 0 and var channel))
        {
            c.FreezeNode(n);
            return;
        }

        Same(c, x, y);
        if (n.Operator == "InstanceNormalization")
        {
            for (int a = 2; a < x.Rank; a++)
            {
                c.Space.Freeze(x, a, $"'{n.Name}' normalizes over it");
            }
        }

        for (int i = 1; i < n.Inputs.Count; i++)
        {
            if (c.Of(n, i) is { Rank: 1 } vector)
            {
                c.Space.Couple(vector, 0, x, channel);
            }
            else if (n.Inputs[i] is not null)
            {
                c.FreezeNode(n);
                return;
            }
        }
    }

    /// <summary>Axes of <paramref name="x"/>, aligned at the end, broadcast to those of <paramref name="y"/>; the last <paramref name="skip"/> are left out.</summary>
    public static void Broadcast(CouplingContext c, AxisTensor x, AxisTensor y, int skip)
    {
        for (int k = skip; k < x.Rank; k++)
        {
            int a = x.Rank - 1 - k;
            int b = y.Rank - 1 - k;
            if (b < 0 || (x.Shape[a] != 1 && x.Shape[a] != y.Shape[b]))
            {
                c.Space.Freeze(x, a, "its extents do not agree along the graph");
            }
            else if (x.Shape[a] != 1)
            {
                c.Space.Couple(x, a, y, b);
            }
        }
    }

    /// <summary>Every axis of two tensors of one shape.</summary>
    public static void Same(CouplingContext c, AxisTensor x, AxisTensor y)
    {
        for (int a = 0; a < x.Rank; a++)
        {
            c.Space.Couple(x, a, y, a);
        }
    }

    // TensorFlow's first Select takes a vector as rows, not as the last axis.
    private static void Select(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is { } condition && c.Result(n) is { } y && condition.Rank != y.Rank && condition.Rank > 0)
        {
            c.FreezeNode(n);
            return;
        }

        Elementwise(c, n);
    }

    private static void Each(CouplingContext c, Node n)
    {
        for (int i = 0; i < n.Inputs.Count; i++)
        {
            if (c.Of(n, i) is { } x && c.Result(n, i) is { } y && x.Shape.AsSpan().SequenceEqual(y.Shape))
            {
                Same(c, x, y);
            }
            else
            {
                c.Space.FreezeAll(c.Of(n, i), $"'{n.Name}' passes it on");
            }
        }
    }

    private static void AlongAxis(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || x.Rank != y.Rank || n.Attributes.GetInteger("block_size") != 0)
        {
            c.FreezeNode(n);
            return;
        }

        Same(c, x, y);
        int axis = x.Axis(n.Attributes.GetInteger("axis", 1));
        for (int i = 1; i < n.Inputs.Count; i++)
        {
            if (c.Of(n, i) is { Rank: 1 } vector && vector.Shape[0] > 1)
            {
                if (axis < 0)
                {
                    c.FreezeNode(n);
                    return;
                }

                c.Space.Couple(vector, 0, x, axis);
            }
        }
    }
}
