using System.Globalization;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>Writes a function that Pare made or changed as a FunctionDef (function.proto).</summary>
internal static class GraphDefFunctionWriter
{
    public static WireWriter Write(ModelFunction function, Vocabulary vocabulary)
    {
        WireWriter signature = new();
        signature.Text(1, function.Name);
        foreach (Value v in function.Body.Inputs)
        {
            signature.Message(2, Argument(v.Name, v, function));
        }

        IReadOnlyList<string>? names = (function.Extension as GraphDefFunctionExtension)?.OutputNames;
        WireWriter returned = new();
        for (int i = 0; i < function.Body.Outputs.Count; i++)
        {
            Value v = function.Body.Outputs[i];
            string name = names is not null && i < names.Count ? names[i] : string.Create(CultureInfo.InvariantCulture, $"output_{i}");
            signature.Message(3, Argument(name, v, function));
            returned.Message(4, Entry(name, InputText(v)));
        }

        WireWriter waited = new();
        foreach (Node n in function.ControlOutputs)
        {
            signature.Text(20, n.Name);
            waited.Message(6, Entry(n.Name, n.Name));
        }

        WireWriter w = new();
        w.Message(1, signature);
        foreach (Node n in function.Body.Nodes)
        {
            w.Message(3, GraphDefWriter.WriteNode(n, vocabulary.TraitsOf(n), inFunction: true));
        }

        w.Raw(returned.ToArray());
        w.Raw(waited.ToArray());
        return w;
    }

    /// <summary>An input as a function's body writes it.</summary>
    public static string InputText(Value value) => value.Producer is { } p && !value.HasOwnName
        ? string.Create(CultureInfo.InvariantCulture, $"{p.Name}:{TensorFlowOutputs.NameOf(p.Operator, value.OutputIndex, out int index)}:{index}")
        : value.Name;

    private static WireWriter Argument(string name, Value value, ModelFunction function)
    {
        int code = GraphDefTypes.ToCode(value.Type);
        if (code <= 0)
        {
            throw new GraphException($"the type of '{value.Name}' in the function '{function.Name}' is not known, which a GraphDef must say");
        }

        WireWriter w = new();
        w.Text(1, name);
        w.Varint(3, (ulong)code);
        return w;
    }

    private static WireWriter Entry(string key, string value)
    {
        WireWriter w = new();
        w.Text(1, key);
        w.Text(2, value);
        return w;
    }
}
