using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Layers around a layer: each step by itself, both directions.</summary>
internal static class WrapperLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("TimeDistributed", TimeDistributed),
        new("Bidirectional", Bidirectional),
    ];

    // Steps become samples, and samples steps again.
    private static void TimeDistributed(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        (string className, AttributeMap config) = KerasJsonReader.Layer(c.Nested("layer"), "the layer within");
        Value x = c.Raw(0);
        if (x.Shape is not { Rank: >= 3 } shape)
        {
            throw new LoweringException($"the input has the shape {x.Shape?.ToString() ?? "?"}; batch, steps and more were expected");
        }

        List<(long?, Value?, int)> merged = [(shape[0].Value * shape[1].Value, null, 0), .. Enumerable.Range(2, shape.Rank - 2).Select(i => (shape[i].Value, (Value?)x, i))];
        Value flat = b.ReshapeTo(x, [.. merged], openIsRest: true);
        Value y = c.Apply(className, config, c.Weights(0, c.WeightCount), flat);
        int rank = y.Shape?.Rank ?? throw new LoweringException($"the rank of what the {className} within gives is not known");
        List<(long?, Value?, int)> apart = [(shape[0].Value, x, 0), (shape[1].Value, x, 1), .. Enumerable.Range(1, rank - 1).Select(i => (y.Shape[i].Value, (Value?)y, i))];
        c.OutputMask = c.Mask();
        c.SetOutput(b.ReshapeTo(y, [.. apart]));
    }

    private static void Bidirectional(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        (string className, AttributeMap forward) = KerasJsonReader.Layer(c.Nested("layer"), "the layer within");
        string backwardName = className;
        AttributeMap backward = new();
        if (c.Nested("backward_layer") is { ValueKind: System.Text.Json.JsonValueKind.Object } own)
        {
            (backwardName, backward) = KerasJsonReader.Layer(own, "the backward layer");
        }
        else
        {
            foreach ((string key, AttributeValue value) in forward)
            {
                backward[key] = value;
            }

            backward["go_backwards"] = AttributeValue.Of(!forward.GetBoolean("go_backwards"));
        }

        int half = c.WeightCount / 2;
        int states = (c.InputCount - 1) / 2;
        Value[] Inputs(int first) => [c.Raw(0), .. Enumerable.Range(first, states).Select(c.Raw)];
        LayerContext ahead = c.Call(className, forward, c.Weights(0, half), Inputs(1), [c.Mask()]);
        LayerContext back = c.Call(backwardName, backward, c.Weights(half, c.WeightCount - half), Inputs(1 + states), [c.Mask()]);
        Value y = ahead.Outputs[0];
        Value z = back.Outputs[0];
        if (forward.GetBoolean("return_sequences"))
        {
            z = b.Emit("ReverseV2", [z, b.Int32s(1)], z.Type, z.Shape, T("T", z.Type), T("Tidx", DataType.Int32));
            c.OutputMask = c.Mask();
        }

        switch (c.Text("merge_mode", ""))
        {
            case "concat":
                c.SetOutput(b.Concat([y, z], -1));
                break;
            case "sum":
                c.SetOutput(b.Add(y, z));
                break;
            case "mul":
                c.SetOutput(b.Mul(y, z));
                break;
            case "ave":
                c.SetOutput(b.Mul(b.Add(y, z), b.Float(0.5)));
                break;
            case "":
                c.SetOutput(y);
                c.SetOutput(z);
                break;
            case var other:
                throw new LoweringException($"merge_mode '{other}' is none of concat, sum, mul, ave");
        }

        foreach (Value s in ahead.Outputs.Skip(1).Concat(back.Outputs.Skip(1)))
        {
            c.SetOutput(s);
        }
    }
}
