using System.Text;

namespace Pare.Formats.TensorFlow;

/// <summary>Text in GraphDefs: UTF-8, checked.</summary>
internal static class GraphDefText
{
    private static readonly UTF8Encoding s_utf8 = new(false, true);

    /// <exception cref="ModelFormatException">The bytes are not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFormatException(GraphDefFormat.Label, "a name is not UTF-8", offset, innerException: e);
        }
    }

    /// <summary>Whether a name may be a node's: a letter, digit or dot first, then also <c>_ - / &gt;</c>.</summary>
    public static bool IsNodeName(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            byte c = name[i];
            if (!(char.IsAsciiLetterOrDigit((char)c) || c == '.' || (i > 0 && c is (byte)'_' or (byte)'-' or (byte)'/' or (byte)'>')))
            {
                return false;
            }
        }

        return name.Length > 0;
    }
}
