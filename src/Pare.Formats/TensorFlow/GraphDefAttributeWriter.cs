using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>Writes AttrValues: one from a file as it stood there, any other from its value.</summary>
internal static class GraphDefAttributeWriter
{
    public static WireWriter Write(AttributeValue value, string node)
    {
        WireWriter w = new();
        if (value.Extension is GraphDefRaw raw)
        {
            w.Raw(raw.Bytes);
            return w;
        }

        switch (value.Kind)
        {
            case AttributeKind.Integer:
                w.Int64(3, value.AsInteger);
                break;
            case AttributeKind.Float:
                w.Float(4, value.AsFloat);
                break;
            case AttributeKind.Boolean:
                w.Boolean(5, value.AsBoolean);
                break;
            case AttributeKind.String:
                w.Bytes(2, value.AsBytes);
                break;
            case AttributeKind.Type:
                w.Varint(6, Code(value.AsType, node));
                break;
            case AttributeKind.Shape:
                w.Message(7, Shape(value.AsShape));
                break;
            case AttributeKind.Tensor:
                w.Message(8, GraphDefTensorWriter.Write(value.AsTensor, node));
                break;
            case AttributeKind.Placeholder:
                w.Text(9, value.AsString);
                break;
            case AttributeKind.Function:
                w.Message(10, Function(value.AsFunction, node));
                break;
            case AttributeKind.Raw:
                w.Raw(value.AsRaw);
                break;
            default:
                w.Message(1, List(value, node));
                break;
        }

        return w;
    }

    private static WireWriter List(AttributeValue value, string node)
    {
        WireWriter w = new();
        switch (value.Kind)
        {
            case AttributeKind.EmptyList:
                break;
            case AttributeKind.Integers:
                Packed(w, 3, [.. value.AsIntegers]);
                break;
            case AttributeKind.Floats when value.AsFloats.Length > 0:
                w.PackedFloat(4, value.AsFloats.AsSpan());
                break;
            case AttributeKind.Floats:
                break;
            case AttributeKind.Booleans:
                Packed(w, 5, [.. value.AsBooleans.Select(b => b ? 1L : 0L)]);
                break;
            case AttributeKind.Strings:
                foreach (ReadOnlyMemory<byte> s in value.AsStrings)
                {
                    w.Bytes(2, s);
                }

                break;
            case AttributeKind.Types:
                Packed(w, 6, [.. value.AsTypes.Select(t => (long)Code(t, node))]);
                break;
            case AttributeKind.Shapes:
                foreach (SymbolicShape? s in value.AsShapes)
                {
                    w.Message(7, Shape(s));
                }

                break;
            case AttributeKind.Tensors:
                foreach (TensorData t in value.AsTensors)
                {
                    w.Message(8, GraphDefTensorWriter.Write(t, node));
                }

                break;
            case AttributeKind.Functions:
                foreach (FunctionReference f in value.AsFunctions)
                {
                    w.Message(9, Function(f, node));
                }

                break;
            default:
                throw new GraphException($"a GraphDef has no attributes of kind {value.Kind}", node);
        }

        return w;
    }

    private static void Packed(WireWriter w, int field, long[] values)
    {
        if (values.Length > 0)
        {
            w.PackedInt64(field, values);
        }
    }

    private static WireWriter Function(FunctionReference function, string node)
    {
        WireWriter w = new();
        w.Text(1, function.Name);
        foreach ((string key, AttributeValue value) in function.Attributes)
        {
            WireWriter entry = new();
            entry.Text(1, key);
            entry.Message(2, Write(value, node));
            w.Message(2, entry);
        }

        return w;
    }

    private static WireWriter Shape(SymbolicShape? shape)
    {
        WireWriter w = new();
        if (shape is null)
        {
            w.Boolean(3, true);
            return w;
        }

        foreach (Dimension d in shape.Dimensions)
        {
            WireWriter dim = new();
            if (d.Value != 0)
            {
                dim.Int64(1, d.Value ?? -1);
            }

            w.Message(2, dim);
        }

        return w;
    }

    private static ulong Code(DataType type, string node)
    {
        int code = GraphDefTypes.ToCode(type);
        return code >= 0 ? (ulong)code : throw new GraphException($"TensorFlow has no element type {type}", node);
    }
}
