using System.Buffers.Binary;

namespace Pare.Formats.FlatBuffers;

/// <summary>
/// Reads tables by a schema. Everything is verified before it is used: offsets, vtables, lengths, and how many tables all offsets together lead to. Vectors of scalars
/// and texts stay views of the file. Fields that the schema does not know are left out and reported. One reading's worth; not thread-safe.
/// </summary>
internal sealed class FlatReader
{
    private const int MostTables = 4_000_000;
    private const long FreeBytes = 1 << 20;
    private const int BytesFactor = 8;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly FlatSchema _schema;
    private readonly string _format;
    private readonly List<Diagnostic> _diagnostics;
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private int _left;
    private long _bytesLeft;

    public FlatReader(ReadOnlyMemory<byte> bytes, FlatSchema schema, string format, List<Diagnostic> diagnostics)
    {
        _bytes = bytes;
        _schema = schema;
        _format = format;
        _diagnostics = diagnostics;

        // Tables, texts and vectors may be shared, but a file with many more of them than it has room for is made to exhaust memory.
        _bytesLeft = FreeBytes + (BytesFactor * (long)bytes.Length);
        _left = Math.Min(MostTables, 4096 + (bytes.Length / 8));
    }

    /// <summary>Reads the table that the first four bytes lead to.</summary>
    public FlatObject ReadRoot(FlatTable type) => ReadTable(type, Follow(0, "the root table"));

