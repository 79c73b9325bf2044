using System.Buffers.Binary;

namespace Pare.Formats.FlatBuffers;

/// <summary>
/// Writes tables by a schema, from the root outwards, so that all offsets lead forward: tables level by level, then texts and vectors, then blobs, straight to the stream. Equal vtables,
/// texts, short vectors and small tables are written once; the gaps that the alignment of blobs leaves are filled with short texts and vectors. Scalars of their default value are left
/// out. One writing's worth; not thread-safe.
/// </summary>
internal sealed class FlatWriter(FlatSchema schema)
{
    private const int LongestShared = 256;

    private readonly Queue<(int Place, FlatField Field, object Value)> _pending = new();
    private readonly Dictionary<string, int> _vtables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FlatLeaf> _shared = new(StringComparer.Ordinal);
    private readonly List<FlatLeaf> _leaves = [];
    private readonly List<(int Place, FlatBlob Blob, bool Inside)> _blobs = [];
    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>Writes a whole file.</summary>
    /// <exception cref="GraphException">The tables and the blobs among them exceed what 32-bit offsets reach.</exception>
    public void Write(FlatObject root, string identifier, Stream stream)
    {
        Take(8);
        System.Text.Encoding.ASCII.GetBytes(identifier).CopyTo(_bytes.AsSpan(4));
        Patch(0, WriteTable(root));
        while (_pending.TryDequeue(out (int Place, FlatField Field, object Value) item))
        {
            WriteItem(item.Place, item.Field, item.Value);
        }

        foreach (FlatLeaf leaf in _leaves.Where(l => !FlatTail.Fits(l)))
        {
            int at = (int)Align(_length + 4, leaf.Alignment) - 4;
            Take(at - _length + leaf.Bytes.Length);
            leaf.Bytes.CopyTo(_bytes, at);
            Place(leaf, at);
        }

        FlatTail tail = new(_length, [.. _leaves.Where(FlatTail.Fits)], Place);
        foreach ((int place, FlatBlob blob, bool _) in _blobs.Where(b => b.Inside))
        {
            Patch(place, (int)tail.PlaceInside(blob));
        }

        tail.PlaceRest();
        foreach ((int place, FlatBlob blob, bool _) in _blobs.Where(b => !b.Inside))
        {
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(place), tail.PlaceBehind(blob));
        }

