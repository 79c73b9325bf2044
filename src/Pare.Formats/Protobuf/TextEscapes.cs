using System.Globalization;
using System.Text;

namespace Pare.Formats.Protobuf;

/// <summary>Escapes in the strings of the text form of messages.</summary>
internal static class TextEscapes
{
    /// <summary>Appends the bytes that a quoted string stands for.</summary>
    /// <param name="s">The string between its quotes.</param>
    /// <param name="offset">Where it starts in the text.</param>
    /// <param name="t">Makes the errors.</param>
    /// <param name="output">Takes the bytes.</param>
    /// <exception cref="ModelFormatException">An escape is none.</exception>
    public static void Decode(ReadOnlySpan<byte> s, int offset, ref TextTokenizer t, WireBuffer output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0; i < s.Length;)
        {
            int plain = s[i..].IndexOf((byte)'\\');
            if (plain != 0)
            {
                plain = plain < 0 ? s.Length - i : plain;
                output.Bytes(s.Slice(i, plain));
                i += plain;
                continue;
            }

            int at = i++;
            byte c = s[i++];
            switch ((char)c)
            {
                case 'n': output.Byte((byte)'\n'); break;
                case 'r': output.Byte((byte)'\r'); break;
                case 't': output.Byte((byte)'\t'); break;
                case 'a': output.Byte(7); break;
                case 'b': output.Byte(8); break;
                case 'v': output.Byte(11); break;
                case 'f': output.Byte(12); break;
                case '\\' or '\'' or '"' or '?': output.Byte(c); break;
                case >= '0' and <= '7':
                    int octal = c - '0';
                    for (int n = 1; n < 3 && i < s.Length && s[i] is >= (byte)'0' and <= (byte)'7'; n++)
                    {
                        octal = (octal << 3) + s[i++] - '0';
                    }

                    if (octal > 255)
                    {
                        throw t.ErrorAt(offset + at, "an octal escape exceeds 255");
                    }

                    output.Byte((byte)octal);
                    break;
                case 'x' or 'X':
                    int digits = i < s.Length && char.IsAsciiHexDigit((char)s[i]) ? i + 1 < s.Length && char.IsAsciiHexDigit((char)s[i + 1]) ? 2 : 1 : 0;
                    output.Byte((byte)Hex(s, ref i, digits, offset + at, ref t));
                    break;
                case 'u' or 'U':
                    uint rune = Hex(s, ref i, c == 'u' ? 4 : 8, offset + at, ref t);
                    if (char.IsHighSurrogate((char)Math.Min(rune, 0xffff)) && rune <= 0xffff && i + 5 < s.Length && s[i] == '\\' && s[i + 1] == 'u')
                    {
                        i += 2;
                        uint low = Hex(s, ref i, 4, offset + at, ref t);
                        rune = char.IsLowSurrogate((char)low) ? (uint)char.ConvertToUtf32((char)rune, (char)low) : uint.MaxValue;
                    }

                    output.Bytes(Rune.IsValid(rune) ? utf8[..new Rune(rune).EncodeToUtf8(utf8)] : throw t.ErrorAt(offset + at, "the escape is no character of Unicode"));
                    break;
                default:
                    throw t.ErrorAt(offset + at, $"'\\{(char)c}' is no escape");
            }
        }
    }

    private static uint Hex(ReadOnlySpan<byte> s, ref int i, int digits, int offset, ref TextTokenizer t)
    {
        if (digits == 0 || i + digits > s.Length || !uint.TryParse(s.Slice(i, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
        {
            throw t.ErrorAt(offset, "hexadecimal digits are missing after an escape");
        }

        i += digits;
        return value;
    }
}
