namespace Pare.Passes.Prune;

/// <summary>How pools, resamplings, reductions and normalizations carry channels.</summary>
internal static class WindowCouplings
{
    public static IEnumerable<KeyValuePair<string, Action<CouplingContext, Node>>> All { get; } =
    [
        .. ((string[])
        [
            "AvgPool", "MaxPool", "AvgPool3D", "MaxPool3D", "MaxPoolV2", "AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool",
            "ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "Resize", "Upsample",
        ]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Window)),
        .. ((string[])
        [
            "Mean", "Sum", "Max", "Min", "Prod", "All", "Any", "EuclideanNorm", "ArgMax", "ArgMin", "MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL", "ARG_MAX", "ARG_MIN",
            "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceProd", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp",
        ]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Reduction)),
        .. ((string[])["Softmax", "LogSoftmax", "Hardmax", "SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)AlongAxis)),
    ];

    private static void Window(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { Rank: > 2 } x || c.Result(n) is not { } y || x.Rank != y.Rank || n.Outputs.Skip(1).Any(o => o.Uses.Count > 0)
            || x.Axis(c.Model.Vocabulary.TraitsOf(n).ChannelAxis?.Invoke(n) ?? -1) is not (>= 0 and var channel) || x.Shape[channel] != y.Shape[channel])
        {
            c.FreezeNode(n);
            return;
        }

        for (int a = 0; a < x.Rank; a++)
        {
            if (a == channel)
            {
                c.Space.Couple(x, a, y, a);
            }
            else
            {
                c.Space.Freeze(x, a, $"'{n.Name}' walks over it");
                c.Space.Freeze(y, a, $"'{n.Name}' walks over it");
            }
        }

        if (n.Operator == "Resize")
        {
            c.Spell(n, 3, y);
        }
    }

    private static void Reduction(CouplingContext c, Node n)
    {
        // ONNX's Max, Min, Sum and Mean work element by element.
        if (c.Model.Vocabulary.TraitsOf(n).Kind == OperatorKind.Elementwise)
        {
            ElementwiseCouplings.Elementwise(c, n);
            return;
        }

        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || AxesOf(c, n, x) is not { } axes)
        {
            c.FreezeNode(n);
            return;
        }

        bool keeps = x.Rank == y.Rank;
        if (!keeps && y.Rank != x.Rank - axes.Count)
        {
            c.FreezeNode(n);
            return;
        }

        int to = 0;
        for (int a = 0; a < x.Rank; a++)
        {
            if (axes.Contains(a))
            {
                c.Space.Freeze(x, a, $"'{n.Name}' reduces over it");
                to += keeps ? 1 : 0;
            }
            else
            {
                c.Space.Couple(x, a, y, to++);
            }
        }
    }

    private static HashSet<int>? AxesOf(CouplingContext c, Node n, AxisTensor x)
    {
        long[]? stated;
        if (!ReferenceEquals(c.Model.Vocabulary, Vocabularies.Onnx))
        {
            stated = c.Seen.IntegersOf(n.InputOrDefault(1));
        }
        else if (n.Operator is "ArgMax" or "ArgMin")
        {
            stated = [n.Attributes.GetInteger("axis")];
        }
        else
        {
            stated = n.InputOrDefault(1) is { } axes ? c.Seen.IntegersOf(axes) : n.Attributes.GetIntegers("axes") ?? [];
            if (stated is { Length: 0 } && !n.Attributes.GetBoolean("noop_with_empty_axes"))
            {
                stated = [.. Enumerable.Range(0, x.Rank).Select(a => (long)a)];
            }
        }

        return stated is null || stated.Any(a => x.Axis(a) < 0) ? null : [.. stated.Select(a => x.Axis(a))];
    }

    private static void AlongAxis(CouplingContext c, Node n)
    {
        if (c.Of(n, 0) is not { } x || c.Result(n) is not { } y || x.Rank != y.Rank || x.Rank == 0)
        {
            c.FreezeNode(n);
            return;
        }

        ElementwiseCouplings.Same(c, x, y);
        bool onnx = ReferenceEquals(c.Model.Vocabulary, Vocabularies.Onnx);
        bool flattens = onnx && c.Model.OperatorSets.TryGetValue("", out long version) && version < 13;
        int axis = onnx ? x.Axis(n.Attributes.GetInteger("axis", flattens ? 1 : -1)) : x.Rank - 1;
        for (int a = Math.Max(0, axis); a < (flattens ? x.Rank : Math.Max(0, axis) + 1); a++)
        {
            c.Space.Freeze(x, a, $"'{n.Name}' normalizes over it");
        }
    }
}
