namespace Pare.Runtime;

/// <summary>Runs ONNX models as they are, or the part between the values asked for.</summary>
internal sealed class OnnxLoader : IModelLoader
{
    public Vocabulary Vocabulary => Vocabularies.Onnx;

    public IModelSession Load(Model model, SessionOptions options)
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
}
