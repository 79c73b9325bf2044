using System.Text.Json;

namespace Pare.Passes.Conversion;

/// <summary>Reads the nested entries of layers' configurations.</summary>
internal static class KerasJsonReader
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 128 };

    /// <summary>Parses a nested entry.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, s_options).RootElement;
        }
        catch (JsonException e)
        {
            throw new LoweringException($"an entry of its configuration is no JSON: {e.Message}");
        }
    }

    /// <summary>Class name and configuration of a nested layer.</summary>
    public static (string ClassName, AttributeMap Config) Layer(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("class_name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
        {
            throw new LoweringException($"{what} is not described");
        }

        AttributeMap config = new();
        if (element.TryGetProperty("config", out JsonElement entries))
        {
            KerasConfiguration.Add(config, entries);
        }

        return (name.GetString()!, config);
    }
}
