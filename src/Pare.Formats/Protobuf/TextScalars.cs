using System.Globalization;

namespace Pare.Formats.Protobuf;

/// <summary>Numbers and booleans of the text form of messages. What is none is told with its line and column.</summary>
internal static class TextScalars
{
    /// <summary>How a number is read from its digits.</summary>
    public delegate T Parser<T>(ReadOnlySpan<byte> text, NumberStyles style, IFormatProvider? culture);

    /// <summary>Reads <c>true</c>, <c>t</c>, <c>1</c> and their opposites.</summary>
    public static bool Boolean(ref TextTokenizer t)
    {
        bool? value = t.Text switch
        {
            "true" or "True" or "t" or "1" => true,
            "false" or "False" or "f" or "0" => false,
            _ => null,
        };
        if (value is null)
        {
            throw t.Error($"'{t.Text}' is neither true nor false");
        }

        t.Advance();
        return value.Value;
    }

    /// <summary>Reads an integer: decimal, octal or hexadecimal; a negative one as its two's complement.</summary>
    public static ulong Integer(ref TextTokenizer t)
    {
        bool negative = t.Accept('-');
        ReadOnlySpan<byte> s = t.Token;
        bool ok = t.Kind == TextTokenKind.Number;
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
            throw t.Error($"'{(negative ? "-" : "")}{t.Text}' is no integer of 64 bits");
        }

        t.Advance();
        return negative ? unchecked(0 - value) : value;
    }

    /// <summary>Reads a number, infinity or NaN.</summary>
    public static T Real<T>(ref TextTokenizer t, Parser<T> parse)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        bool negative = t.Accept('-');
        T value;
        if (t.Kind == TextTokenKind.Identifier)
        {
            value = t.Text.ToLowerInvariant() switch
            {
                "inf" or "infinity" => T.PositiveInfinity,
                "nan" => T.NaN,
                _ => throw t.Error($"'{t.Text}' is no number"),
            };
        }
        else
        {
            ReadOnlySpan<byte> s = t.Token;
            try
            {
                bool suffix = s.Length > 1 && (s[^1] | 32) == 'f' && !s.StartsWith("0x"u8);
                value = parse(suffix ? s[..^1] : s, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);
            }
            catch (FormatException)
            {
                throw t.Error($"'{t.Text}' is no number");
            }
        }

        t.Advance();
        return negative ? -value : value;
    }
}
