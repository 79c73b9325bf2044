using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Layers around a layer: each step by itself, both directions.</summary>
internal static class WrapperLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("TimeDistributed", TimeDistributed),
        new("Bidirectional", Bidirectional),
        new("SpectralNormalization", SpectralNormalization),
    ];

    // Steps become samples, and samples steps again.
    private static void TimeDistributed(LayerContext c)
    {
        (string className, AttributeMap config) = KerasJsonReader.Layer(c.Nested("layer"), "the layer within");
        if (className is "Sequential" or "Functional" or "Model")
        {
            LayerContext.Unsupported($"a {className} within a wrapper within another is not carried over");
        }

        Value y = c.Apply(className, config, c.Weights(0, c.WeightCount), StepLayers.Merged(c.TensorFlow, c.Raw(0)));
        c.OutputMask = c.Mask();
        c.SetOutput(StepLayers.Apart(c.TensorFlow, y, c.Raw(0)));
    }

    // At inference the kernel stands as training left it; the last weight is the vector that training measured it with.
    private static void SpectralNormalization(LayerContext c)
    {
        (string className, AttributeMap config) = KerasJsonReader.Layer(c.Nested("layer"), "the layer within");
        c.SetOutput(c.Apply(className, config, c.Weights(0, Math.Max(0, c.WeightCount - 1)), c.Raw(0)));
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

        // Keras forces this where the wrapped layers give sequences.
        forward["zero_output_for_mask"] = AttributeValue.Of(forward.GetBoolean("return_sequences"));
        backward["zero_output_for_mask"] = AttributeValue.Of(backward.GetBoolean("return_sequences"));
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
