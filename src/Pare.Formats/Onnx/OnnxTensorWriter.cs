using System.Runtime.InteropServices;
using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Writes <c>TensorProto</c> and <c>SparseTensorProto</c>: data as raw bytes, read when the message goes out. Source: onnx.proto.</summary>
internal static class OnnxTensorWriter
{
    public static WireWriter Tensor(string name, TensorData content)
    {
        WireWriter message = Head(content);
        if (content.Type == DataType.String)
        {
            foreach (ReadOnlyMemory<byte> s in content.GetStrings())
            {
                message.Bytes(6, s);
            }
        }

        if (name.Length > 0)
        {
            message.Text(8, name);
        }

        if (content.Type != DataType.String)
        {
            message.Bytes(9, content);
        }

        return message;
    }

    /// <summary>A tensor whose data lies elsewhere.</summary>
    public static WireWriter External(string name, TensorData content, string location, long offset)
    {
        WireWriter message = Head(content);
        message.Text(8, name);
        Entry(message, "location", location);
        Entry(message, "offset", OnnxMessages.VersionText(offset));
        Entry(message, "length", OnnxMessages.VersionText(content.ByteLength));
        message.Int64(14, 1);
        return message;
    }

    public static WireWriter Sparse(string name, SparseTensorData content)
    {
        WireWriter message = new();
        message.Message(1, Tensor(name, content.Values));
        message.Message(2, Tensor("", new DenseTensorData(DataType.Int64, new TensorShape(content.Positions.Length), MemoryMarshal.AsBytes(content.Positions).ToArray())));
        foreach (long d in content.Shape.Dimensions)
        {
            message.Int64(3, d);
        }

        return message;
    }

    /// <summary>Writes a <c>StringStringEntryProto</c> of a tensor's external data.</summary>
    private static void Entry(WireWriter message, string key, string value)
    {
        WireWriter entry = new();
        entry.Text(1, key);
        entry.Text(2, value);
        message.Message(13, entry);
    }

    private static WireWriter Head(TensorData content)
    {
        WireWriter message = new();
        foreach (long d in content.Shape.Dimensions)
        {
            message.Int64(1, d);
        }

        message.Int64(2, OnnxDataTypes.ToCode(content.Type));
        return message;
    }
}