    private FlatObject ReadTable(FlatTable type, int start)
    {
        if (--_left < 0)
        {
            throw Error($"the offsets lead to more tables than a file of {_bytes.Length} bytes can have", start);
        }

        ReadOnlySpan<byte> all = _bytes.Span;
        Need(start, 4, type.Name);
        long vtable = start - (long)BinaryPrimitives.ReadInt32LittleEndian(all[start..]);
        if (vtable < 0 || vtable > all.Length - 4)
        {
            throw Error($"the vtable of a {type.Name} lies at byte {vtable}, outside the file", start);
        }

        int at = (int)vtable;
        int vtableSize = BinaryPrimitives.ReadUInt16LittleEndian(all[at..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(all[(at + 2)..]);
        if (vtableSize < 4 || vtableSize % 2 != 0 || vtableSize > all.Length - at || size < 4 || size > all.Length - start)
        {
            throw Error($"the vtable of a {type.Name} claims {vtableSize} bytes for itself and {size} for the table, which the file does not have", start);
        }

        FlatObject result = new(type) { Offset = start };
        int slots = (vtableSize - 4) / 2;
        for (int i = 0; i < type.Fields.Count; i++)
        {
            FlatField field = type.Fields[i];
            int place = field.Id < slots ? Place(all, at, field.Id, field.IsVector ? 4 : field.Kind.Size(), size, start, field) : 0;
            if (place != 0)
            {
                result[i] = ReadField(type, result, field, place, all, at, size, start);
            }
        }

        for (int id = type.SlotCount; id < slots; id++)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(all[(at + 4 + (id * 2))..]) != 0 && _reported.Add($"{type.Name}.{id}"))
            {
                _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"a {type.Name} has a field number {id}, which this version does not know; it is left out when the model is written", $"byte {start}"));
            }
        }

        return result;
    }

    // Where a field's value stands in the file; 0 where it is left out.
    private int Place(ReadOnlySpan<byte> all, int vtable, int id, int bytes, int tableSize, int start, FlatField field)
    {
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(all[(vtable + 4 + (id * 2))..]);
        return offset == 0 ? 0
            : offset >= 4 && offset <= tableSize - bytes ? start + offset
            : throw Error($"the field '{field.Name}' stands at byte {offset} of a table of {tableSize}", start);
    }

    private object? ReadField(FlatTable type, FlatObject owner, FlatField field, int place, ReadOnlySpan<byte> all, int vtable, int tableSize, int start)
    {
        if (field.IsVector)
        {
            return ReadVector(field, Follow(place, field.Name));
        }

        ReadOnlySpan<byte> value = all[place..];
        switch (field.Kind)
        {
            case FlatKind.Bool:
                return value[0] != 0;
            case FlatKind.Float32:
                return BinaryPrimitives.ReadSingleLittleEndian(value);
            case FlatKind.String:
                return ReadText(field, Follow(place, field.Name));
            case FlatKind.Table:
                return ReadTable(_schema.Table(field.Target!), Follow(place, field.Name));
            case FlatKind.Union:
                int numberPlace = Place(all, vtable, field.Id - 1, 1, tableSize, start, field);
                int number = numberPlace == 0 ? 0 : all[numberPlace];
                if (number == 0)
                {
                    return null;
                }

                if (_schema.Member(field.Target!, number) is { } member)
                {
                    return ReadTable(member, Follow(place, field.Name));
                }

                owner.UnknownMember = number;
                if (_reported.Add($"{type.Name}.{field.Name}.{number}"))
                {
                    _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the field '{field.Name}' of a {type.Name} is of kind {number}, which this version does not know", $"byte {start}"));
                }

                return null;
            default:
                return new FlatVector(field.Kind, _bytes.Slice(place, field.Kind.Size()))[0];
        }
    }

    private object ReadVector(FlatField field, int start)
    {
        Need(start, 4, field.Name);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.Span[start..]);
        int size = field.Kind.Size();
        if (count > (_bytes.Length - start - 4) / size)
        {
            throw Error($"the vector '{field.Name}' claims {count} elements of {size} bytes, but only {_bytes.Length - start - 4} bytes follow", start);
        }

        Charge((long)count * size, field.Name, start);
        int first = start + 4;
        if (field.Kind.IsScalar())
        {
            return new FlatVector(field.Kind, _bytes.Slice(first, (int)count * size));
        }

        if (count > _left)
        {
            throw Error($"the vector '{field.Name}' claims {count} elements, more than a file of {_bytes.Length} bytes can have", start);
        }

        if (field.Kind == FlatKind.String)
        {
            List<ReadOnlyMemory<byte>> texts = new((int)count);
            for (int i = 0; i < count; i++)
            {
                texts.Add(ReadText(field, Follow(first + (i * 4), field.Name)));
            }

            return texts;
        }

        FlatTable target = _schema.Table(field.Target!);
        List<FlatObject> tables = new((int)count);
        for (int i = 0; i < count; i++)
        {
            tables.Add(ReadTable(target, Follow(first + (i * 4), field.Name)));
        }

        return tables;
    }

    private ReadOnlyMemory<byte> ReadText(FlatField field, int start)
    {
        Need(start, 4, field.Name);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.Span[start..]);
        Charge(length, field.Name, start);
        return length <= _bytes.Length - start - 4
            ? _bytes.Slice(start + 4, (int)length)
            : throw Error($"the text '{field.Name}' claims {length} bytes, but only {_bytes.Length - start - 4} follow", start);
    }

    private void Charge(long bytes, string what, int start)
    {
        _bytesLeft -= bytes;
        if (_bytesLeft < 0)
        {
            throw Error($"with '{what}' the texts and vectors add up to more than a file of {_bytes.Length} bytes can have", start);
        }
    }

    // Where the offset at a place leads.
    private int Follow(int place, string what)
    {
        Need(place, 4, what);
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.Span[place..]);
        return offset != 0 && offset <= _bytes.Length - place - 4
            ? place + (int)offset
            : throw Error($"the offset of '{what}' leads {offset} bytes on, outside the file", place);
    }

    private void Need(int start, int bytes, string what)
    {
        if (start > _bytes.Length - bytes)
        {
            throw Error($"the file ends where '{what}' begins", start);
        }
    }

    private ModelFormatException Error(string message, long offset) => new(_format, message, offset);
}
