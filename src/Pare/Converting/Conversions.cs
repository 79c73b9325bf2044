using Pare.Passes.Conversion;
using Pare.Passes.Optimize;

namespace Pare.Workflows;

/// <summary>The conversions between vocabularies; what none does in one step goes over others. A new one is a line here.</summary>
internal static class Conversions
{
    private static readonly Conversion[] s_all =
    [
        new(Vocabularies.TensorFlow, Vocabularies.Onnx, "tensorflow_to_onnx", (m, _) => TensorFlowToOnnx.Convert(m)),
        new(Vocabularies.TensorFlow, Vocabularies.TFLite, "tensorflow_to_tflite", TensorFlowToTFLite.Convert),
        new(Vocabularies.Onnx, Vocabularies.TFLite, "onnx_to_tflite", SimplifiedToTFLite),
        new(Vocabularies.TFLite, Vocabularies.Onnx, "tflite_to_onnx", (m, _) => WithoutState(TFLiteToOnnx.Convert(m))),
        new(Vocabularies.Keras, Vocabularies.TensorFlow, "keras_to_tensorflow", (m, _) => KerasToTensorFlow.Convert(m)),
    ];

    /// <summary>The fewest conversions that lead from one vocabulary to another, in order; null where none do.</summary>
    public static IReadOnlyList<Conversion>? Find(Vocabulary from, Vocabulary to)
    {
        Dictionary<Vocabulary, Conversion[]> routes = new(ReferenceEqualityComparer.Instance) { [from] = [] };
        Queue<Vocabulary> open = new([from]);
        while (open.TryDequeue(out Vocabulary? at))
        {
            if (ReferenceEquals(at, to))
            {
                return routes[at];
            }

            foreach (Conversion c in s_all)
            {
                if (ReferenceEquals(c.From, at) && routes.TryAdd(c.To, [.. routes[at], c]))
                {
                    open.Enqueue(c.To);
                }
            }
        }

        return null;
    }

    /// <summary>Calls inputs and outputs as another graph's in their places, where those names are free.</summary>
    public static void Rename(Graph graph, Graph names)
    {
        HashSet<string> taken = [.. graph.Inputs.Concat(graph.Initializers).Concat(graph.Nodes.SelectMany(n => n.Outputs)).Select(v => v.Name)];
        foreach ((IList<Value> own, IList<Value> wanted) in new[] { (graph.Inputs, names.Inputs), (graph.Outputs, names.Outputs) })
        {
            for (int i = 0; i < own.Count && own.Count == wanted.Count; i++)
            {
                if (taken.Add(wanted[i].Name))
                {
                    own[i].Name = wanted[i].Name;
                }
            }
        }
    }

    // ONNX has nothing that lasts from one run to the next.
    private static Model WithoutState(TFLiteConversion conversion) => conversion.States.Count == 0
        ? conversion.Model
        : throw new UnsupportedModelException($"the model keeps {conversion.States.Count} states from one run to the next, which an ONNX model cannot; run it as it is, with run --steps", []);

    // Batch norms folded, constants computed, shapes settled: what is left is lowered.
    private static Model SimplifiedToTFLite(Model model, PassContext context)
    {
        OptimizePipeline.Create(model, new OptimizeOptions()).Run(model, context);
        return OnnxToTFLite.Convert(model, context);
    }
}
