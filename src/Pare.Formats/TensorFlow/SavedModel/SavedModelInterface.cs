using System.Text;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Gives a graph's inputs and outputs the names that a signature gives them, where TensorFlow allows them as node names.</summary>
internal static class SavedModelInterface
{
    public static void Name(Graph graph, SavedModelSignature signature)
    {
        UniqueNames names = new(graph);
        for (int i = 0; i < signature.Inputs.Count; i++)
        {
            string key = signature.Inputs[i].Key;
            if (graph.Inputs[i].Producer is { Outputs.Count: 1 } node && node.Name != key && IsFree(names, key))
            {
                node.Name = names.Make(key);
            }
        }

        for (int i = 0; i < signature.Outputs.Count; i++)
        {
            string key = signature.Outputs[i].Key;
            Value value = graph.Outputs[i];
            if ((value.Producer is { } p && p.Name == key && value.OutputIndex == 0) || !IsFree(names, key))
            {
                continue;
            }

            Node output = graph.CreateNode(names.Make(key), "Identity", [value]);
            output.Attributes["T"] = AttributeValue.Of(value.Type != DataType.Undefined ? value.Type : signature.Outputs[i].Type);
            output.Output.Type = output.Attributes["T"].AsType;
            graph.Outputs[i] = output.Output;
        }
    }

    private static bool IsFree(UniqueNames names, string key) => GraphDefText.IsNodeName(Encoding.UTF8.GetBytes(key)) && !names.IsTaken(key);
}
