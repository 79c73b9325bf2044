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
            "TFLite" => TFLiteLinearLayers.Describe,
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

    /// <summary>A product of the rows of input 0 with a matrix, <c>[in, out]</c> or, transposed, <c>[out, in]</c>.</summary>
    internal static LinearLayer Matrix(Node node, Value weight, bool transposed, Value? bias, Value result)
    {
        TensorShape shape = weight.Constant!.Shape;
        (int rows, int columns) = ((int)shape[transposed ? 1 : 0], (int)shape[transposed ? 0 : 1]);
        return new LinearLayer
        {
            Node = node,
            Weight = weight,
            Input = node.Inputs[0],
            Bias = bias,
            Result = result,
            InputSize = rows,
            OutputSize = columns,
            OutputStride = transposed ? rows : 1,
            RowOffset = [.. Enumerable.Range(0, rows).Select(j => transposed ? j : j * columns)],
            RowChannel = [.. Enumerable.Range(0, rows)],
            InputChannels = rows,
            InputChannelAxis = transposed ? 1 : 0,
            OutputChannelAxes = [transposed ? 0 : 1],
        };
    }

    /// <summary>The one node that takes a value, where it is alone and the value no output.</summary>
    internal static Node? OnlyConsumer(Value value) => value.Uses.Count == 1 && !value.Uses[0].Node.Graph.IsOutput(value) ? value.Uses[0].Node : null;
}
