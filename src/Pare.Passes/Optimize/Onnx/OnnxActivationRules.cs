namespace Pare.Passes.Optimize.Onnx;

/// <summary>Activations spelt out: <c>clip(x + a, 0, h)</c> is <c>h · HardSigmoid(x)</c> with alpha 1/h and beta a/h, so a hard swish takes two nodes instead of four.</summary>
internal static class OnnxActivationRules
{
    public static void Apply(OnnxRewriter r)
    {
        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (!n.IsRemoved && OnnxRewriter.Is(n, "Clip"))
            {
                HardSigmoid(r, n);
            }
            else if (!n.IsRemoved && OnnxRewriter.Is(n, "Mul") && n.Inputs.Count == 2 && r.OperatorSet >= 14)
            {
                HardSwish(r, n);
            }
        }
    }

    // x · HardSigmoid(x) with alpha 1/6 and beta 1/2 is an operator of its own from set 14 on.
    private static void HardSwish(OnnxRewriter r, Node product)
    {
        int place = OnnxRewriter.Is(product.Inputs[1]?.Producer, "HardSigmoid") ? 1 : 0;
        if (product.Inputs[place] is not { } gate || !OnnxRewriter.Is(gate.Producer, "HardSigmoid") || !OnnxRewriter.IsPrivate(gate) || !ReferenceEquals(gate.Producer!.Inputs[0], product.Inputs[1 - place])
            || Math.Abs(gate.Producer.Attributes.GetFloat("alpha", 0.2f) - (1f / 6)) > 1e-6f || gate.Producer.Attributes.GetFloat("beta", 0.5f) != 0.5f)
        {
            return;
        }

        product.Operator = "HardSwish";
        product.SetInputs(product.Inputs[1 - place]);
        r.Changed("hard swishes recognised");
    }

    private static void HardSigmoid(OnnxRewriter r, Node clip)
    {
        if (clip.InputOrDefault(0) is not { Type: DataType.Float32 } sum || sum.Producer is not { } add || !OnnxRewriter.Is(add, "Add") || !OnnxRewriter.IsPrivate(sum) || !OnnxRewriter.IsPrivate(clip.Output))
        {
            return;
        }

        float? low = clip.Attributes.ContainsKey("min") ? clip.Attributes.GetFloat("min") : OnnxRewriter.Scalar(clip.InputOrDefault(1));
        float? high = clip.Attributes.ContainsKey("max") ? clip.Attributes.GetFloat("max") : OnnxRewriter.Scalar(clip.InputOrDefault(2));
        (Value? x, Value? constant) = add.Inputs[0]!.IsConstant ? (add.Inputs[1], add.Inputs[0]) : (add.Inputs[0], add.Inputs[1]);
        if (low != 0 || high is not (> 1e-3f and < 1e6f) || OnnxRewriter.Scalar(constant) is not { } a || x is null or { IsConstant: true } || !OnnxRewriter.KeepsShape(x.Shape, constant!.Constant!))
        {
            return;
        }

        // The factor h must meet another constant factor, directly or behind the product of a hard swish.
        Node next = clip.Output.Uses[0].Node;
        Node end = OnnxRewriter.Is(next, "Mul") && !next.Inputs.Any(v => v is { IsConstant: true }) && OnnxRewriter.IsPrivate(next.Output) ? next.Output.Uses[0].Node : next;
        if (end.Inputs.Count != 2 || !(OnnxRewriter.Is(end, "Mul") || OnnxRewriter.Is(end, "Div")) || end.Inputs[0] is null)
        {
            return;
        }

        int place = end.Inputs[1] is { IsConstant: true } ? 1 : end.Operator == "Mul" && end.Inputs[0]!.IsConstant ? 0 : -1;
        if (place < 0 || OnnxRewriter.Scalar(end.Inputs[place]) is not { } c || c == 0)
        {
            return;
        }

        double factor = end.Operator == "Div" ? (double)high.Value / c : (double)high.Value * c;
        Value data = end.Inputs[1 - place]!;
        clip.Operator = "HardSigmoid";
        clip.Attributes.Remove("min");
        clip.Attributes.Remove("max");
        clip.Attributes["alpha"] = AttributeValue.Of(1f / high.Value);
        clip.Attributes["beta"] = AttributeValue.Of(a / high.Value);
        clip.SetInputs(x);
        r.Changed("hard sigmoids recognised");
        if (Math.Abs(factor - 1) < 1e-7 && OnnxRewriter.KeepsShape(data.Shape, end.Inputs[place]!.Constant!) && r.Replace(end.Output, data))
        {
            return;
        }

        TensorShape shape = end.Inputs[place]!.Constant!.Shape;
        string name = end.Inputs[place]!.Name;
        end.Operator = "Mul";
        end.SetInputs(data, r.Constant(name, DenseTensorData.Create([(float)factor], shape)));
    }
}
