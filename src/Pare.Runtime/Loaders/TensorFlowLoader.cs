using Pare.Passes.Conversion;

namespace Pare.Runtime;

/// <summary>Carries TensorFlow graphs over into ONNX.</summary>
internal sealed class TensorFlowLoader : IModelLoader
{
    public Vocabulary Vocabulary => Vocabularies.TensorFlow;

    public IModelSession Load(Model model, SessionOptions options)
    {
        ValueNames names = new(model);
        IReadOnlyList<Value> outputs = names.Resolve(options.Fetches, "fetched") ?? [.. model.Graph.Outputs];
        IReadOnlyList<Value> inputs = names.Resolve(options.Feeds, "fed") ?? Reached(model, outputs);
        Model converted;
        Model Convert(Model source, IReadOnlyList<Value> fed, IReadOnlyList<Value> fetched, IReadOnlyDictionary<Value, SymbolicShape>? shapes) => Lower(source, fed, fetched, shapes, options.QuickStart);
        try
        {
            converted = Convert(model, inputs, outputs, null);
        }
        catch (UnsupportedModelException e) when (e.Nodes.All(n => TensorFlowToOnnx.Supports(n.Operator)) && inputs.Any(v => TensorFlowToOnnx.Describe(v).Shape is not { IsStatic: true }))
        {
            // What stands in the way may be that shapes are not known yet.
            return new DeferredSession(model, inputs, outputs, options, Convert);
        }

        return OnnxRuntimeSession.Create(converted, options);
    }

    /// <summary>The model's own inputs, as far as the outputs need them.</summary>
    public static List<Value> Reached(Model model, IReadOnlyList<Value> outputs)
    {
        IReadOnlySet<Node> needed = GraphOrder.Ancestors(model.Graph, outputs);
        return [.. model.Graph.Inputs.Where(v => v.Producer is null || needed.Contains(v.Producer))];
    }

    // Transposes that are left in place cost a run a little; ONNX Runtime itself removes those that meet.
    private static Model Lower(Model model, IReadOnlyList<Value> inputs, IReadOnlyList<Value> outputs, IReadOnlyDictionary<Value, SymbolicShape>? shapes, bool quick)
    {
        TensorFlowToOnnxOptions options = new() { Inputs = inputs, Outputs = outputs, CancelTransposes = !quick };
        return TensorFlowToOnnx.Convert(model, shapes is null ? options : options with { InputShapes = shapes });
    }
}
