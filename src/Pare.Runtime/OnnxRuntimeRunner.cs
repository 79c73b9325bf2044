namespace Pare.Runtime;

/// <summary>
/// Runs models through ONNX Runtime in this process: ONNX models as they are, models of other vocabularies carried over into ONNX first. Names are accepted with and without
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
        return ModelLoaders.Find(model.Vocabulary)?.Load(model, options)
            ?? throw new UnsupportedModelException($"models of the vocabulary {model.Vocabulary.Name} cannot be run", []);
    }
}
