using System.Globalization;
using System.Text;

namespace Pare.Formats.Protobuf;

/// <summary>
/// Turns the text form of a message into the binary one (protocol buffers text format specification): names and types come from a <see cref="ProtoMessage"/>, fields
/// may also be given by number, as unknown ones are printed.
/// </summary>
internal ref struct TextFormatReader
{
    private readonly WireBuffer _out = new();
    private readonly List<(int Text, int Binary)> _places = [];
    private TextTokenizer _t;

    private TextFormatReader(ReadOnlySpan<byte> text, string format) => _t = new TextTokenizer(text, format);

    /// <param name="text">The text, UTF-8.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="format">What errors call the format.</param>
    /// <param name="places">Where each field of the message starts in the text and in the result, in order.</param>
    /// <exception cref="ModelFormatException">The text breaks the rules; the message names line and column.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> text, ProtoMessage type, string format, out IReadOnlyList<(int Text, int Binary)> places)
    {
        TextFormatReader r = new(text, format);
        r.Message(type, '\0', 0);
        places = r._places;
        return r._out.ToMemory();
    }

    private void Message(ProtoMessage? type, char closing, int depth)
    {
        if (depth > WireReader.MaxDepth)
        {
            throw _t.Error($"more than {WireReader.MaxDepth} messages inside each other");
        }

        // Values of one field that follow each other are packed together.
        (int Field, int Start) packed = (0, 0);
        while (!(closing == '\0' ? _t.Kind == TextTokenKind.End : _t.Is(closing)))
        {
            int at = _t.Start;
            if (depth == 0)
            {
                _places.Add((at, _out.Length));
            }

            Field(type, depth, ref packed);
            _ = _t.Accept(',') || _t.Accept(';');
        }

        ClosePacked(ref packed);
        if (closing != '\0')
        {
            _t.Advance();
        }
    }

    private void Field(ProtoMessage? type, int depth, ref (int Field, int Start) packed)
    {
        int at = _t.Start;
        if (_t.Kind == TextTokenKind.Number && int.TryParse(_t.Token, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 536870911)
        {
            _t.Advance();
            ClosePacked(ref packed);
            Unknown(number, depth);
            return;
        }

        if (_t.Kind != TextTokenKind.Identifier)
        {
            throw _t.Error(_t.Kind == TextTokenKind.End ? "the text ends within a message" : $"'{_t.Text}' stands where a field's name should");
        }

        string name = _t.Text;
        if (type?.Find(name) is not { } field)
        {
            throw _t.Error(type is null ? $"a group of unknown type has fields by number, found '{name}'" : $"{type.Name} has no field '{name}'");
        }

        _t.Advance();
        if (packed.Field != field.Number)
        {
            ClosePacked(ref packed);
        }

        bool colon = _t.Accept(':');
        if (field.Kind == ProtoKind.Message)
        {
            ClosePacked(ref packed);
            if (field.Repeated && _t.Accept('['))
            {
                while (!_t.Accept(']'))
                {
                    Nested(field, depth);
                    Separator();
                }

                return;
            }

            Nested(field, depth);
            return;
        }

        if (!colon)
        {
            throw _t.Error($"':' is missing after '{name}'");
        }

        if (!_t.Accept('['))
        {
            Value(field, ref packed);
            return;
        }

        if (!field.Repeated)
        {
            throw _t.ErrorAt(at, $"'{name}' takes one value, not a list");
        }

        while (!_t.Accept(']'))
        {
            Value(field, ref packed);
            Separator();
        }
    }

    private void Separator()
    {
        if (!_t.Accept(',') && !_t.Is(']'))
        {
            throw _t.Error("',' or ']' is missing in a list");
        }
    }

    private void Nested(ProtoField field, int depth)
    {
        char closing = Opening();
        _out.Tag(field.Number, WireType.Bytes);
        int start = _out.Begin();
        Message(field.Message!(), closing, depth + 1);
        _out.End(start);
    }

    private char Opening() => _t.Accept('{') ? '}' : _t.Accept('<') ? '>' : throw _t.Error("'{' is missing before a message");

    private void Unknown(int number, int depth)
    {
        if (!_t.Accept(':') || _t.Is('{') || _t.Is('<'))
        {
            char closing = Opening();
            _out.Tag(number, WireType.StartGroup);
            Message(null, closing, depth + 1);
            _out.Tag(number, WireType.EndGroup);
            return;
        }

        if (_t.Kind == TextTokenKind.String)
        {
            Text(number);
            return;
        }

        // Hexadecimal numbers of full width stand for values of fixed width, as unknown fields are printed.
        ReadOnlySpan<byte> token = _t.Token;
        bool hex = token.StartsWith("0x"u8);
        int length = token.Length;
        ulong value = Integer();
        if (hex && length == 10)
        {
            _out.Tag(number, WireType.Fixed32);
            _out.Fixed32((uint)value);
        }
        else if (hex && length == 18)
        {
            _out.Tag(number, WireType.Fixed64);
            _out.Fixed64(value);
        }
        else
        {
            _out.Tag(number, WireType.Varint);
            _out.Varint(value);
        }
    }

    private void Value(ProtoField field, ref (int Field, int Start) packed)
    {
        if (field.Kind == ProtoKind.Bytes)
        {
            Text(field.Number);
            return;
        }

        if (!field.Repeated)
        {
            _out.Tag(field.Number, field.Wire);
        }
        else if (packed.Field != field.Number)
        {
            _out.Tag(field.Number, WireType.Bytes);
            packed = (field.Number, _out.Begin());
        }

        switch (field.Kind)
        {
            case ProtoKind.Float:
                _out.Fixed32(BitConverter.SingleToUInt32Bits(Real(float.Parse)));
                break;
            case ProtoKind.Double:
                _out.Fixed64(BitConverter.DoubleToUInt64Bits(Real(double.Parse)));
                break;
            case ProtoKind.Fixed64:
                _out.Fixed64(Integer());
                break;
            case ProtoKind.Boolean:
                _out.Varint(Boolean() ? 1u : 0u);
                break;
            case ProtoKind.Enumeration when _t.Kind == TextTokenKind.Identifier:
                if (!field.Names!.TryGetNumber(_t.Text, out long member))
                {
                    throw _t.Error($"'{_t.Text}' is no value of '{field.Name}'");
                }

                _t.Advance();
                _out.Varint(unchecked((ulong)member));
                break;
            default:
                _out.Varint(Integer());
                break;
        }
    }

    private void ClosePacked(ref (int Field, int Start) packed)
    {
        if (packed.Field != 0)
        {
            _out.End(packed.Start);
            packed = default;
        }
    }

    private bool Boolean()
    {
        bool? value = _t.Text switch
        {
            "true" or "True" or "t" or "1" => true,
            "false" or "False" or "f" or "0" => false,
            _ => null,
        };
        if (value is null)
        {
            throw _t.Error($"'{_t.Text}' is neither true nor false");
        }

        _t.Advance();
        return value.Value;
    }

    private ulong Integer()
    {
        bool negative = _t.Accept('-');
        ReadOnlySpan<byte> s = _t.Token;
        bool ok = _t.Kind == TextTokenKind.Number;
        ulong value = 0;
        if (ok && s.Length > 2 && s[0] == '0' && (s[1] | 32) == 'x')
        {
            ok = ulong.TryParse(s[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }
        else if (ok && s.Length > 1 && s[0] == '0')
        {
            foreach (byte c in s)
            {
                ok &= c is >= (byte)'0' and <= (byte)'7' && value >> 61 == 0;
                value = (value << 3) | (uint)(c - '0');
            }
        }
        else
        {
            ok = ok && ulong.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }

        if (!ok || (negative && value > 1UL << 63))
        {
            throw _t.Error($"'{(negative ? "-" : "")}{_t.Text}' is no integer of 64 bits");
        }

        _t.Advance();
        return negative ? unchecked(0 - value) : value;
    }

    private delegate T Parser<T>(ReadOnlySpan<byte> text, NumberStyles style, IFormatProvider? culture);

    private T Real<T>(Parser<T> parse)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        bool negative = _t.Accept('-');
        T value;
        if (_t.Kind == TextTokenKind.Identifier)
        {
            value = _t.Text.ToLowerInvariant() switch
            {
                "inf" or "infinity" => T.PositiveInfinity,
                "nan" => T.NaN,
                _ => throw _t.Error($"'{_t.Text}' is no number"),
            };
        }
        else
        {
            ReadOnlySpan<byte> s = _t.Token;
            try
            {
                bool suffix = s.Length > 1 && (s[^1] | 32) == 'f' && !s.StartsWith("0x"u8);
                value = parse(suffix ? s[..^1] : s, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);
            }
            catch (FormatException)
            {
                throw _t.Error($"'{_t.Text}' is no number");
            }
        }

        _t.Advance();
        return negative ? -value : value;
    }

    // Strings that follow each other are one.
    private void Text(int number)
    {
        if (_t.Kind != TextTokenKind.String)
        {
            throw _t.Error($"'{_t.Text}' stands where a string should");
        }

        _out.Tag(number, WireType.Bytes);
        int start = _out.Begin();
        while (_t.Kind == TextTokenKind.String)
        {
            Unescape(_t.Token[1..^1], _t.Start + 1);
            _t.Advance();
        }

        _out.End(start);
    }

    private void Unescape(ReadOnlySpan<byte> s, int offset)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0; i < s.Length;)
        {
            int plain = s[i..].IndexOf((byte)'\\');
            if (plain != 0)
            {
                plain = plain < 0 ? s.Length - i : plain;
                _out.Bytes(s.Slice(i, plain));
                i += plain;
                continue;
            }

            int at = i++;
            byte c = s[i++];
            switch ((char)c)
            {
                case 'n': _out.Byte((byte)'\n'); break;
                case 'r': _out.Byte((byte)'\r'); break;
                case 't': _out.Byte((byte)'\t'); break;
                case 'a': _out.Byte(7); break;
                case 'b': _out.Byte(8); break;
                case 'v': _out.Byte(11); break;
                case 'f': _out.Byte(12); break;
                case '\\' or '\'' or '"' or '?': _out.Byte(c); break;
                case >= '0' and <= '7':
                    int octal = c - '0';
                    for (int n = 1; n < 3 && i < s.Length && s[i] is >= (byte)'0' and <= (byte)'7'; n++)
                    {
                        octal = (octal << 3) + s[i++] - '0';
                    }

                    if (octal > 255)
                    {
                        throw _t.ErrorAt(offset + at, "an octal escape exceeds 255");
                    }

                    _out.Byte((byte)octal);
                    break;
                case 'x' or 'X':
                    int digits = i < s.Length && char.IsAsciiHexDigit((char)s[i]) ? i + 1 < s.Length && char.IsAsciiHexDigit((char)s[i + 1]) ? 2 : 1 : 0;
                    _out.Byte((byte)Hex(s, ref i, digits, offset + at));
                    break;
                case 'u' or 'U':
                    uint rune = Hex(s, ref i, c == 'u' ? 4 : 8, offset + at);
                    if (char.IsHighSurrogate((char)Math.Min(rune, 0xffff)) && rune <= 0xffff && i + 5 < s.Length && s[i] == '\\' && s[i + 1] == 'u')
                    {
                        i += 2;
                        uint low = Hex(s, ref i, 4, offset + at);
                        rune = char.IsLowSurrogate((char)low) ? (uint)char.ConvertToUtf32((char)rune, (char)low) : uint.MaxValue;
                    }

                    _out.Bytes(Rune.IsValid(rune) ? utf8[..new Rune(rune).EncodeToUtf8(utf8)] : throw _t.ErrorAt(offset + at, "the escape is no character of Unicode"));
                    break;
                default:
                    throw _t.ErrorAt(offset + at, $"'\\{(char)c}' is no escape");
            }
        }
    }

    private readonly uint Hex(ReadOnlySpan<byte> s, ref int i, int digits, int offset)
    {
        if (digits == 0 || i + digits > s.Length || !uint.TryParse(s.Slice(i, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
        {
            throw _t.ErrorAt(offset, "hexadecimal digits are missing after an escape");
        }

        i += digits;
        return value;
    }
}
