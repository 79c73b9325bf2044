using Pare.Passes.Conversion;

namespace Pare.Runtime;

/// <summary>Carries TFLite models over into ONNX; what lasts from run to run is kept beside.</summary>
internal sealed class TFLiteLoader : IModelLoader
{
    public Vocabulary Vocabulary => Vocabularies.TFLite;

    public IModelSession Load(Model model, SessionOptions options)
    {
        ValueNames names = new(model);
        IReadOnlyList<Value> outputs = names.Resolve(options.Fetches, "fetched") ?? [.. model.Graph.Outputs];
        IReadOnlyList<Value> inputs = names.Resolve(options.Feeds, "fed") ?? [.. model.Graph.Inputs];
        TFLiteConversion converted;
        try
        {
            converted = TFLiteToOnnx.Convert(model, new TFLiteToOnnxOptions { Inputs = inputs, Outputs = outputs });
        }
        catch (UnsupportedModelException e) when (e.Nodes.Count > 0 && e.Nodes.All(n => TFLiteToOnnx.Supports(n.Operator)) && inputs.Any(v => v.Shape is not { IsStatic: true }))
        {
            // What stands in the way may be that shapes are not known yet.
            return new DeferredSession(model, inputs, outputs, options, Convert);
        }

        OnnxRuntimeSession session = OnnxRuntimeSession.Create(converted.Model, options);
        return converted.States.Count == 0 ? session : new StatefulSession(session, converted.States);
    }

    private static Model Convert(Model model, IReadOnlyList<Value> inputs, IReadOnlyList<Value> outputs, IReadOnlyDictionary<Value, SymbolicShape>? shapes)
    {
        TFLiteToOnnxOptions options = new() { Inputs = inputs, Outputs = outputs };
        return TFLiteToOnnx.Convert(model, shapes is null ? options : options with { InputShapes = shapes }) is { States.Count: 0 } stateless
            ? stateless.Model
            : throw new UnsupportedModelException("a model that keeps a state must say the shapes of its inputs", []);
    }
}
