using System.Text;

namespace Pare.Passes.Optimize;

/// <summary>
/// Reads lists of transforms in the Graph Transform Tool's grammar: <c>name(a=b, c="1,2")</c>, separated by blanks, or by commas outside parentheses and quotes. Thread-safe.
/// </summary>
public static class TransformParser
{
    /// <summary>Reads a list.</summary>
    /// <param name="text">The list; may be empty.</param>
    /// <exception cref="UsageException">The text does not follow the grammar; the message names the position.</exception>
    public static IReadOnlyList<TransformCall> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<TransformCall> calls = [];
        int at = 0;
        while (true)
        {
            SkipBlanks(text, ref at, commas: true);
            if (at >= text.Length)
            {
                return calls;
            }

            string name = Word(text, ref at, "a transform's name");
            List<KeyValuePair<string, string>> arguments = [];
            int before = at;
            SkipBlanks(text, ref at, commas: false);
            if (at < text.Length && text[at] == '(')
            {
                at++;
                ReadArguments(text, ref at, arguments);
            }
            else
            {
                at = before;
            }

            calls.Add(new TransformCall(name, arguments));
        }
    }

    private static void ReadArguments(string text, ref int at, List<KeyValuePair<string, string>> arguments)
    {
        while (true)
        {
            SkipBlanks(text, ref at, commas: true);
            if (at >= text.Length)
            {
                throw Error(text, at, "a closing parenthesis is missing");
            }

            if (text[at] == ')')
            {
                at++;
                return;
            }

            string key = Word(text, ref at, "an argument's name");
            SkipBlanks(text, ref at, commas: false);
            if (at >= text.Length || text[at] != '=')
            {
                throw Error(text, at, $"expected '=' after '{key}'");
            }

            at++;
            SkipBlanks(text, ref at, commas: false);
            arguments.Add(new KeyValuePair<string, string>(key, Value(text, ref at)));
        }
    }

    private static string Value(string text, ref int at)
    {
        if (at < text.Length && text[at] is '"' or '\'')
        {
            char quote = text[at];
            int end = text.IndexOf(quote, at + 1);
            if (end < 0)
            {
                throw Error(text, at, "a closing quote is missing");
            }

            string quoted = text[(at + 1)..end];
            at = end + 1;
            return quoted;
        }

        StringBuilder value = new();
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (',' or '(' or ')' or '"' or '\''))
        {
            value.Append(text[at++]);
        }

        return value.ToString();
    }

    private static string Word(string text, ref int at, string what)
    {
        int start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-' or '/' or '.' or ':'))
        {
            at++;
        }

        return at > start ? text[start..at] : throw Error(text, at, $"expected {what}, found {(at < text.Length ? $"'{text[at]}'" : "the end")}");
    }

    private static void SkipBlanks(string text, ref int at, bool commas)
    {
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || (commas && text[at] == ',')))
        {
            at++;
        }
    }

    private static UsageException Error(string text, int at, string what) => new($"position {at + 1} of '{text}': {what}", "--transforms");
}
