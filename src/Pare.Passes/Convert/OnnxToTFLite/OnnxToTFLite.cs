using Pare.Passes.Optimize;
using Pare.Passes.Optimize.TFLite;

namespace Pare.Passes.Conversion;

/// <summary>
/// Carries an ONNX model over into TFLite operators. Convolutions and pools work on channels last; a value stays in that order until something needs ONNX's own (an output, a reshape), so that
/// transposes appear only there. The runtime computes in binary32: binary64 inside a model becomes that. Inputs and outputs keep names, types and axes. Stateless and thread-safe.
/// </summary>
public static class OnnxToTFLite
{
    /// <summary>Converts a model into a new one of the TFLite vocabulary; constants are shared, those of another layout are turned when they are read.</summary>
    /// <exception cref="UnsupportedModelException">Nodes cannot be carried over; all of them are named.</exception>
    public static Model Convert(Model model, PassContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.Onnx))
        {
            throw new UsageException($"the model is in {model.Vocabulary.Name} operators; only ONNX models are converted here");
        }

        Model result = new(Vocabularies.TFLite, new Graph(model.Graph.Name));
        List<UnsupportedNode> unsupported = [];
        OnnxToTFLiteScope scope = new(result, model.OperatorSets.TryGetValue("", out long opset) ? opset : 13, unsupported);
        HashSet<Value> constants = [.. model.Graph.Inputs.Where(v => v.IsConstant)];
        foreach (Value v in model.Graph.Inputs.Where(v => !constants.Contains(v)))
        {
            Value input = scope.AddInput(v.Name, v.Type, v.Shape);
            scope.Bind(v, new LaidValue(v.Type == DataType.Float64 ? scope.Builder.Cast(input, DataType.Float32) : input));
        }

        scope.Lower(model.Graph);
        if (unsupported.Count > 0)
        {
            throw new UnsupportedModelException("conversion to TFLite", unsupported);
        }

        foreach (Value v in model.Graph.Outputs)
        {
            scope.AddOutput(v);
        }

        foreach (Graph g in result.Subgraphs.Prepend(result.Graph))
        {
            RemoveUnused(g);
        }

        context ??= new PassContext();
        new MergeDuplicateNodesPass().Run(result, context);
        new SimplifyTFLitePass().Run(result, context);
        return result;
    }

    /// <summary>Whether nodes of an operator can be carried over (some of their variants may still not be).</summary>
    public static bool Supports(string @operator) => OnnxToTFLiteLowerings.Operators.Contains(@operator);

    // Lowerings may emit what in the end nobody takes.
    internal static void RemoveUnused(Graph graph)
    {
        foreach (Node n in graph.Nodes.Reverse().ToArray())
        {
            if (n.Outputs.All(v => v.Uses.Count == 0 && !graph.IsOutput(v)))
            {
                graph.RemoveNode(n);
            }
        }

        graph.RemoveInitializers(v => v.Uses.Count == 0 && !graph.IsOutput(v));
    }
}
