using System.Collections.Immutable;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>
/// Reads AttrValues (attr_value.proto). Equal small values are read once and shared, since a graph repeats few of them many times. One instance a file; not
/// thread-safe.
/// </summary>
internal sealed class GraphDefAttributeReader(IList<Diagnostic> diagnostics)
{
    private const int SharedUpTo = 256;

    private readonly Dictionary<ReadOnlyMemory<byte>, AttributeValue> _shared = new(ByteStrings.Comparer);
    private readonly Dictionary<ReadOnlyMemory<byte>, string> _words = new(ByteStrings.Comparer);

    /// <summary>A text that files repeat (operator, attribute name, device), one string for all its places.</summary>
    /// <exception cref="ModelFormatException">The bytes are not UTF-8.</exception>
    public string Word(ReadOnlyMemory<byte> bytes, long offset)
    {
        if (bytes.IsEmpty)
        {
            return "";
        }

        if (!_words.TryGetValue(bytes, out string? word))
        {
            word = GraphDefText.Decode(bytes.Span, offset);
            _words[bytes] = word;
        }

        return word;
    }

    /// <summary>Reads one AttrValue.</summary>
    public AttributeValue Read(ReadOnlyMemory<byte> raw, long offset, string node, int depth = 0)
    {
        if (raw.Length > SharedUpTo)
        {
            return Parse(raw, offset, node, depth).WithExtension(new GraphDefRaw(raw));
        }

        if (!_shared.TryGetValue(raw, out AttributeValue? value))
        {
            value = Parse(raw, offset, node, depth).WithExtension(new GraphDefRaw(raw));
            _shared[raw] = value;
        }

        return value;
    }

