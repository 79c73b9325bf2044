using Pare.Passes.Conversion;

namespace Pare.Runtime;

/// <summary>
/// Runs models through ONNX Runtime in this process: ONNX models as they are, TensorFlow graphs carried over into ONNX first. Names are accepted with and without
/// TensorFlow's <c>:0</c>. Stateless and thread-safe.
/// </summary>
public sealed class OnnxRuntimeRunner : IModelRunner
{
    /// <inheritdoc/>
    /// <exception cref="GraphException">ONNX Runtime says that the graph breaks ONNX's rules.</exception>
    public IModelSession Load(Model model, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new SessionOptions();
        return ReferenceEquals(model.Vocabulary, Vocabularies.Onnx) ? LoadOnnx(model, options)
            : ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow) ? LoadTensorFlow(model, options)
            : throw new UnsupportedModelException($"models of the vocabulary {model.Vocabulary.Name} cannot be run", []);
    }

    private static OnnxRuntimeSession LoadOnnx(Model model, SessionOptions options)
    {
        if (options.Feeds is null && options.Fetches is null)
        {
            return OnnxRuntimeSession.Create(model, options);
        }

        ValueNames names = new(model);
        IReadOnlyList<Value> outputs = names.Resolve(options.Fetches, "fetched") ?? [.. model.Graph.Outputs];
        IReadOnlyList<Value>? inputs = names.Resolve(options.Feeds, "fed");
        return OnnxRuntimeSession.Create(OnnxCut.Cut(model, inputs, outputs), options);
    }

    private static IModelSession LoadTensorFlow(Model model, SessionOptions options)
    {
        ValueNames names = new(model);
        IReadOnlyList<Value> outputs = names.Resolve(options.Fetches, "fetched") ?? [.. model.Graph.Outputs];
        IReadOnlyList<Value> inputs = names.Resolve(options.Feeds, "fed") ?? Reached(model, outputs);
        Model converted;
        try
        {
            converted = TensorFlowToOnnx.Convert(model, new TensorFlowToOnnxOptions { Inputs = inputs, Outputs = outputs });
        }
        catch (UnsupportedModelException e) when (e.Nodes.All(n => TensorFlowToOnnx.Supports(n.Operator)) && inputs.Any(v => TensorFlowToOnnx.Describe(v).Shape is not { IsStatic: true }))
        {
            // What stands in the way may be that shapes are not known yet.
            return new DeferredSession(model, inputs, outputs, options);
        }

        return OnnxRuntimeSession.Create(converted, options);
    }

    // The model's own inputs, as far as the outputs need them.
    private static List<Value> Reached(Model model, IReadOnlyList<Value> outputs)
    {
        IReadOnlySet<Node> needed = GraphOrder.Ancestors(model.Graph, outputs);
        return [.. model.Graph.Inputs.Where(v => v.Producer is null || needed.Contains(v.Producer))];
    }
}
