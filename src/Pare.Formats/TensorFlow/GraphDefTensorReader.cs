using System.Buffers.Binary;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>
/// Reads TensorProtos (tensor.proto). <c>tensor_content</c> wins over typed values; of fewer typed values than elements the last repeats; none means zeros;
/// a missing shape is a scalar. Dense bytes are views of the file wherever it holds them as such.
/// </summary>
internal static class GraphDefTensorReader
{
    private static readonly byte[] s_zero = new byte[16];

    /// <param name="raw">The TensorProto.</param>
    /// <param name="offset">Where it lies in the file.</param>
    /// <param name="node">The node it belongs to, for errors.</param>
    /// <param name="diagnostics">Receives what is tolerated.</param>
    /// <param name="otherFields">Fields that tell nothing about type, shape and values.</param>
    public static TensorData Read(ReadOnlyMemory<byte> raw, long offset, string node, IList<Diagnostic> diagnostics, out ReadOnlyMemory<byte> otherFields)
    {
        long code = 0;
        RawFields shapeBytes = default;
        long shapeOffset = offset;
        ReadOnlyMemory<byte> content = default;
        RawFields others = default;
        WireReader r = new(raw, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    code = r.Int32();
                    break;
                case 2:
                    ReadOnlyMemory<byte> part = r.Bytes();
                    shapeOffset = r.Offset + r.Position - part.Length;
                    shapeBytes.Add(part);
                    break;
                case 4:
                    content = r.Bytes();
                    break;
                case 5 or 6 or 7 or 8 or 9 or 10 or 11 or 12 or 13 or 14 or 15 or 16 or 17 or 18:
                    r.Skip();
                    break;
                default:
                    others.Add(r.Skip());
                    break;
            }
        }

        otherFields = others.ToMemory();
        TensorShape shape = ReadShape(shapeBytes.ToMemory(), shapeOffset, node);
        DataType type = GraphDefTypes.FromCode(code);
        if (type == DataType.String)
        {
            return ReadStrings(raw, offset, node, shape, content, diagnostics);
        }

        if (type.BitWidth() == 0)
        {
            return new GraphDefOpaqueTensor(type, shape, raw);
        }

        if (shape.Count == 0)
        {
            return new GraphDefDenseTensor(type, shape, default, raw);
        }

        long expected = GraphDefTypes.IsNarrow(type) ? shape.Count : type.ByteLength(shape.Count);
        if (content.Length > 0)
        {
            if (content.Length != expected)
            {
                throw new ModelFormatException(GraphDefFormat.Label, $"a tensor {type}{shape} takes {expected} bytes, but its tensor_content has {content.Length}", offset, node);
            }

            return new GraphDefDenseTensor(type, shape, GraphDefTypes.IsNarrow(type) ? PackNarrow(content.Span, type) : content, raw);
        }

        ReadOnlyMemory<byte> head = ReadValues(raw, offset, node, type, shape.Count, diagnostics);
        if (GraphDefTypes.IsNarrow(type))
        {
            return NarrowFromHead(head, type, shape, raw, offset, node);
        }

