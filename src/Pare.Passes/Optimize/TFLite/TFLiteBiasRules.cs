using static Pare.Passes.Optimize.TFLite.TFLiteRewriter;

namespace Pare.Passes.Optimize.TFLite;

/// <summary>Constants a channel that are added behind a convolution or a matrix product become its bias.</summary>
internal static class TFLiteBiasRules
{
    public static void Apply(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("ADD", "SUB"))
        {
            (Value Match, Value Other)? operands = n.Operator == "SUB" && n.Inputs[0]?.IsConstant == true ? null : Either(n, v => v.IsConstant);
            if (operands is not ({ } constant, { Producer: { } linear } x) || !IsFloat(constant) || !r.IsPrivate(x) || !IsFloat(x) || !IsPlain(linear)
                || BiasInput(linear) is not { } at || x.Shape?[-1].Value is not { } channels || Vector(constant.Constant!, channels, x.Shape!.Rank) is not { } more)
            {
                continue;
            }

            float[] bias = new float[channels];
            if (linear.InputOrDefault(at) is { } old)
            {
                if (old.Constant is not { Type: DataType.Float32 } content || content.Count != channels)
                {
                    continue;
                }

                bias = content.ToFloats();
            }

            string activation = n.Attributes.GetString("fused_activation_function", "NONE");
            if (!r.Replace(n, x))
            {
                continue;
            }

            for (int i = 0; i < bias.Length; i++)
            {
                bias[i] += n.Operator == "SUB" ? -more[i] : more[i];
            }

            Value sum = r.Constant(constant.Name, DenseTensorData.Create(bias, new TensorShape(channels)));
            while (linear.Inputs.Count <= at)
            {
                linear.AddInput(null);
            }

            linear.SetInput(at, sum);
            linear.Attributes["fused_activation_function"] = AttributeValue.Of(activation);
            r.Changed($"{n.Operator} fused into the bias of {linear.Operator}");
        }
    }

    private static int? BiasInput(Node node) => node.Operator switch
    {
        "CONV_2D" or "DEPTHWISE_CONV_2D" or "FULLY_CONNECTED" or "CONV_3D" => 2,
        "TRANSPOSE_CONV" => 3,
        _ => null,
    };

    // One number for all, or one a channel along the last axis.
    private static float[]? Vector(TensorData c, long channels, int rank)
    {
        if (c.Shape.Rank > rank)
        {
            return null;
        }

        float[] values = c.Count <= channels ? c.ToFloats() : [];
        return c.Count == 1 ? [.. Enumerable.Repeat(values[0], (int)channels)] : c.Count == channels && c.Shape.Rank > 0 && c.Shape[-1] == channels ? values : null;
    }
}
