using System.Text;

namespace Pare.Formats.Protobuf;

/// <summary>Splits the text form of protocol buffers into tokens (text format specification). Comments run from <c>#</c> to the line's end.</summary>
internal ref struct TextTokenizer
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly string _format;
    private int _next;

    public TextTokenizer(ReadOnlySpan<byte> text, string format)
    {
        _text = text;
        _format = format;
        _next = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        Advance();
    }

    /// <summary>What the current token is.</summary>
    public TextTokenKind Kind { get; private set; }

    /// <summary>Where the current token starts.</summary>
    public int Start { get; private set; }

    /// <summary>The current token as it stands.</summary>
    public readonly ReadOnlySpan<byte> Token => _text[Start.._next];

    /// <summary>The current token as text.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Token);

    public readonly bool Is(char symbol) => Kind == TextTokenKind.Symbol && Token[0] == symbol;

    /// <summary>Passes over a symbol where it is the current token.</summary>
    public bool Accept(char symbol)
    {
        bool found = Is(symbol);
        if (found)
        {
            Advance();
        }

        return found;
    }

    /// <summary>Goes to the next token.</summary>
    public void Advance()
    {
        while (_next < _text.Length && (_text[_next] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 11 or 12 or (byte)'#'))
        {
            if (_text[_next] == '#')
            {
                int end = _text[_next..].IndexOf((byte)'\n');
                _next = end < 0 ? _text.Length : _next + end;
            }
            else
            {
                _next++;
            }
        }

        Start = _next;
        if (_next == _text.Length)
        {
            Kind = TextTokenKind.End;
            return;
        }

        byte c = _text[_next];
        if (IsLetter(c))
        {
            Kind = TextTokenKind.Identifier;
            while (_next < _text.Length && (IsLetter(_text[_next]) || char.IsAsciiDigit((char)_text[_next])))
            {
                _next++;
            }
        }
        else if (char.IsAsciiDigit((char)c) || (c == '.' && _next + 1 < _text.Length && char.IsAsciiDigit((char)_text[_next + 1])))
        {
            Kind = TextTokenKind.Number;
            bool hex = c == '0' && _next + 1 < _text.Length && (_text[_next + 1] | 32) == 'x';
            while (_next < _text.Length && (char.IsAsciiLetterOrDigit((char)_text[_next]) || _text[_next] == '.'
                || (!hex && _text[_next] is (byte)'+' or (byte)'-' && (_text[_next - 1] | 32) == 'e')))
            {
                _next++;
            }
        }
        else if (c is (byte)'"' or (byte)'\'')
        {
            Kind = TextTokenKind.String;
            PassString(c);
        }
        else
        {
            Kind = TextTokenKind.Symbol;
            _next++;
        }
    }

    /// <summary>An error at the current token.</summary>
    public readonly ModelFormatException Error(string message) => ErrorAt(Start, message);

    /// <summary>An error at a place, told by line and column, both counted from 1.</summary>
    public readonly ModelFormatException ErrorAt(int offset, string message)
    {
        (int line, int column) = Place(_text, offset);
        return new ModelFormatException(_format, $"line {line}, column {column}: {message}", offset);
    }

    public static (int Line, int Column) Place(ReadOnlySpan<byte> text, int offset)
    {
        ReadOnlySpan<byte> before = text[..Math.Min(offset, text.Length)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    private static bool IsLetter(byte c) => char.IsAsciiLetter((char)c) || c == '_';

    private void PassString(byte quote)
    {
        _next++;
        while (true)
        {
            int at = _text[_next..].IndexOfAny(quote, (byte)'\\', (byte)'\n');
            if (at < 0 || _text[_next + at] == '\n' || (_text[_next + at] == '\\' && _next + at + 1 >= _text.Length))
            {
                throw ErrorAt(Start, "the string does not end on its line");
            }

            bool end = _text[_next + at] == quote;
            _next += at + (end ? 1 : 2);
            if (end)
            {
                return;
            }
        }
    }
}
