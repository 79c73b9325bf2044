using Pare.Passes.Conversion;

namespace Pare.Runtime;

/// <summary>Carries Keras models over into TensorFlow operators, and those into ONNX.</summary>
internal sealed class KerasLoader : IModelLoader
{
    public Vocabulary Vocabulary => Vocabularies.Keras;

    public IModelSession Load(Model model, SessionOptions options)
    {
        ValueNames names = new(model);
        IReadOnlyList<Value> outputs = names.Resolve(options.Fetches, "fetched") ?? [.. model.Graph.Outputs];
        IReadOnlyList<Value> inputs = names.Resolve(options.Feeds, "fed") ?? TensorFlowLoader.Reached(model, outputs);
        Model converted;
        try
        {
            converted = Convert(model, inputs, outputs, null);
        }
        catch (UnsupportedModelException e) when (e.Nodes.All(n => KerasToTensorFlow.Supports(n.Operator) || TensorFlowToOnnx.Supports(n.Operator)) && inputs.Any(v => v.Shape is not { IsStatic: true }))
        {
            // What stands in the way may be that shapes are not known yet.
            return new DeferredSession(model, inputs, outputs, options, Convert);
        }

        return OnnxRuntimeSession.Create(converted, options);
    }

    private static Model Convert(Model model, IReadOnlyList<Value> inputs, IReadOnlyList<Value> outputs, IReadOnlyDictionary<Value, SymbolicShape>? shapes)
    {
        KerasToTensorFlowOptions options = new() { Inputs = inputs, Outputs = outputs };
        return TensorFlowToOnnx.Convert(KerasToTensorFlow.Convert(model, shapes is null ? options : options with { InputShapes = shapes }));
    }
}
