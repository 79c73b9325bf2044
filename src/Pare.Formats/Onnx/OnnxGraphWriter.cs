using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Writes <c>GraphProto</c> and <c>NodeProto</c>: what nobody changed as it stood, the rest anew. Source: onnx.proto.</summary>
/// <param name="irVersion">Version of the representation: before 4, initializers are inputs too.</param>
/// <param name="placeExternally">Says where an initializer's content lies outside of the message, or null for inside.</param>
internal sealed class OnnxGraphWriter(long irVersion, Func<Value, (string Location, long Offset)?> placeExternally)
{
    /// <summary>Writes fields as they stood.</summary>
    public static void Raw(WireWriter message, OnnxFields? fields)
    {
        foreach (ReadOnlyMemory<byte> f in fields?.Fields ?? [])
        {
            message.Raw(f);
        }
    }

    /// <summary>The main graph's message.</summary>
    public WireWriter MainGraph(Graph graph) => GraphMessage(graph, isMain: true);

    /// <summary>A node's message.</summary>
    public WireWriter Node(Node node)
    {
        WireWriter message = new();
        OnnxNodeInfo? info = node.Extension as OnnxNodeInfo;
        Raw(message, info?.Other);
        foreach (Value? v in node.Inputs)
        {
            message.Text(1, v?.Name ?? "");
        }

        foreach (Value v in node.Outputs)
        {
            message.Text(2, v.Name);
        }

        if (node.Name.Length > 0)
        {
            message.Text(3, node.Name);
        }

        message.Text(4, node.Operator);
        if (node.Operator == "Constant" && node.Outputs.Count == 1 && node.Output.Constant is { } content)
        {
            Constant(message, content, info, node.Name);
        }

        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            message.Message(5, OnnxAttributeWriter.Attribute(name, value, node.Name, g => GraphMessage(g, isMain: false)));
        }

        if (node.Domain.Length > 0)
        {
            message.Text(7, node.Domain);
        }

        return message;
    }

    /// <summary><c>value_info</c> entries of a graph's values, in the file's order, as fields of that number.</summary>
    public static void InnerDeclarations(WireWriter message, int field, Graph graph, OnnxGraphInfo? info)
    {
        List<(int Ordinal, Action Write)> entries = [];
        foreach ((int ordinal, ReadOnlyMemory<byte> bytes) in info?.Orphans ?? [])
        {
            entries.Add((ordinal, () => message.Bytes(field, bytes)));
        }

        foreach (Value v in graph.Inputs.Concat(graph.Initializers).Concat(graph.Nodes.SelectMany(n => n.Outputs)))
        {
            if (v.Extension is OnnxValueInfo { Inner: { } d })
            {
                entries.Add((d.Ordinal, () => Declaration(message, field, v, d)));
            }
        }

        foreach ((int _, Action write) in entries.OrderBy(e => e.Ordinal))
        {
            write();
        }
    }

    private static void Constant(WireWriter message, TensorData content, OnnxNodeInfo? info, string node)
    {
        if (info is { Attribute.Length: > 0 } && ReferenceEquals(info.Content, content))
        {
            message.Bytes(5, info.Attribute);
            return;
        }

        WireWriter attribute = new();
        if (content is SparseTensorData sparse)
        {
            attribute.Text(1, "sparse_value");
            attribute.Message(22, OnnxTensorWriter.Sparse("", sparse));
            attribute.Int64(20, OnnxAttributeReader.TypeSparse);
            message.Message(5, attribute);
            return;
        }

        message.Message(5, OnnxAttributeWriter.Attribute("value", AttributeValue.Of(content), node, _ => throw new GraphException("a constant holds no graph", node)));
    }

    private WireWriter GraphMessage(Graph graph, bool isMain)
    {
        WireWriter message = new();
        OnnxGraphInfo? info = graph.Extension as OnnxGraphInfo;
        Raw(message, info?.Other);
        foreach (Node n in graph.Nodes)
        {
            message.Message(1, Node(n));
        }

        string name = graph.Name.Length == 0 && info is null ? "main" : graph.Name;
        if (name.Length > 0)
        {
            message.Text(2, name);
        }

        foreach (Value v in graph.Initializers)
        {
            Initializer(message, v);
        }

        Inputs(message, graph, isMain);
        foreach (Value v in graph.Outputs)
        {
            Declaration(message, 12, v, (v.Extension as OnnxValueInfo)?.Output);
        }

        InnerDeclarations(message, 13, graph, info);
        return message;
    }

    // Before version 4 of the representation, initializers must be declared as inputs; such declarations keep their places.
    private void Inputs(WireWriter message, Graph graph, bool isMain)
    {
        Dictionary<int, Value> fixedInputs = [];
        foreach (Value v in graph.Initializers)
        {
            if (v.Extension is OnnxValueInfo { Input: { } d })
            {
                fixedInputs[d.Ordinal] = v;
            }
        }

        int place = 0;
        void WriteFixed()
        {
            while (fixedInputs.Remove(place, out Value? v))
            {
                Declaration(message, 11, v, ((OnnxValueInfo)v.Extension!).Input);
                place++;
            }
        }

        foreach (Value v in graph.Inputs)
        {
            WriteFixed();
            Declaration(message, 11, v, (v.Extension as OnnxValueInfo)?.Input);
            place++;
        }

        foreach ((int _, Value v) in fixedInputs.OrderBy(p => p.Key))
        {
            Declaration(message, 11, v, ((OnnxValueInfo)v.Extension!).Input);
        }

        if (!isMain || irVersion >= 4)
        {
            return;
        }

        foreach (Value v in graph.Initializers)
        {
            if (v.Extension is not OnnxValueInfo { Input: not null } && v.Constant is not SparseTensorData)
            {
                Declaration(message, 11, v, null);
            }
        }
    }

    private void Initializer(WireWriter message, Value value)
    {
        TensorData content = value.Constant ?? throw new GraphException($"the initializer '{value.Name}' has no content");
        OnnxTensorMessage? kept = value.Extension is OnnxValueInfo { Tensor: { } t } && ReferenceEquals(t.Content, content) ? t : null;
        if (content is SparseTensorData sparse)
        {
            if (kept?.Name == value.Name)
            {
                message.Bytes(15, kept.Message);
            }
            else
            {
                message.Message(15, OnnxTensorWriter.Sparse(value.Name, sparse));
            }
        }
        else if (placeExternally(value) is (string location, long offset))
        {
            message.Message(5, OnnxTensorWriter.External(value.Name, content, location, offset));
        }
        else if (kept is not null)
        {
            if (kept.Name == value.Name)
            {
                message.Bytes(5, kept.Message);
            }
            else
            {
                message.Message(5, OnnxMessages.Renamed(kept.Message, 8, value.Name));
            }
        }
        else
        {
            message.Message(5, OnnxTensorWriter.Tensor(value.Name, content));
        }
    }

    private static void Declaration(WireWriter message, int field, Value value, OnnxDeclaration? kept)
    {
        bool same = kept is not null && (value.IsConstant || (kept.Type == DataType.Undefined && kept.Shape is null) || (kept.Type == value.Type && Equals(kept.Shape, value.Shape)));
        if (!same)
        {
            message.Message(field, OnnxMessages.Declaration(value.Name, value.Type, value.Shape));
        }
        else if (kept!.Name == value.Name)
        {
            message.Bytes(field, kept.Message);
        }
        else
        {
            message.Message(field, OnnxMessages.Renamed(kept.Message, 1, value.Name));
        }
    }
}
