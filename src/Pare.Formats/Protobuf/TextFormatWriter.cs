using System.Globalization;
using System.Text;

namespace Pare.Formats.Protobuf;

/// <summary>
/// Prints a binary message in the text form, field by field in the order it stands in; of repeated single fields the last. Unknown fields are printed by number as the
/// reference implementation does: varints in decimal, fixed widths in hexadecimal of full width, bytes as strings, groups in braces.
/// </summary>
internal sealed class TextFormatWriter(Stream stream, string format)
{
    private const int FlushFrom = 1 << 16;

    private readonly byte[] _buffer = new byte[FlushFrom + 512];
    private int _used;

    /// <summary>Prints the fields of a message.</summary>
    public void Write(ReadOnlyMemory<byte> message, ProtoMessage type) => Message(message, type, 0);

    /// <summary>Prints a field that holds a message.</summary>
    public void WriteField(ReadOnlyMemory<byte> message, ProtoField field) => Nested(message, field.Name, field.Message!(), 0);

    /// <summary>Hands what is printed on to the stream.</summary>
    public void Flush()
    {
        stream.Write(_buffer, 0, _used);
        _used = 0;
    }

    private void Message(ReadOnlyMemory<byte> bytes, ProtoMessage? type, int depth)
    {
        if (depth > WireReader.MaxDepth)
        {
            throw new ModelFormatException(format, $"more than {WireReader.MaxDepth} messages inside each other");
        }

        Dictionary<int, int>? last = Last(bytes, type);
        RawMessages merged = default;
        WireReader r = new(bytes, format);
        while (r.Next())
        {
            ProtoField? field = type?.Find(r.Field);
            if (field is null || !Fits(field, r.Type))
            {
                Unknown(ref r, depth);
                continue;
            }

            if (last is not null && !field.Repeated)
            {
                // A reader is a value: a copy looks where the field ends.
                WireReader ahead = r;
                ReadOnlyMemory<byte> whole = ahead.Skip();
                if (ahead.Position < last[field.InOneof ? 0 : field.Number])
                {
                    if (field.Kind == ProtoKind.Message)
                    {
                        merged.Add(field.Number, whole, format);
                    }

                    r = ahead;
                    continue;
                }
            }

            Known(ref r, field, ref merged, depth);
        }
    }

    // Where each single field ends the last time, where one stands more than once; members of a oneof share the place 0.
    private Dictionary<int, int>? Last(ReadOnlyMemory<byte> bytes, ProtoMessage? type)
    {
        if (type is null)
        {
            return null;
        }

        Dictionary<int, int>? last = null;
        ulong seen = 0;
        bool again = false;
        WireReader r = new(bytes, format);
        while (r.Next())
        {
            int number = r.Field;
            ProtoField? field = type.Find(number);
            bool fits = field is not null && Fits(field, r.Type);
            r.Skip();
            if (fits && !field!.Repeated)
            {
                int place = field.InOneof ? 0 : number;
                again |= (seen >> (place & 63) & 1) != 0;
                seen |= 1UL << (place & 63);
                (last ??= [])[place] = r.Position;
            }
        }

        return again ? last : null;
    }

    private static bool Fits(ProtoField field, WireType wire) => wire == field.Wire || (field.Repeated && wire == WireType.Bytes);

    private void Known(ref WireReader r, ProtoField field, ref RawMessages merged, int depth)
    {
        if (field.Kind == ProtoKind.Message)
        {
            Nested(merged.With(field.Number, r.Bytes()), field.Name, field.Message!(), depth);
        }
        else if (field.Kind == ProtoKind.Bytes)
        {
            Indent(depth);
            Ascii(field.Name);
            Ascii(": ");
            Quoted(r.Bytes().Span);
            Ascii("\n");
        }
        else if (r.Type == WireType.Bytes)
        {
            WireReader packed = r.Message();
            while (packed.NextPacked(field.Wire, out ulong value))
            {
                Scalar(field, value, depth);
            }
        }
        else
        {
            Scalar(field, field.Wire switch { WireType.Fixed32 => r.Fixed32(), WireType.Fixed64 => r.Fixed64(), _ => r.Varint() }, depth);
        }
    }

