using System.Text;
using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>Reads the JSON that Python writes, and looks into it without surprises.</summary>
internal static class KerasJson
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 128, AllowTrailingCommas = false };

    /// <summary>Parses a document; Python's NaN and Infinity become texts.</summary>
    /// <exception cref="ModelFormatException">It is no JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, string what)
    {
        try
        {
            return JsonDocument.Parse(utf8, s_options).RootElement;
        }
        catch (JsonException first)
        {
            try
            {
                return JsonDocument.Parse(QuoteNonFinite(utf8.Span), s_options).RootElement;
            }
            catch (JsonException)
            {
                throw new ModelFormatException("Keras", $"{what} is no valid JSON: {first.Message}", innerException: first);
            }
        }
    }

    /// <summary>A property of an object; undefined where the element is no object or lacks it.</summary>
    public static JsonElement Get(this JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>A text property, or null.</summary>
    public static string? Text(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Whether a property is true; the default where it is absent.</summary>
    public static bool Flag(this JsonElement element, string name, bool absent) => element.Get(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => absent,
    };

    /// <summary>The elements of an array; none where it is none.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>Whether an element is absent or null.</summary>
    public static bool IsNothing(this JsonElement element) => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    private static byte[] QuoteNonFinite(ReadOnlySpan<byte> text)
    {
        List<byte> result = new(text.Length + 16);
        ReadOnlySpan<byte> nan = "NaN"u8;
        ReadOnlySpan<byte> infinity = "Infinity"u8;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (quoted && b == '\\' && i + 1 < text.Length)
            {
                result.Add(b);
                result.Add(text[++i]);
                continue;
            }

            quoted ^= b == '"';
            ReadOnlySpan<byte> rest = text[i..];
            int length = quoted ? 0 : rest.StartsWith(nan) ? nan.Length : rest.StartsWith(infinity) ? infinity.Length : rest.StartsWith("-Infinity"u8) ? 9 : 0;
            if (length == 0)
            {
                result.Add(b);
                continue;
            }

            result.AddRange(Encoding.ASCII.GetBytes($"\"{Encoding.ASCII.GetString(rest[..length])}\""));
            i += length - 1;
        }

        return [.. result];
    }
}
