using System.Text;

namespace Pare.Evaluation;

/// <summary>
/// Reads comma-separated values row by row (RFC 4180: quotes, doubled quotes, line breaks within quotes; LF or CRLF; UTF-8, a byte order mark allowed). Not safe for
/// concurrent use.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    private const int MaxRowCharacters = 16 << 20;

    private readonly TextReader _reader;
    private readonly string _name;
    private readonly long _maxCharacters;
    private long _characters;
    private int _next;

    public CsvReader(Stream stream, string name, long maxBytes)
    {
        _reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
        _name = name;
        _maxCharacters = maxBytes;
        _next = Take();
    }

    /// <summary>Closes the stream.</summary>
    public void Dispose() => _reader.Dispose();

    /// <summary>Line that the last row began at, from 1.</summary>
    public int Line { get; private set; }

    private int Lines { get; set; } = 1;

    /// <summary>The fields of the next row; null at the end. Empty lines are passed over.</summary>
    /// <exception cref="ModelFormatException">A quote is not closed, the text is no UTF-8, or a limit is exceeded.</exception>
    public IReadOnlyList<string>? ReadRow()
    {
        while (_next is '\n' or '\r')
        {
            Advance();
        }

        if (_next < 0)
        {
            return null;
        }

        Line = Lines;
        long start = _characters;
        List<string> fields = [];
        StringBuilder field = new();
        while (true)
        {
            ReadField(field, start);
            fields.Add(field.ToString());
            field.Clear();
            if (_next == ',')
            {
                Advance();
                continue;
            }

            return fields;
        }
    }

    private void ReadField(StringBuilder field, long start)
    {
        bool quoted = _next == '"';
        if (quoted)
        {
            Advance();
        }

        while (_next >= 0 && (quoted || _next is not (',' or '\n' or '\r')))
        {
            int c = _next;
            Advance();
            if (quoted && c == '"')
            {
                if (_next != '"')
                {
                    quoted = false;
                    continue;
                }

                Advance();
            }

            field.Append((char)c);
            if (_characters - start > MaxRowCharacters)
            {
                throw new ModelFormatException("CSV", $"the row at line {Line} is longer than {MaxRowCharacters} characters", file: _name);
            }
        }

        if (quoted)
        {
            throw new ModelFormatException("CSV", $"a quote in the row at line {Line} is not closed", file: _name);
        }
    }

    private void Advance()
    {
        if (_next == '\n')
        {
            Lines++;
        }

        _next = Take();
    }

    private int Take()
    {
        if (++_characters > _maxCharacters)
        {
            throw new ModelFormatException("CSV", $"the file is longer than the limit of {_maxCharacters} characters", file: _name);
        }

        try
        {
            return _reader.Read();
        }
        catch (Exception e) when (e is DecoderFallbackException or InvalidDataException)
        {
            throw new ModelFormatException("CSV", "the text is no UTF-8", innerException: e, file: _name);
        }
    }
}
