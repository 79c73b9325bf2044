using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Writes <c>AttributeProto</c>. Source: onnx.proto.</summary>
internal static class OnnxAttributeWriter
{
    /// <exception cref="GraphException">ONNX has no attribute of that kind.</exception>
    public static WireWriter Attribute(string name, AttributeValue value, string node, Func<Graph, WireWriter> writeGraph)
    {
        WireWriter message = new();
        if (value.Kind == AttributeKind.Raw)
        {
            message.Raw(value.AsRaw);
            return message;
        }

        message.Text(1, name);
        OnnxAttributeInfo? info = value.Extension as OnnxAttributeInfo;
        int type = info is { IsAbsent: true } && value.Kind != AttributeKind.Placeholder ? info.Type : Value(message, name, value, info, node, writeGraph);
        OnnxGraphWriter.Raw(message, info?.Other);
        type = info?.Type ?? type;
        if (type != 0)
        {
            message.Int64(20, type);
        }

        return message;
    }

    private static int Value(WireWriter message, string name, AttributeValue value, OnnxAttributeInfo? info, string node, Func<Graph, WireWriter> writeGraph)
    {
        switch (value.Kind)
        {
            case AttributeKind.Float:
                message.Float(2, value.AsFloat);
                return OnnxAttributeReader.TypeFloat;
            case AttributeKind.Integer or AttributeKind.Boolean:
                message.Int64(3, value.AsInteger);
                return OnnxAttributeReader.TypeInt;
            case AttributeKind.Type:
                message.Int64(3, OnnxDataTypes.ToCode(value.AsType));
                return OnnxAttributeReader.TypeInt;
            case AttributeKind.String:
                message.Bytes(4, value.AsBytes);
                return OnnxAttributeReader.TypeString;
            case AttributeKind.Tensor:
                if (info is { Tensor.Length: > 0 })
                {
                    message.Bytes(5, info.Tensor);
                }
                else
                {
                    message.Message(5, OnnxTensorWriter.Tensor("", value.AsTensor));
                }

                return OnnxAttributeReader.TypeTensor;
            case AttributeKind.Graph:
                message.Message(6, writeGraph(value.AsGraph));
                return OnnxAttributeReader.TypeGraph;
            case AttributeKind.Floats:
                foreach (float f in value.AsFloats)
                {
                    message.Float(7, f);
                }

                return OnnxAttributeReader.TypeFloats;
            case AttributeKind.Integers or AttributeKind.EmptyList:
                foreach (long i in value.AsIntegers)
                {
                    message.Int64(8, i);
                }

                return OnnxAttributeReader.TypeInts;
            case AttributeKind.Booleans:
                foreach (bool b in value.AsBooleans)
                {
                    message.Boolean(8, b);
                }

                return OnnxAttributeReader.TypeInts;
            case AttributeKind.Strings:
                foreach (ReadOnlyMemory<byte> s in value.AsStrings)
                {
                    message.Bytes(9, s);
                }

                return OnnxAttributeReader.TypeStrings;
            case AttributeKind.Tensors:
                foreach (TensorData t in value.AsTensors)
                {
                    message.Message(10, OnnxTensorWriter.Tensor("", t));
                }

                return 9;
            case AttributeKind.Graphs:
                foreach (Graph g in value.AsGraphs)
                {
                    message.Message(11, writeGraph(g));
                }

                return OnnxAttributeReader.TypeGraphs;
            case AttributeKind.Placeholder:
                message.Text(21, value.AsString);
                return 0;
            default:
                throw new GraphException($"ONNX has no attribute of kind {value.Kind}, which '{name}' is", node);
        }
    }
}