    private void Scalar(ProtoField field, ulong value, int depth)
    {
        Indent(depth);
        Ascii(field.Name);
        Ascii(": ");
        Ascii(field.Kind switch
        {
            ProtoKind.Signed => unchecked((long)value).ToString(CultureInfo.InvariantCulture),
            ProtoKind.Boolean => value != 0 ? "true" : "false",
            ProtoKind.Float => Real(BitConverter.UInt32BitsToSingle((uint)value)),
            ProtoKind.Double => Real(BitConverter.UInt64BitsToDouble(value)),
            ProtoKind.Enumeration => field.Names!.NameOf(unchecked((int)value)) ?? unchecked((int)value).ToString(CultureInfo.InvariantCulture),
            _ => value.ToString(CultureInfo.InvariantCulture),
        });
        Ascii("\n");
    }

    private static string Real<T>(T value)
        where T : System.Numerics.IFloatingPointIeee754<T> => T.IsNaN(value) ? "nan" : T.IsPositiveInfinity(value) ? "inf" : T.IsNegativeInfinity(value) ? "-inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private void Nested(ReadOnlyMemory<byte> bytes, string name, ProtoMessage? type, int depth)
    {
        Indent(depth);
        Ascii(name);
        Ascii(" {\n");
        Message(bytes, type, depth + 1);
        Indent(depth);
        Ascii("}\n");
    }

    private void Unknown(ref WireReader r, int depth)
    {
        string number = r.Field.ToString(CultureInfo.InvariantCulture);
        if (r.Type == WireType.StartGroup)
        {
            Nested(r.Group(), number, null, depth);
            return;
        }

        Indent(depth);
        Ascii(number);
        Ascii(": ");
        switch (r.Type)
        {
            case WireType.Varint:
                Ascii(r.Varint().ToString(CultureInfo.InvariantCulture));
                break;
            case WireType.Fixed32:
                Ascii("0x" + r.Fixed32().ToString("x8", CultureInfo.InvariantCulture));
                break;
            case WireType.Fixed64:
                Ascii("0x" + r.Fixed64().ToString("x16", CultureInfo.InvariantCulture));
                break;
            default:
                Quoted(r.Bytes().Span);
                break;
        }

        Ascii("\n");
    }

    private void Quoted(ReadOnlySpan<byte> bytes)
    {
        Ascii("\"");
        foreach (byte b in bytes)
        {
            if (_used >= FlushFrom)
            {
                Flush();
            }

            char escape = b switch { (byte)'\n' => 'n', (byte)'\r' => 'r', (byte)'\t' => 't', (byte)'"' => '"', (byte)'\'' => '\'', (byte)'\\' => '\\', _ => '\0' };
            if (escape != '\0')
            {
                _buffer[_used++] = (byte)'\\';
                _buffer[_used++] = (byte)escape;
            }
            else if (b is >= 32 and < 127)
            {
                _buffer[_used++] = b;
            }
            else
            {
                _buffer[_used++] = (byte)'\\';
                _buffer[_used++] = (byte)('0' + (b >> 6));
                _buffer[_used++] = (byte)('0' + (b >> 3 & 7));
                _buffer[_used++] = (byte)('0' + (b & 7));
            }
        }

        Ascii("\"");
    }

    private void Indent(int depth)
    {
        for (int i = 0; i < depth; i++)
        {
            Ascii("  ");
        }
    }

    private void Ascii(string text)
    {
        if (_used >= FlushFrom)
        {
            Flush();
        }

        _used += Encoding.ASCII.GetBytes(text, _buffer.AsSpan(_used));
    }
}
