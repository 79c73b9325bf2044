namespace Pare.Runtime;

/// <summary>
/// Runs models through ONNX Runtime in this process: ONNX models as they are, models of other vocabularies carried over into ONNX first. Names are accepted with and without
/// TensorFlow's <c>:0</c>. Stateless and thread-safe.
/// </summary>
public sealed class OnnxRuntimeRunner : IModelRunner
{
    /// <summary>
    /// Loads ONNX Runtime on another thread and runs a model of one node on it, so that a program which reads a model meanwhile need not wait for that when it runs it. Never fails: what goes wrong
    /// goes wrong again, and is told, when a model is loaded.
    /// </summary>
    /// <returns>Ends when the runtime is ready.</returns>
    public static Task PrepareAsync()
    {
        NativeHeap.GrowInLargeSteps();
        return Task.Run(Prepare);
    }

    /// <inheritdoc/>
    /// <exception cref="GraphException">ONNX Runtime says that the graph breaks ONNX's rules.</exception>
    public IModelSession Load(Model model, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new SessionOptions();
        return ModelLoaders.Find(model.Vocabulary)?.Load(model, options)
            ?? throw new UnsupportedModelException($"models of the vocabulary {model.Vocabulary.Name} cannot be run", []);
    }

    private static void Prepare()
    {
        try
        {
            Model model = new(Vocabularies.Onnx) { OperatorSets = { [""] = 13 } };
            Value x = new("x", DataType.Float32, new SymbolicShape(new TensorShape(1)));
            model.Graph.Inputs.Add(x);
            model.Graph.Outputs.Add(model.Graph.CreateNode("y", "Relu", [x]).Output);
            using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Threads = 1, QuickStart = true });
            session.Run([DenseTensorData.Create([0f], new TensorShape(1))]);
        }
        catch (Exception e) when (e is PareException or DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
        }
    }
}
