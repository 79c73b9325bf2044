namespace Pare.Passes.Quantize;

/// <summary>
/// Puts codes in place of weights: an 8-bit constant, its scales, and the operators that decode them in the graph (a cast and one or two products,
/// which TensorFlow 1 and every ONNX operator set from 9 on have). Plans are made elsewhere; this only edits.
/// </summary>
public static class CodeStorage
{
    /// <summary>Replaces the weights of a model by codes, and biases by the codes' own.</summary>
    /// <param name="model">The model to edit.</param>
    /// <param name="codes">One entry for each layer of the same model, or of one of equal structure, in the order of <paramref name="layers"/>; null leaves a layer alone.</param>
    /// <param name="layers">The layers of <paramref name="model"/>.</param>
    /// <returns>How many weights were replaced.</returns>
    public static int Apply(Model model, IReadOnlyList<LinearLayer> layers, IReadOnlyList<LayerCodes?> codes)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(codes);
        if (ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            return TFLite.TFLiteCodeStorage.Apply(layers, codes, hybrid: false);
        }

        UniqueNames names = new(model.Graph);
        int count = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            if (codes[i] is not { } c)
            {
                continue;
            }

            if (c.Encoding == WeightEncoding.InPlace)
            {
                layers[i].Weight.Constant = DenseTensorData.Create(c.Weights, layers[i].Weight.Constant!.Shape);
            }
            else
            {
                Replace(model, layers[i], c, names);
            }

            ReplaceBias(layers[i], c);
            count++;
        }

        return count;
    }

    /// <summary>Puts the values that codes stand for into the weights, in place, structure untouched.</summary>
    public static void ApplyInPlace(IReadOnlyList<LinearLayer> layers, IReadOnlyList<LayerCodes?> codes)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(codes);
        for (int i = 0; i < layers.Count; i++)
        {
            if (codes[i] is { } c)
            {
                layers[i].Weight.Constant = DenseTensorData.Create(c.Weights, layers[i].Weight.Constant!.Shape);
                ReplaceBias(layers[i], c);
            }
        }
    }

    private static void ReplaceBias(LinearLayer layer, LayerCodes codes)
    {
        if (layer.Bias is { } bias && codes.Bias is { } values)
        {
            bias.Constant = DenseTensorData.Create(values, bias.Constant!.Shape);
        }
    }

    private static void Replace(Model model, LinearLayer layer, LayerCodes codes, UniqueNames names)
    {
        Graph graph = model.Graph;
        Value weight = layer.Weight;
        TensorShape shape = weight.Constant!.Shape;
        Node anchor = weight.Producer ?? weight.Uses[0].Node;
        string name = weight.Producer?.Name ?? weight.Name;
        DenseTensorData data = DenseTensorData.Create<sbyte>(DataType.Int8, codes.Codes, shape);
        Value stored = Constant(model, anchor, names.Make(name + "_codes"), data);
        Value value = Emit(model, anchor, names.Make(name + "_cast"), "Cast", [stored]);
        Node cast = value.Producer!;
        bool tensorFlow = model.Vocabulary == Vocabularies.TensorFlow;
        if (tensorFlow)
        {
            cast.Attributes["SrcT"] = AttributeValue.Of(DataType.Int8);
            cast.Attributes["DstT"] = AttributeValue.Of(DataType.Float32);
        }
        else
        {
            cast.Attributes["to"] = AttributeValue.Of(1L);
        }

        value.Type = DataType.Float32;
        value = Multiply(model, anchor, names, name, "_scale", value, ScaleTensor(codes.ColumnScales, shape, layer.OutputChannelAxes));
        if (codes.RowScales is { } rows && layer.InputChannelAxis is { } axis)
        {
            value = Multiply(model, anchor, names, name, "_input_scale", value, ScaleTensor(rows, shape, [axis]));
        }

        graph.ReplaceUses(weight, value);
        if (weight.Producer is { } old)
        {
            graph.RemoveNode(old);
        }
        else
        {
            graph.RemoveInitializer(weight);
        }
    }

    private static Value Multiply(Model model, Node anchor, UniqueNames names, string name, string suffix, Value value, TensorData scales)
    {
        Value constant = Constant(model, anchor, names.Make(name + suffix), scales);
        Value product = Emit(model, anchor, names.Make(name + suffix + "d"), "Mul", [value, constant]);
        product.Type = DataType.Float32;
        if (model.Vocabulary == Vocabularies.TensorFlow)
        {
            product.Producer!.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        }

        return product;
    }

    private static Value Constant(Model model, Node anchor, string name, TensorData content)
    {
        if (model.Vocabulary != Vocabularies.TensorFlow)
        {
            return model.Graph.AddInitializer(name, content);
        }

        Node node = model.Graph.CreateNodeBefore(anchor, name, "Const");
        node.Attributes["dtype"] = AttributeValue.Of(content.Type);
        node.Output.Type = content.Type;
        node.Output.Shape = new SymbolicShape(content.Shape);
        node.Output.Constant = content;
        return node.Output;
    }

    private static Value Emit(Model model, Node anchor, string name, string @operator, Value[] inputs)
    {
        if (model.Vocabulary == Vocabularies.TensorFlow)
        {
            return model.Graph.CreateNodeBefore(anchor, name, @operator, inputs).Output;
        }

        Node node = model.Graph.CreateNodeBefore(anchor, name, @operator, inputs, outputs: 0);
        return node.AddOutput(name);
    }

    private static DenseTensorData ScaleTensor(float[] scales, TensorShape shape, IReadOnlyList<int> axes)
    {
        long[] extents = new long[shape.Rank];
        Array.Fill(extents, 1);
        foreach (int axis in axes)
        {
            extents[axis] = shape[axis];
        }

        int lead = 0;
        while (lead < extents.Length - 1 && extents[lead] == 1)
        {
            lead++;
        }

        return DenseTensorData.Create(scales, new TensorShape(extents.AsSpan(lead)));
    }
}