    private AttributeValue Parse(ReadOnlyMemory<byte> raw, long offset, string node, int depth)
    {
        if (depth > WireReader.MaxDepth)
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"more than {WireReader.MaxDepth} attributes inside each other", offset, node);
        }

        // The members exclude each other: the last one counts; a message that comes twice is merged.
        int member = 0;
        ulong number = 0;
        RawFields message = default;
        long messageOffset = offset;
        WireReader r = new(raw, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            int field = r.Field;
            switch (field)
            {
                case 3 or 5 or 6:
                    number = r.Varint();
                    break;
                case 4:
                    number = r.Fixed32();
                    break;
                case 2 or 9:
                    message = default;
                    message.Add(r.Bytes());
                    break;
                case 1 or 7 or 8 or 10:
                    if (field != member)
                    {
                        message = default;
                    }

                    ReadOnlyMemory<byte> part = r.Bytes();
                    messageOffset = r.Offset + r.Position - part.Length;
                    message.Add(part);
                    break;
                default:
                    r.Skip();
                    continue;
            }

            member = field;
        }

        ReadOnlyMemory<byte> bytes = message.ToMemory();
        return member switch
        {
            1 => ReadList(bytes, messageOffset, node, depth),
            2 => AttributeValue.Of(bytes),
            3 => AttributeValue.Of(unchecked((long)number)),
            4 => AttributeValue.Of(BitConverter.UInt32BitsToSingle((uint)number)),
            5 => AttributeValue.Of(number != 0),
            6 => AttributeValue.Of(GraphDefTypes.FromCode(unchecked((int)number))),
            7 => AttributeValue.OfShape(ReadShape(bytes, messageOffset)),
            8 => AttributeValue.Of(GraphDefTensorReader.Read(bytes, messageOffset, node, diagnostics, out _)),
            9 => AttributeValue.Placeholder(GraphDefText.Decode(bytes.Span, messageOffset)),
            10 => AttributeValue.Of(ReadFunction(bytes, messageOffset, node, depth)),
            _ => AttributeValue.Raw(raw),
        };
    }

    private AttributeValue ReadList(ReadOnlyMemory<byte> bytes, long offset, string node, int depth)
    {
        if (bytes.IsEmpty)
        {
            return AttributeValue.EmptyList();
        }

        List<ReadOnlyMemory<byte>> strings = [];
        List<long> integers = [], booleans = [], types = [];
        List<float> floats = [];
        List<SymbolicShape?> shapes = [];
        List<TensorData> tensors = [];
        List<FunctionReference> functions = [];
        WireReader r = new(bytes, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            switch (r.Field)
            {
                case 2:
                    strings.Add(r.Bytes());
                    break;
                case 3:
                    r.Int64s(integers);
                    break;
                case 4:
                    r.Floats(floats);
                    break;
                case 5:
                    r.Int64s(booleans);
                    break;
                case 6:
                    r.Int64s(types);
                    break;
                case 7:
                    ReadOnlyMemory<byte> shape = r.Bytes();
                    shapes.Add(ReadShape(shape, r.Offset + r.Position - shape.Length));
                    break;
                case 8:
                    ReadOnlyMemory<byte> tensor = r.Bytes();
                    tensors.Add(GraphDefTensorReader.Read(tensor, r.Offset + r.Position - tensor.Length, node, diagnostics, out _));
                    break;
                case 9:
                    ReadOnlyMemory<byte> function = r.Bytes();
                    functions.Add(ReadFunction(function, r.Offset + r.Position - function.Length, node, depth + 1));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        int kinds = Has(strings.Count) + Has(integers.Count) + Has(booleans.Count) + Has(types.Count) + Has(floats.Count) + Has(shapes.Count) + Has(tensors.Count) + Has(functions.Count);
        return (kinds, strings, integers, floats, booleans, types, shapes, tensors, functions) switch
        {
            (0, _, _, _, _, _, _, _, _) => AttributeValue.EmptyList(),
            ( > 1, _, _, _, _, _, _, _, _) => AttributeValue.Raw(bytes),
            (_, { Count: > 0 }, _, _, _, _, _, _, _) => AttributeValue.Of([.. strings]),
            (_, _, { Count: > 0 }, _, _, _, _, _, _) => AttributeValue.Of([.. integers]),
            (_, _, _, { Count: > 0 }, _, _, _, _, _) => AttributeValue.Of([.. floats]),
            (_, _, _, _, { Count: > 0 }, _, _, _, _) => AttributeValue.Of([.. booleans.Select(b => b != 0)]),
            (_, _, _, _, _, { Count: > 0 }, _, _, _) => AttributeValue.Of([.. types.Select(t => GraphDefTypes.FromCode(unchecked((int)t)))]),
            (_, _, _, _, _, _, { Count: > 0 }, _, _) => AttributeValue.OfShapes([.. shapes]),
            (_, _, _, _, _, _, _, { Count: > 0 }, _) => AttributeValue.Of([.. tensors]),
            _ => AttributeValue.Of(functions.ToImmutableArray()),
        };

        static int Has(int count) => count > 0 ? 1 : 0;
    }

    private FunctionReference ReadFunction(ReadOnlyMemory<byte> bytes, long offset, string node, int depth)
    {
        string name = "";
        OrderedDictionary<string, AttributeValue> attributes = new(StringComparer.Ordinal);
        WireReader r = new(bytes, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    name = r.Text();
                    break;
                case 2:
                    WireReader entry = r.Message();
                    MapEntry e = MapEntry.Read(ref entry);
                    attributes[Word(e.Key, e.KeyOffset)] = Read(e.Value, e.ValueOffset, node, depth + 1);
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new FunctionReference(name, attributes);
    }

    /// <summary>Reads a TensorShapeProto; null for an unknown rank.</summary>
    public static SymbolicShape? ReadShape(ReadOnlyMemory<byte> bytes, long offset)
    {
        List<Dimension> dimensions = [];
        bool unknown = false;
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

                dimensions.Add(size < 0 ? Dimension.Unknown : size);
            }
            else if (r.Field == 3)
            {
                unknown = r.Boolean();
            }
            else
            {
                r.Skip();
            }
        }

        return unknown ? null : new SymbolicShape([.. dimensions]);
    }
}
