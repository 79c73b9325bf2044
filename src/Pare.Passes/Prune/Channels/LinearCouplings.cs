namespace Pare.Passes.Prune;

/// <summary>How convolutions and matrix products carry channels.</summary>
internal static class LinearCouplings
{
    public static IEnumerable<KeyValuePair<string, Action<CouplingContext, Node>>> All { get; } =
    [
        .. ((string[])["Conv2D", "Conv3D", "DepthwiseConv2dNative", "_FusedConv2D", "_FusedDepthwiseConv2dNative", "Conv2DBackpropInput", "Conv3DBackpropInputV2"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Convolution)),
        .. ((string[])["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_3D", "TRANSPOSE_CONV", "CONV_3D_TRANSPOSE", "Conv", "ConvTranspose"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Convolution)),
        .. ((string[])["MatMul", "_FusedMatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "BATCH_MATMUL", "Gemm"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Product)),
        new("FULLY_CONNECTED", FullyConnected),
    ];

    private static void Convolution(CouplingContext c, Node n)
    {
        OperatorTraits traits = c.Model.Vocabulary.TraitsOf(n);
        AxisSpace space = c.Space;
        if (c.Of(n, traits.DataInput) is not { Rank: > 2 } data || c.Of(n, traits.WeightInput) is not { } weight || c.Result(n) is not { } result || result.Rank != data.Rank
            || data.Axis(traits.ChannelAxis?.Invoke(n) ?? -1) is not (>= 0 and var channel) || traits.OutputChannelAxes?.Invoke(n) is not { } outputs || traits.InputChannelAxes?.Invoke(n) is not { } inputs)
        {
            c.FreezeNode(n);
            return;
        }

        for (int a = 0; a < data.Rank; a++)
        {
            if (a != channel)
            {
                space.Freeze(data, a, $"'{n.Name}' walks over it");
                space.Freeze(result, a, $"'{n.Name}' walks over it");
            }
        }

        for (int a = 0; a < weight.Rank; a++)
        {
            if (!outputs.Contains(a) && !inputs.Contains(a))
            {
                space.Freeze(weight, a, "it is an axis of a kernel");
            }
        }

        AxisTensor? bias = c.Of(n, traits.BiasInput);
        if (bias is not null && (bias.Rank != 1 || bias.Shape[0] != result.Shape[channel]))
        {
            c.FreezeNode(n);
            return;
        }

        if (bias is not null)
        {
            space.Couple(bias, 0, result, channel);
        }

        // Transposed convolutions are told how large their output is.
        if (traits.DataInput == 2)
        {
            c.Spell(n, 0, result);
            if (c.Seen.IntegersOf(n.InputOrDefault(0)) is not { } told || told.Length != result.Rank || c.Model.Vocabulary.TraitsOf(n).Kind != OperatorKind.Linear)
            {
                // Only the spatial extents are told: nothing to rewrite.
                c.Spelled.RemoveAll(s => ReferenceEquals(s.Node, n));
            }
        }

        Channels(c, n, data, weight, result, channel, outputs, inputs);
    }

    private static void Channels(CouplingContext c, Node n, AxisTensor data, AxisTensor weight, AxisTensor result, int channel, int[] outputs, int[] inputs)
    {
        AxisSpace space = c.Space;
        (long from, long to) = (data.Shape[channel], result.Shape[channel]);
        long group = n.Attributes.GetInteger("group", 1);
        bool ownFilters = outputs.Length == 2 || inputs.Length == 0 || (group > 1 && group == from && inputs is [var only] && weight.Shape[only] == 1 && outputs is [0]);
        if (ownFilters && from > 0 && to % from == 0 && outputs.All(a => a < weight.Rank))
        {
            // Depthwise: what an input channel becomes goes with it.
            long multiplier = to / from;
            int axis = outputs[0];
            if (outputs.Length == 2)
            {
                space.Freeze(weight, outputs[1], "it is the multiplier of a depthwise convolution");
            }

            for (long k = 0; k < to; k++)
            {
                space.CoupleIndex(data, channel, k / multiplier, result, channel, k);
                space.CoupleIndex(weight, axis, weight.Shape[axis] == from ? k / multiplier : k, result, channel, k);
            }

            if (space.IsCollapsed)
            {
                space.CoupleWhole(data, channel, result, channel);
            }

            if (group > 1)
            {
                c.Depthwise.Add((n, data, channel));
            }

            return;
        }

        if (outputs is not [var o] || inputs is not [var i] || o >= weight.Rank || i >= weight.Rank || weight.Shape[o] != to || weight.Shape[i] == 0 || from % weight.Shape[i] != 0
            || (group > 1 && n.Operator == "ConvTranspose"))
        {
            c.FreezeNode(n);
            return;
        }

        if (!c.AddWeight(n, weight, o, i))
        {
            c.FreezeNode(n);
            return;
        }

        space.Couple(weight, o, result, channel);
        long groups = from / weight.Shape[i];
        long perInput = weight.Shape[i];
        for (long k = 0; k < from; k++)
        {
            space.CoupleIndex(data, channel, k, weight, i, k % perInput);
        }

        if (groups > 1)
        {
            // Groups stay of one size: what goes from one goes from all.
            long perOutput = to / groups;
            for (long k = perOutput; k < to; k++)
            {
                space.CoupleIndex(result, channel, k, result, channel, k % perOutput);
            }
        }
        else if (space.IsCollapsed)
        {
            space.CoupleWhole(data, channel, weight, i);
        }
    }

    private static void Product(CouplingContext c, Node n)
    {
        AxisSpace space = c.Space;
        if (c.Of(n, 0) is not { Rank: >= 2 } a || c.Of(n, 1) is not { Rank: >= 2 } b || c.Result(n) is not { Rank: >= 2 } y)
        {
            c.FreezeNode(n);
            return;
        }

        bool left = n.Attributes.GetBoolean("transpose_a") || n.Attributes.GetBoolean("adj_x") || n.Attributes.GetBoolean("transA");
        bool right = n.Attributes.GetBoolean("transpose_b") || n.Attributes.GetBoolean("adj_y") || n.Attributes.GetBoolean("transB");
        (int rows, int inner) = left ? (a.Rank - 1, a.Rank - 2) : (a.Rank - 2, a.Rank - 1);
        (int innerB, int columns) = right ? (b.Rank - 1, b.Rank - 2) : (b.Rank - 2, b.Rank - 1);
        space.Couple(a, rows, y, y.Rank - 2);
        space.Couple(b, columns, y, y.Rank - 1);
        space.Couple(a, inner, b, innerB);
        ElementwiseCouplings.Broadcast(c, a, y, 2);
        ElementwiseCouplings.Broadcast(c, b, y, 2);
        if (c.Of(n, 2) is { } bias && n.Operator is "Gemm" or "_FusedMatMul")
        {
            ElementwiseCouplings.Broadcast(c, c.Of(n, 2)!, y, 0);
        }

        if (!c.AddWeight(n, b, columns, innerB))
        {
            // The product of two computed matrices: no weight tells what a channel is worth.
            space.Freeze(a, inner, $"'{n.Name}' sums over it what it multiplies with something computed");
        }
    }

    private static void FullyConnected(CouplingContext c, Node n)
    {
        AxisSpace space = c.Space;
        if (c.Of(n, 0) is not { Rank: >= 1 } data || c.Of(n, 1) is not { Rank: 2 } weight || c.Result(n) is not { Rank: >= 1 } y
            || n.Attributes.GetString("weights_format", "DEFAULT") != "DEFAULT" || y.Shape[^1] != weight.Shape[0] || weight.Shape[1] == 0)
        {
            c.FreezeNode(n);
            return;
        }

        if (!c.AddWeight(n, weight, 0, 1))
        {
            c.FreezeNode(n);
            return;
        }

        if (c.Of(n, 2) is { Rank: 1 } bias)
        {
            space.Couple(bias, 0, y, y.Rank - 1);
        }

        space.Couple(weight, 0, y, y.Rank - 1);
        if (data.Shape[^1] == weight.Shape[1])
        {
            space.Couple(data, data.Rank - 1, weight, 1);
            for (int a = 0; a < data.Rank - 1; a++)
            {
                space.Freeze(data, a, $"'{n.Name}' takes it as rows");
            }
        }
        else
        {
            // The input is flattened to rows of what the weight takes.
            long rows = data.Shape.Aggregate(1L, (p, e) => p * e) / weight.Shape[1];
            AxisTensor flat = space.Add(null, [rows, weight.Shape[1]]);
            MovementCouplings.Reshape(c, data, flat);
            space.Couple(flat, 1, weight, 1);
        }

        for (int a = 0; a < y.Rank - 1; a++)
        {
            space.Freeze(y, a, $"'{n.Name}' gives it as rows");
        }
    }
}
