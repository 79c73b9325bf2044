using System.Globalization;
using System.Text;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>
/// Writes a GraphDef: nodes in the graph's order, then everything else as it stood in the file. What was not touched is written as it was read; nothing is
/// added, <c>versions</c> neither. Large tensors go from where they lie to the stream.
/// </summary>
internal static class GraphDefWriter
{
    private const int FlushFrom = 1 << 18;

    public static void Write(Model model, Stream stream)
    {
        using TensorPump pump = new(stream);
        WireWriter file = new();
        foreach (Node n in model.Graph.Nodes)
        {
            file.Message(1, WriteNode(n, model.Vocabulary.TraitsOf(n)));
            if (file.Length >= FlushFrom)
            {
                file.CopyTo(pump);
                file = new WireWriter();
            }
        }

        file.Raw(OtherFields(model));
        file.CopyTo(pump);
        pump.Flush();
    }

    /// <summary>All fields of the file but the nodes.</summary>
    public static ReadOnlyMemory<byte> OtherFields(Model model) => GraphDefLibraryWriter.OtherFields(model);

    public static WireWriter WriteNode(Node node, OperatorTraits traits, bool inFunction = false)
    {
        Check(node);
        GraphDefNodeExtension? extension = node.Extension as GraphDefNodeExtension;
        WireWriter w = new();
        w.Text(1, node.Name);
        w.Text(2, node.Operator);
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            w.Text(3, inFunction && node.Inputs[i] is { } v ? GraphDefFunctionWriter.InputText(v) : Input(node, i, extension));
        }

        foreach (Node c in node.ControlInputs)
        {
            w.Text(3, "^" + c.Name);
        }

        if (node.Device.Length > 0)
        {
            w.Text(4, node.Device);
        }

        WriteAttributes(w, node, traits, extension);
        w.Raw(extension?.Fields ?? default);
        return w;
    }

    private static void WriteAttributes(WireWriter w, Node node, OperatorTraits traits, GraphDefNodeExtension? extension)
    {
        TensorData? constant = traits.Kind == OperatorKind.Constant && node.Outputs.Count > 0 ? node.Output.Constant : null;
        if (traits.Kind == OperatorKind.Constant && constant is null)
        {
            throw new GraphException("the constant has no content", node.Name);
        }

        if (constant is not null && !node.Attributes.ContainsKey("dtype"))
        {
            WriteAttribute(w, "dtype", GraphDefAttributeWriter.Write(AttributeValue.Of(constant.Type), node.Name));
        }

        int position = 0;
        foreach ((string key, AttributeValue value) in node.Attributes)
        {
            if (constant is not null && position++ == extension?.ValuePosition)
            {
                WriteConstant(w, node, constant, extension);
                constant = null;
            }

            // A constant's content tells its type; the attribute follows it.
            bool stale = key == "dtype" && traits.Kind == OperatorKind.Constant && value.Kind == AttributeKind.Type
                && node.Output.Constant is { Type: not DataType.Undefined } content && content.Type != value.AsType;
            if (!stale && value.Extension is GraphDefRaw raw)
            {
                int name = Encoding.UTF8.GetByteCount(key);
                w.Begin(5, 2 + WireWriter.VarintLength((ulong)name) + name + WireWriter.VarintLength((ulong)raw.Bytes.Length) + raw.Bytes.Length);
                w.Text(1, key);
                w.Bytes(2, raw.Bytes);
                continue;
            }

            WriteAttribute(w, key, GraphDefAttributeWriter.Write(stale ? AttributeValue.Of(node.Output.Constant!.Type) : value, node.Name));
        }

        if (constant is not null)
        {
            WriteConstant(w, node, constant, extension);
        }
    }

    private static void WriteConstant(WireWriter w, Node node, TensorData constant, GraphDefNodeExtension? extension)
    {
        WireWriter value = new();
        value.Message(8, GraphDefTensorWriter.Write(constant, node.Name, extension?.TensorFields ?? default));
        value.Raw(extension?.ValueFields ?? default);
        WriteAttribute(w, "value", value);
    }

    private static void WriteAttribute(WireWriter w, string key, WireWriter value)
    {
        WireWriter entry = new();
        entry.Text(1, key);
        entry.Message(2, value);
        w.Message(5, entry);
    }

    private static string Input(Node node, int index, GraphDefNodeExtension? extension)
    {
        if (node.Inputs[index] is not { } value)
        {
            throw new GraphException($"input {index} is left out, which a GraphDef cannot say", node.Name);
        }

        if (value.Producer is not { } producer)
        {
            throw new GraphException($"input {index} ('{value.Name}') is made by no node; a GraphDef knows nodes only", node.Name);
        }

        bool explicitZero = value.OutputIndex == 0 && index < 64 && ((extension?.ExplicitPorts ?? 0) >> index & 1) != 0;
        return value.OutputIndex == 0 && !explicitZero ? producer.Name : string.Create(CultureInfo.InvariantCulture, $"{producer.Name}:{value.OutputIndex}");
    }

    private static void Check(Node node)
    {
        if (!GraphDefText.IsNodeName(Encoding.UTF8.GetBytes(node.Name)))
        {
            throw new GraphException("TensorFlow refuses this name: letters, digits and '.' first, then also '_', '-', '/' and '>'", node.Name);
        }

        if (node.Domain.Length > 0)
        {
            throw new GraphException($"the operator '{node.Domain}::{node.Operator}' is none of TensorFlow's", node.Name);
        }

        foreach (Graph g in node.Subgraphs())
        {
            throw new GraphException($"the node holds the graph '{g.Name}'; a GraphDef's nodes hold none", node.Name);
        }
    }
}