        stream.Write(_bytes.AsSpan(0, _length));
        tail.WriteTo(stream);
    }

    private void Place(FlatLeaf leaf, int at)
    {
        foreach (int place in leaf.Places)
        {
            Patch(place, at);
        }
    }

    private void WriteItem(int place, FlatField field, object value)
    {
        switch (value)
        {
            case FlatBlob blob:
                _blobs.Add((place, blob, true));
                break;
            case ReadOnlyMemory<byte> text:
                AddLeaf(place, text.Length, text.Span, 4, 1, "t");
                break;
            case FlatVector vector:
                AddLeaf(place, vector.Count, vector.Bytes.Span, Math.Max(Math.Max(4, field.Alignment), vector.Kind.Size()), 0, "v");
                break;
            case FlatObject table:
                // Only what lies further on can be led to.
                if (Key(table) is not { } key)
                {
                    Patch(place, WriteTable(table));
                }
                else if (_tables.TryGetValue(key, out int known) && known > place)
                {
                    Patch(place, known);
                }
                else
                {
                    Patch(place, _tables[key] = WriteTable(table));
                }

                break;
            case IReadOnlyList<ReadOnlyMemory<byte>> texts:
                WriteOffsets(place, field, texts.Select(t => (object)t), texts.Count);
                break;
            case IReadOnlyList<FlatObject> tables:
                WriteOffsets(place, field, tables, tables.Count);
                break;
            default:
                throw new InvalidOperationException($"{field.Name} holds {value.GetType().Name}");
        }
    }

    private void AddLeaf(int place, int count, ReadOnlySpan<byte> elements, int alignment, int end, string kind)
    {
        byte[] bytes = new byte[4 + elements.Length + end];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        elements.CopyTo(bytes.AsSpan(4));
        string? key = elements.Length <= LongestShared ? $"{kind}{alignment}:{Convert.ToHexString(bytes)}" : null;
        if (key is null || !_shared.TryGetValue(key, out FlatLeaf? leaf))
        {
            leaf = new FlatLeaf(bytes, alignment);
            _leaves.Add(leaf);
            if (key is not null)
            {
                _shared[key] = leaf;
            }
        }

        leaf.Places.Add(place);
    }

    private void WriteOffsets(int from, FlatField field, IEnumerable<object> elements, int count)
    {
        int at = (int)Align(_length, 4);
        Take(at - _length + 4 + (count * 4));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), count);
        Patch(from, at);
        FlatField element = field with { IsVector = false };
        int place = at + 4;
        foreach (object e in elements)
        {
            _pending.Enqueue((place, element, e));
            place += 4;
        }
    }

    private int WriteTable(FlatObject table)
    {
        List<(FlatField Field, int Id, FlatKind Kind, object Value)> present = Present(table);
        bool wide = present.Exists(p => p.Kind.Size() == 8);
        int slots = present.Count == 0 ? 0 : present.Max(p => p.Id) + 1;
        byte[] vtable = new byte[4 + (slots * 2)];
        int size = 4;
        foreach ((FlatField _, int id, FlatKind kind, object _) in present.OrderByDescending(p => p.Kind.Size()))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(vtable.AsSpan(4 + (id * 2)), (ushort)size);
            size += kind.Size();
        }

        BinaryPrimitives.WriteUInt16LittleEndian(vtable, (ushort)vtable.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(vtable.AsSpan(2), (ushort)size);
        string key = Convert.ToHexString(vtable);
        if (!_vtables.TryGetValue(key, out int vtableAt))
        {
            Take(vtable.Length + (_length % 2));
            vtableAt = _length - vtable.Length;
            vtable.CopyTo(_bytes, vtableAt);
            _vtables[key] = vtableAt;
        }

        // 8-byte fields follow the 4 bytes that lead to the vtable.
        int start = wide ? (int)Align(_length + 4, 8) - 4 : (int)Align(_length, 4);
        Take(start - _length + size);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start), start - vtableAt);
        foreach ((FlatField field, int id, FlatKind kind, object value) in present)
        {
            int place = start + BinaryPrimitives.ReadUInt16LittleEndian(vtable.AsSpan(4 + (id * 2)));
            if (value is FlatBlob blob && kind.IsScalar())
            {
                _blobs.Add((place, blob, false));
            }
            else if (kind.IsScalar() && value is not (FlatVector or FlatObject))
            {
                WriteScalar(place, kind, value);
            }
            else
            {
                _pending.Enqueue((place, field, value));
            }
        }

        return start;
    }

    // What stands in the table: a union stands twice, as its number and as its offset.
    private List<(FlatField Field, int Id, FlatKind Kind, object Value)> Present(FlatObject table)
    {
        List<(FlatField, int, FlatKind, object)> present = [];
        for (int i = 0; i < table.Type.Fields.Count; i++)
        {
            FlatField field = table.Type.Fields[i];
            if (table[i] is not { } value || IsDefault(field, value))
            {
                continue;
            }

            if (field.Kind == FlatKind.Union)
            {
                present.Add((field, field.Id - 1, FlatKind.UInt8, (long)schema.NumberOf(field.Target!, ((FlatObject)value).Type)));
            }

            present.Add((field, field.Id, field.IsVector ? FlatKind.Table : field.Kind, value));
        }

        return present;
    }

    private static bool IsDefault(FlatField field, object value) => !field.IsVector && value switch
    {
        bool b => (b ? 1 : 0) == field.Default,
        long l => l == field.Default,
        float f => f == field.Default && !(f == 0 && float.IsNegative(f)),
        _ => false,
    };

    private void WriteScalar(int place, FlatKind kind, object value)
    {
        Span<byte> at = _bytes.AsSpan(place, kind.Size());
        if (value is float f)
        {
            BinaryPrimitives.WriteSingleLittleEndian(at, f);
            return;
        }

        long number = value is bool b ? (b ? 1 : 0) : (long)value;
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = unchecked((byte)(number >> (8 * i)));
        }
    }

    // What tables that lead to nothing but texts, short vectors and such tables have in common; null for others.
    private static string? Key(object value)
    {
        switch (value)
        {
            case ReadOnlyMemory<byte> text:
                return "t" + Convert.ToHexString(text.Span);
            case FlatVector { Bytes.Length: <= LongestShared } vector:
                return $"v{(int)vector.Kind}:{Convert.ToHexString(vector.Bytes.Span)}";
            case FlatObject table:
                string[] parts = new string[table.Type.Fields.Count];
                for (int i = 0; i < parts.Length; i++)
                {
                    object? field = table[i];
                    string? part = field is null ? "" : field is long or bool ? field.ToString() : field is float f ? BitConverter.SingleToUInt32Bits(f).ToString("x", System.Globalization.CultureInfo.InvariantCulture) : Key(field);
                    if (part is null)
                    {
                        return null;
                    }

                    parts[i] = part;
                }

                return $"o{table.Type.Name}({string.Join(',', parts)})";
            default:
                return null;
        }
    }

    private void Patch(int place, int target) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(place), target - place);

    // Reserves zeroed bytes and gives their place.
    private int Take(int count)
    {
        int at = _length;
        if (count > int.MaxValue / 2 - _length)
        {
            throw new GraphException("the tables of the model exceed 1 GB");
        }

        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + count, _bytes.Length * 2));
        }

        _length += count;
        return at;
    }

    private static long Align(long position, int alignment) => (position + alignment - 1) / alignment * alignment;
}
