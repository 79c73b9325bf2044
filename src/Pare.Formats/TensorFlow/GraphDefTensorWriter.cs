using System.Buffers.Binary;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>
/// Writes TensorProtos: one from a file as it stood there, any other as type, shape and <c>tensor_content</c>; short constants, single elements and types below a
/// byte as typed values, strings as <c>string_val</c>.
/// </summary>
internal static class GraphDefTensorWriter
{
    public static WireWriter Write(TensorData tensor, string node, ReadOnlyMemory<byte> otherFields = default)
    {
        WireWriter w = new();
        if (tensor is IGraphDefTensor own)
        {
            w.Raw(own.Raw);
            return w;
        }

        int code = GraphDefTypes.ToCode(tensor.Type);
        if (code <= 0)
        {
            throw new GraphException($"TensorFlow has no element type {tensor.Type}", node);
        }

        w.Varint(1, (ulong)code);
        w.Message(2, Shape(tensor.Shape));
        if (tensor.Type == DataType.String)
        {
            foreach (ReadOnlyMemory<byte> s in tensor.GetStrings())
            {
                w.Bytes(8, s);
            }
        }
        else if (tensor.Type.BitWidth() == 0)
        {
            throw new GraphException($"a tensor of type {tensor.Type} cannot be written", node);
        }
        else if (GraphDefTypes.IsNarrow(tensor.Type))
        {
            w.PackedInt64(7, tensor.ToInt64s());
        }
        else if (tensor.Count == 1)
        {
            byte[] one = new byte[tensor.ByteLength];
            tensor.ReadBytes(0, one);
            Values(w, tensor.Type, one);
        }
        else if (tensor is SplatTensorData splat)
        {
            if (splat.Count > 0)
            {
                Values(w, tensor.Type, splat.Head.Span);
            }
        }
        else if (tensor.Count > 0)
        {
            if (tensor.ByteLength > int.MaxValue)
            {
                throw new GraphException($"a tensor of {tensor.ByteLength} bytes is too large for a GraphDef, which holds at most 2 GB", node);
            }

            w.Bytes(4, tensor);
        }

        w.Raw(otherFields);
        return w;
    }

    public static WireWriter Shape(TensorShape shape)
    {
        WireWriter w = new();
        foreach (long extent in shape.Dimensions)
        {
            WireWriter dim = new();
            if (extent != 0)
            {
                dim.Int64(1, extent);
            }

            w.Message(2, dim);
        }

        return w;
    }

    private static void Values(WireWriter w, DataType type, ReadOnlySpan<byte> dense)
    {
        int field = GraphDefTypes.ValueField(type);
        if (field is 5 or 6 or 9 or 12 or 18)
        {
            w.Bytes(field, dense.ToArray());
            return;
        }

        int size = type.BitWidth() / 8;
        long[] values = new long[dense.Length / size];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> e = dense.Slice(i * size, size);
            values[i] = type switch
            {
                DataType.Int8 or DataType.QInt8 => (sbyte)e[0],
                DataType.Int16 or DataType.QInt16 => BinaryPrimitives.ReadInt16LittleEndian(e),
                DataType.Int32 or DataType.QInt32 => BinaryPrimitives.ReadInt32LittleEndian(e),
                _ => size switch
                {
                    1 => e[0],
                    2 => BinaryPrimitives.ReadUInt16LittleEndian(e),
                    4 => BinaryPrimitives.ReadUInt32LittleEndian(e),
                    _ => BinaryPrimitives.ReadInt64LittleEndian(e),
                },
            };
        }

        w.PackedInt64(field, values);
    }
}
