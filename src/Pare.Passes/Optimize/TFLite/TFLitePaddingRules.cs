using static Pare.Passes.Optimize.TFLite.TFLiteRewriter;

namespace Pare.Passes.Optimize.TFLite;

/// <summary>Zeros put around an input before a convolution without padding: the same as SAME where there are exactly as many positions and zeros, the odd one behind.</summary>
internal static class TFLitePaddingRules
{
    public static void Apply(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("CONV_2D", "DEPTHWISE_CONV_2D"))
        {
            if (n.Attributes.GetString("padding") != "VALID" || Made(n.Inputs[0], "PAD") is not { } pad || Integers(pad.Inputs[1]) is not { Length: 8 } amounts
                || pad.Inputs[0]!.Shape is not { Rank: 4 } shape || n.Inputs[1]!.Shape is not { Rank: 4 } filter || amounts[0] != 0 || amounts[1] != 0 || amounts[6] != 0 || amounts[7] != 0)
            {
                continue;
            }

            if (IsSame(n, shape[1].Value, filter[1].Value, "h", amounts[2], amounts[3]) && IsSame(n, shape[2].Value, filter[2].Value, "w", amounts[4], amounts[5]))
            {
                n.SetInput(0, pad.Inputs[0]);
                n.Attributes["padding"] = AttributeValue.Of("SAME");
                r.Changed($"PAD fused into {n.Operator}");
            }
        }
    }

    // out = ceil(in / stride), and SAME puts half of what is missing before.
    private static bool IsSame(Node node, long? extent, long? kernel, string axis, long before, long after)
    {
        if (extent is not { } n || kernel is not { } k)
        {
            return false;
        }

        long stride = node.Attributes.GetInteger($"stride_{axis}", 1);
        long span = ((k - 1) * node.Attributes.GetInteger($"dilation_{axis}_factor", 1)) + 1;
        long outputs = (n + stride - 1) / stride;
        long total = Math.Max(((outputs - 1) * stride) + span - n, 0);
        return ((n + before + after - span) / stride) + 1 == outputs && before == total / 2 && after == total - (total / 2);
    }
}
