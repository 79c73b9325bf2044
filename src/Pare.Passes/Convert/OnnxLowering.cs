namespace Pare.Passes.Conversion;

/// <summary>Carries models over into ONNX with every value that is asked for standing on the way of computation, for passes that reason about one vocabulary.</summary>
internal static class OnnxLowering
{
    /// <summary>A model of the ONNX vocabulary with the inputs of <paramref name="model"/> and the values named as outputs; a model of ONNX is cloned.</summary>
    /// <param name="model">The model; not edited.</param>
    /// <param name="outputs">Names of values.</param>
    /// <param name="inputShapes">Extents of the inputs, in order.</param>
    /// <exception cref="UnsupportedModelException">The vocabulary or a node cannot be carried over.</exception>
    public static Model Lower(Model model, IReadOnlyList<string> outputs, IReadOnlyList<TensorShape> inputShapes)
    {
        if (ReferenceEquals(model.Vocabulary, Vocabularies.Onnx))
        {
            Model copy = model.Clone();
            SetOutputs(copy, outputs);
            return copy;
        }

        Dictionary<Value, SymbolicShape> shapes = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < model.Graph.Inputs.Count && i < inputShapes.Count; i++)
        {
            shapes[model.Graph.Inputs[i]] = new SymbolicShape(inputShapes[i]);
        }

        // Transposes that are cancelled take the values between them off the way.
        Value[] values = [.. Find(model.Graph, outputs)];
        if (ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            return TensorFlowToOnnx.Convert(model, new TensorFlowToOnnxOptions { Outputs = values, InputShapes = shapes, CancelTransposes = false });
        }

        if (ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            return TFLiteToOnnx.Convert(model, new TFLiteToOnnxOptions { Outputs = values, InputShapes = shapes, CancelTransposes = false }) is { States.Count: 0 } stateless
                ? stateless.Model
                : throw new UnsupportedModelException("a model that keeps a state from run to run cannot be differentiated", []);
        }

        throw new UnsupportedModelException($"models of the vocabulary {model.Vocabulary.Name} cannot be carried over into ONNX here", []);
    }

    private static void SetOutputs(Model model, IReadOnlyList<string> outputs)
    {
        Value[] values = [.. Find(model.Graph, outputs)];
        model.Graph.Outputs.Clear();
        foreach (Value v in values)
        {
            model.Graph.Outputs.Add(v);
        }
    }

    private static IEnumerable<Value> Find(Graph graph, IReadOnlyList<string> names)
    {
        Dictionary<string, Value> values = new(StringComparer.Ordinal);
        foreach (Value v in graph.Inputs.Concat(graph.Initializers).Concat(graph.Nodes.SelectMany(n => n.Outputs)))
        {
            values.TryAdd(v.Name, v);
        }

        return names.Select(n => values.TryGetValue(n, out Value? v) ? v : throw new GraphException($"the graph has no value '{n}'"));
    }
}
