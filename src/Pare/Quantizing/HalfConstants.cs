namespace Pare.Workflows;

/// <summary>Makes constants of what a DEQUANTIZE makes of binary16 ones, so that a model stored as float16 can be quantized again.</summary>
internal static class HalfConstants
{
    public static int Restore(Model model)
    {
        int restored = 0;
        foreach (Graph graph in model.Subgraphs.Prepend(model.Graph))
        {
            foreach (Node node in graph.Nodes.Where(n => n.Operator == "DEQUANTIZE" && n.Inputs[0] is { Constant.Type: DataType.Float16 } && !graph.IsOutput(n.Output)).ToArray())
            {
                TensorData half = node.Inputs[0]!.Constant!;
                Value real = graph.AddInitializer(node.Inputs[0]!.Name, DenseTensorData.Create(half.ToFloats(), half.Shape));
                node.Output.ReplaceUsesWith(real);
                graph.RemoveNode(node);
                restored++;
            }

            graph.RemoveInitializers(v => v.Uses.Count == 0 && v.Type == DataType.Float16 && !graph.IsOutput(v));
        }

        return restored;
    }
}
