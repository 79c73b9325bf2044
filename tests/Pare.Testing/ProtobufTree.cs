using System.Buffers.Binary;
using System.Globalization;

namespace Pare.Testing;

/// <summary>
/// Compares protocol buffers messages by meaning, apart from Pare's own reader: fields of different numbers in any order, repeated fields in theirs, numbers
/// packed or not, unknown fields included.
/// </summary>
public static class ProtobufTree
{
    /// <summary>The first difference as a path and two values, or null.</summary>
    public static string? Difference(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual, ProtobufSchema schema, string path = "")
    {
        if (expected.Span.SequenceEqual(actual.Span))
        {
            return null;
        }

        SortedDictionary<int, List<Item>> left = Parse(expected, schema);
        SortedDictionary<int, List<Item>> right = Parse(actual, schema);
        foreach (int field in left.Keys.Union(right.Keys).Order())
        {
            string at = $"{path}/{field}";
            List<Item> a = left.GetValueOrDefault(field) ?? [];
            List<Item> b = right.GetValueOrDefault(field) ?? [];
            if (a.Count != b.Count)
            {
                return $"{at}: {a.Count} values against {b.Count}";
            }

            if (schema.Unordered.Contains(field))
            {
                a.Sort((x, y) => x.Bytes.Span.SequenceCompareTo(y.Bytes.Span));
                b.Sort((x, y) => x.Bytes.Span.SequenceCompareTo(y.Bytes.Span));
            }

            for (int i = 0; i < a.Count; i++)
            {
                string? difference = a[i].Wire != b[i].Wire
                    ? $"{at}[{i}]: wire type {a[i].Wire} against {b[i].Wire}"
                    : a[i].Wire == 2 && schema.Messages.TryGetValue(field, out ProtobufSchema? inner)
                    ? Difference(a[i].Bytes, b[i].Bytes, inner, $"{at}[{i}]")
                    : a[i].Number == b[i].Number && a[i].Bytes.Span.SequenceEqual(b[i].Bytes.Span) ? null : $"{at}[{i}]: {a[i]} against {b[i]}";
                if (difference is not null)
                {
                    return difference;
                }
            }
        }

        return null;
    }

    private static SortedDictionary<int, List<Item>> Parse(ReadOnlyMemory<byte> message, ProtobufSchema schema)
    {
        SortedDictionary<int, List<Item>> fields = [];
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint(message.Span, ref at);
            int field = (int)(tag >> 3);
            int wire = (int)(tag & 7);
            if (!fields.TryGetValue(field, out List<Item>? items))
            {
                fields[field] = items = [];
            }

            if (wire == 2 && schema.Numbers.TryGetValue(field, out int each))
            {
                int end = (int)Varint(message.Span, ref at);
                end += at;
                while (at < end)
                {
                    items.Add(Single(message, ref at, each));
                }
            }
            else
            {
                items.Add(Single(message, ref at, wire));
            }
        }

        return fields;
    }

    private static Item Single(ReadOnlyMemory<byte> message, ref int at, int wire)
    {
        switch (wire)
        {
            case 0:
                return new Item(0, Varint(message.Span, ref at), default);
            case 1:
                at += 8;
                return new Item(1, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[(at - 8)..]), default);
            case 5:
                at += 4;
                return new Item(5, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[(at - 4)..]), default);
            case 2:
                int length = (int)Varint(message.Span, ref at);
                at += length;
                return new Item(2, 0, message.Slice(at - length, length));
            default:
                throw new InvalidDataException($"wire type {wire} at {at}");
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        int shift = 0;
        while (true)
        {
            byte b = bytes[at++];
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
            {
                return value;
            }

            shift += 7;
        }
    }

    private readonly record struct Item(int Wire, ulong Number, ReadOnlyMemory<byte> Bytes)
    {
        public override string ToString() => Wire == 2
            ? $"{Bytes.Length} bytes {Convert.ToHexString(Bytes.Span[..Math.Min(24, Bytes.Length)])}"
            : Number.ToString(CultureInfo.InvariantCulture);
    }
}
