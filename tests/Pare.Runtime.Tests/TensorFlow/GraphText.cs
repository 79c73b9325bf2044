using System.Text;
using Pare.Formats;
using Pare.Formats.TensorFlow;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Graphs written as text, a line a node: <c>name = Operator(inputs) {attributes in the text form}</c>.</summary>
internal static class GraphText
{
    /// <summary>Runs a graph.</summary>
    /// <param name="graph">Nodes of the main graph.</param>
    /// <param name="library">Functions in the text form.</param>
    /// <param name="feeds">What is fed.</param>
    /// <param name="fetches">What is computed.</param>
    public static IReadOnlyList<TensorData> Run(string graph, string library, (string Name, TensorData Value)[] feeds, params string[] fetches)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(Read(graph, library), new SessionOptions { Feeds = [.. feeds.Select(f => f.Name)], Fetches = fetches });
        return session.Run([.. feeds.Select(f => f.Value)]);
    }

    public static Model Read(string graph, string library)
    {
        string text = Nodes("node", graph) + (library.Length > 0 ? "library { " + library + " }" : "");
        return new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(Encoding.UTF8.GetBytes(text)), Suffix = ".pbtxt" });
    }

    /// <summary>A function: <c>name: type name, … -> name type = value, …</c>, then its nodes.</summary>
    public static string Function(string signature, string nodes)
    {
        string[] parts = signature.Split([": ", " -> "], StringSplitOptions.None);
        StringBuilder b = new($"function {{ signature {{ name: \"{parts[0]}\" ");
        foreach (string[] argument in parts[1].Split(", ").Select(a => a.Split(' ')))
        {
            b.Append($"input_arg {{ name: \"{argument[1]}\" type: DT_{argument[0]} }} ");
        }

        string[][] results = [.. parts[2].Split(", ").Select(r => r.Split(' '))];
        foreach (string[] r in results)
        {
            b.Append($"output_arg {{ name: \"{r[1]}\" type: DT_{r[0]} }} ");
        }

        b.Append("} ").Append(Nodes("node_def", nodes));
        foreach (string[] r in results)
        {
            b.Append($"ret {{ key: \"{r[1]}\" value: \"{r[3]}\" }} ");
        }

        return b.Append("} ").ToString();
    }

    private static string Nodes(string field, string lines)
    {
        StringBuilder b = new();
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal), open = line.IndexOf('(', StringComparison.Ordinal), close = line.IndexOf(')', StringComparison.Ordinal);
            b.Append($"{field} {{ name: \"{line[..equals].Trim()}\" op: \"{line[(equals + 1)..open].Trim()}\" ");
            foreach (string input in line[(open + 1)..close].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                b.Append($"input: \"{input}\" ");
            }

            foreach (string attribute in line[(close + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                int colon = attribute.IndexOf(':', StringComparison.Ordinal);
                b.Append($"attr {{ key: \"{attribute[..colon].Trim()}\" value {{ {attribute[(colon + 1)..].Trim()} }} }} ");
            }

            b.Append("} ");
        }

        return b.ToString();
    }
}
