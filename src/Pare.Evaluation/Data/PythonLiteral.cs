using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Reads the few Python literals that a NumPy header is made of.</summary>
internal sealed class PythonLiteral(string text, string? entry)
{
    private int _at;

    /// <summary>The next character that is no white space, or 0 at the end.</summary>
    public char Peek()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        return _at < text.Length ? text[_at] : '\0';
    }

    public bool TryTake(char c)
    {
        if (Peek() != c)
        {
            return false;
        }

        _at++;
        return true;
    }

    public void Expect(char c)
    {
        if (!TryTake(c))
        {
            throw Error($"'{c}'");
        }
    }

    public string String()
    {
        char quote = Peek();
        if (quote is not ('\'' or '"'))
        {
            throw Error("a quoted string");
        }

        int end = text.IndexOf(quote, _at + 1);
        if (end < 0)
        {
            throw Error("the end of a string");
        }

        string value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    public bool Boolean()
    {
        Peek();
        foreach ((string word, bool value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal))
            {
                _at += word.Length;
                return value;
            }
        }

        throw Error("True or False");
    }

    public List<long> Tuple()
    {
        List<long> values = [];
        Expect('(');
        while (!TryTake(')'))
        {
            Peek();
            int start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            {
                _at++;
            }

            if (values.Count >= 64 || !long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            {
                throw Error("a tuple of at most 64 extents");
            }

            values.Add(value);
            TryTake('L'); // Python 2 wrote its long integers so.
            if (!TryTake(','))
            {
                Expect(')');
                break;
            }
        }

        return values;
    }

    private ModelFormatException Error(string expected) => NpyHeader.Error($"the header expects {expected} at character {_at} of \"{(text.Length > 200 ? text[..200] : text)}\"", entry);
}
