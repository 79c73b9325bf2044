using System.Globalization;

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
        ulong value = TextScalars.Integer(ref _t);
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
                _out.Fixed32(BitConverter.SingleToUInt32Bits(TextScalars.Real(ref _t, float.Parse)));
                break;
            case ProtoKind.Double:
                _out.Fixed64(BitConverter.DoubleToUInt64Bits(TextScalars.Real(ref _t, double.Parse)));
                break;
            case ProtoKind.Fixed64:
                _out.Fixed64(TextScalars.Integer(ref _t));
                break;
            case ProtoKind.Boolean:
                _out.Varint(TextScalars.Boolean(ref _t) ? 1u : 0u);
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
                _out.Varint(TextScalars.Integer(ref _t));
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
            TextEscapes.Decode(_t.Token[1..^1], _t.Start + 1, ref _t, _out);
            _t.Advance();
        }

        _out.End(start);
    }
}