        return head.Length == expected ? new GraphDefDenseTensor(type, shape, head, raw) : new GraphDefSplatTensor(type, shape, head, raw);
    }

    private static TensorShape ReadShape(ReadOnlyMemory<byte> bytes, long offset, string node)
    {
        List<long> extents = [];
        WireReader r = new(bytes, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            if (r.Field == 2)
            {
                long size = 0;
                WireReader dim = r.Message();
                while (dim.Next())
                {
                    if (dim.Field == 1)
                    {
                        size = dim.Int64();
                    }
                    else
                    {
                        dim.Skip();
                    }
                }

                extents.Add(size);
            }
            else if (r.Field == 3)
            {
                if (r.Boolean())
                {
                    throw new ModelFormatException(GraphDefFormat.Label, "the shape of a constant's tensor is of unknown rank", r.FieldOffset, node);
                }
            }
            else
            {
                r.Skip();
            }
        }

        try
        {
            return extents.Count == 0 ? TensorShape.Scalar : new TensorShape(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(extents));
        }
        catch (GraphException e)
        {
            throw new ModelFormatException(GraphDefFormat.Label, e.Message, offset, node, e);
        }
    }

    // The typed values in dense layout, at most as many as the tensor has; one zero where there are none.
    private static ReadOnlyMemory<byte> ReadValues(ReadOnlyMemory<byte> raw, long offset, string node, DataType type, long count, IList<Diagnostic> diagnostics)
    {
        int field = GraphDefTypes.ValueField(type);
        int fixedSize = field switch { 5 or 9 => 4, 6 or 12 => 8, 18 => 1, _ => 0 };
        int parts = field is 9 or 12 ? 2 : 1;
        int size = GraphDefTypes.IsNarrow(type) ? 1 : type.BitWidth() / 8;
        long found = 0;
        int chunks = 0;
        ReadOnlyMemory<byte> chunk = default;
        WireReader r = new(raw, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            if (r.Field != field)
            {
                r.Skip();
            }
            else if (r.Type == WireType.Bytes)
            {
                chunk = r.Bytes();
                if (chunk.IsEmpty)
                {
                    continue;
                }

                chunks++;
                if (fixedSize > 0 && chunk.Length % fixedSize != 0)
                {
                    throw new ModelFormatException(GraphDefFormat.Label, $"{chunk.Length} bytes are no whole number of {fixedSize}-byte values", r.FieldOffset, node);
                }

                found += fixedSize > 0 ? chunk.Length / fixedSize : CountVarints(chunk.Span);
            }
            else
            {
                r.Skip();
                chunks += 2;
                found++;
            }
        }

        if (found % parts != 0)
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"{found} numbers are no whole number of complex values", offset, node);
        }

        if (found == 0)
        {
            return s_zero.AsMemory(0, size);
        }

        long elements = found / parts;
        if (elements > count)
        {
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"a tensor of {count} elements has {elements} values; the first {count} count", $"node '{node}'"));
            elements = count;
        }

        long length = elements * size;
        if (chunks == 1 && fixedSize > 0)
        {
            return chunk[..(int)length];
        }

        byte[] head = new byte[length];
        Fill(raw, offset, field, fixedSize, size, head);
        return head;
    }

    private static void Fill(ReadOnlyMemory<byte> raw, long offset, int field, int fixedSize, int size, Span<byte> head)
    {
        int at = 0;
        Span<byte> number = stackalloc byte[8];
        WireReader r = new(raw, GraphDefFormat.Label, offset);
        while (at < head.Length && r.Next())
        {
            if (r.Field != field)
            {
                r.Skip();
            }
            else if (r.Type == WireType.Bytes)
            {
                if (fixedSize > 0)
                {
                    ReadOnlySpan<byte> chunk = r.Bytes().Span;
                    int n = Math.Min(chunk.Length, head.Length - at);
                    chunk[..n].CopyTo(head[at..]);
                    at += n;
                    continue;
                }

                WireReader packed = r.Message();
                while (at < head.Length && packed.NextPacked(out ulong value))
                {
                    at += Put(value, number, size, head[at..]);
                }
            }
            else
            {
                ulong value = fixedSize switch { 4 => r.Fixed32(), 8 => r.Fixed64(), _ => r.Varint() };
                at += Put(value, number, fixedSize > 0 ? fixedSize : size, head[at..]);
            }
        }

        int Put(ulong value, Span<byte> number, int bytes, Span<byte> to)
        {
            // A truth value is 0 or 1 whatever number stands for it.
            BinaryPrimitives.WriteUInt64LittleEndian(number, field == 11 ? (value != 0 ? 1u : 0u) : value);
            int n = Math.Min(bytes, to.Length);
            number[..n].CopyTo(to);
            return n;
        }
    }

    private static long CountVarints(ReadOnlySpan<byte> bytes)
    {
        long n = 0;
        foreach (byte b in bytes)
        {
            n += b < 128 ? 1 : 0;
        }

        return n;
    }

    private static byte[] PackNarrow(ReadOnlySpan<byte> elements, DataType type)
    {
        int bits = type.BitWidth();
        int each = 8 / bits;
        byte[] packed = new byte[(elements.Length + each - 1) / each];
        for (int i = 0; i < elements.Length; i++)
        {
            packed[i / each] |= (byte)((elements[i] & ((1 << bits) - 1)) << (i % each * bits));
        }

        return packed;
    }

    private static GraphDefDenseTensor NarrowFromHead(ReadOnlyMemory<byte> head, DataType type, TensorShape shape, ReadOnlyMemory<byte> raw, long offset, string node)
    {
        // There is no class for short constants below a byte; such files are not known to exist, so a limit does no harm.
        if (shape.Count > Math.Max(1 << 24, head.Length))
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"a tensor {type}{shape} has {head.Length} values only; that many repetitions of a type below a byte are not read", offset, node);
        }

        byte[] elements = new byte[shape.Count];
        head.Span.CopyTo(elements);
        elements.AsSpan(head.Length).Fill(head.Span[^1]);
        return new GraphDefDenseTensor(type, shape, PackNarrow(elements, type), raw);
    }

    private static GraphDefStringTensor ReadStrings(ReadOnlyMemory<byte> raw, long offset, string node, TensorShape shape, ReadOnlyMemory<byte> content, IList<Diagnostic> diagnostics)
    {
        if (shape.Count > int.MaxValue)
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"a string tensor {shape} has more elements than can be listed ({int.MaxValue})", offset, node);
        }

        List<ReadOnlyMemory<byte>> strings = [];
        if (content.Length > 0 && shape.Count > 0)
        {
            ReadStringContent(content, offset, node, shape, strings);
        }
        else
        {
            WireReader r = new(raw, GraphDefFormat.Label, offset);
            while (r.Next())
            {
                if (r.Field != 8)
                {
                    r.Skip();
                    continue;
                }

                strings.Add(r.Bytes());
            }

            if (strings.Count > shape.Count)
            {
                diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"a tensor of {shape.Count} elements has {strings.Count} values; the first {shape.Count} count", $"node '{node}'"));
                strings.RemoveRange((int)shape.Count, strings.Count - (int)shape.Count);
            }
        }

        return new GraphDefStringTensor(shape, new RepeatedStrings([.. strings], (int)shape.Count), raw);
    }

    // Strings in tensor_content: all lengths as varints, then all bytes.
    private static void ReadStringContent(ReadOnlyMemory<byte> content, long offset, string node, TensorShape shape, List<ReadOnlyMemory<byte>> strings)
    {
        WireReader r = new(content, GraphDefFormat.Label, offset);
        List<ulong> lengths = [];
        ulong total = 0;
        while (lengths.Count < shape.Count && r.NextPacked(out ulong length))
        {
            lengths.Add(length);
            total = length > (ulong)content.Length ? ulong.MaxValue : total == ulong.MaxValue ? total : total + length;
        }

        if (lengths.Count < shape.Count || total != (ulong)(content.Length - r.Position))
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"the tensor_content of a string tensor {shape} does not hold {shape.Count} strings", offset, node);
        }

        int at = r.Position;
        foreach (ulong length in lengths)
        {
            strings.Add(content.Slice(at, (int)length));
            at += (int)length;
        }
    }
}
