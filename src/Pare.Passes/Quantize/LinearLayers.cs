namespace Pare.Passes.Quantize;

/// <summary>Finds the linear layers of a model in any vocabulary that has an adaptor.</summary>
public static class LinearLayers
{
    /// <summary>The layers of the main graph with a constant binary32 weight that this node alone uses, in the graph's order.</summary>
    public static IReadOnlyList<LinearLayer> Find(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Func<Node, LinearLayer?> adaptor = model.Vocabulary.Name switch
        {
            "TensorFlow" => TensorFlowLinearLayers.Describe,
            "ONNX" => OnnxLinearLayers.Describe,
            _ => _ => null,
        };
        List<LinearLayer> layers = [];
        foreach (Node node in model.Graph.Nodes)
        {
            if (adaptor(node) is { } layer)
            {
                layers.Add(layer);
            }
        }

        return layers;
    }

    /// <summary>The weight at an input where it is a constant that only this node uses; constants behind identities count.</summary>
    internal static Value? OwnConstant(Node node, int index)
    {
        Value? v = node.InputOrDefault(index);
        while (v is { IsConstant: false, Producer.Operator: "Identity", Uses.Count: 1 } && v.Producer.ControlInputs.Count == 0)
        {
            v = v.Producer.InputOrDefault(0);
        }

        return v is { Constant: { Type: DataType.Float32 }, Uses.Count: 1 } && !node.Graph.IsOutput(v) ? v : null;
    }

    /// <summary>The one node that takes a value, where it is alone and the value no output.</summary>
    internal static Node? OnlyConsumer(Value value) => value.Uses.Count == 1 && !value.Uses[0].Node.Graph.IsOutput(value) ? value.Uses[0].Node : null;
}
