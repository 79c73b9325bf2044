using System.Text;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorBoard;

/// <summary>
/// A GraphDef without weights that draws a model of any vocabulary: its nodes, operators and edges, inputs as Placeholders, initializers as Consts. Meant for
/// looking at; TensorFlow would not run it. Thread-safe.
/// </summary>
public static class GraphSketch
{
    private const int NodeField = 1;
    private const int NameField = 1;
    private const int OperatorField = 2;
    private const int InputField = 3;
    private const int DeviceField = 4;
    private const int AttributeField = 5;
    private const int ValueTensorField = 8;

    /// <summary>Draws the model's main graph.</summary>
    public static byte[] Create(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Graph graph = model.Graph;
        HashSet<string> taken = new(StringComparer.Ordinal);
        Dictionary<Value, string> sources = [];
        Dictionary<Node, string> names = [];
        WireWriter sketch = new();
        foreach (Value input in graph.Inputs.Where(i => i.Producer is null))
        {
            Lone(sketch, sources, taken, input, "Placeholder");
        }

        foreach (Value initializer in graph.Initializers)
        {
            if (!sources.ContainsKey(initializer))
            {
                Lone(sketch, sources, taken, initializer, "Const");
            }
        }

        foreach (Node node in graph.Nodes)
        {
            string name = Unique(taken, node.Name.Length > 0 ? node.Name : node.Outputs.Count > 0 && node.Output.HasOwnName ? node.Output.Name : node.Operator);
            names[node] = name;
            foreach (Value output in node.Outputs)
            {
                sources[output] = output.OutputIndex == 0 ? name : $"{name}:{output.OutputIndex}";
            }
        }

        foreach (Node node in graph.Nodes)
        {
            WireWriter w = new();
            w.Text(NameField, names[node]);
            w.Text(OperatorField, node.Operator);
            foreach (Value? input in node.Inputs)
            {
                if (input is not null && sources.TryGetValue(input, out string? source))
                {
                    w.Text(InputField, source);
                }
            }

            foreach (Node before in node.ControlInputs)
            {
                w.Text(InputField, "^" + names[before]);
            }

            if (node.Device.Length > 0)
            {
                w.Text(DeviceField, node.Device);
            }

            sketch.Message(NodeField, w);
        }

        return sketch.ToArray();
    }

    private static void Lone(WireWriter sketch, Dictionary<Value, string> sources, HashSet<string> taken, Value value, string @operator)
    {
        string name = Unique(taken, value.Name);
        sources[value] = name;
        WireWriter w = new();
        w.Text(NameField, name);
        w.Text(OperatorField, @operator);
        if (@operator == "Const")
        {
            Empty(w);
        }

        sketch.Message(NodeField, w);
    }

    // The attribute "value" as a tensor that says nothing: a Const without one is none.
    private static void Empty(WireWriter node)
    {
        WireWriter content = new();
        content.Message(ValueTensorField, new WireWriter());
        WireWriter entry = new();
        entry.Text(1, "value");
        entry.Message(2, content);
        node.Message(AttributeField, entry);
    }

    // Names by TensorFlow's rule, so that TensorBoard groups them by their slashes: a letter, digit or dot first, no colons.
    private static string Unique(HashSet<string> taken, string wanted)
    {
        StringBuilder safe = new(wanted.Length);
        foreach (char c in wanted.TrimStart('/'))
        {
            safe.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' ? c : '_');
        }

        if (safe.Length == 0 || !(char.IsAsciiLetterOrDigit(safe[0]) || safe[0] == '.'))
        {
            safe.Insert(0, "n");
        }

        string name = safe.ToString();
        string candidate = name;
        for (int i = 1; !taken.Add(candidate); i++)
        {
            candidate = $"{name}_{i}";
        }

        return candidate;
    }
}
