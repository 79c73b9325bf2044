using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>Reads and writes <see cref="ImageSize"/> as a number or as a string.</summary>
internal sealed class ImageSizeConverter : JsonConverter<ImageSize>
{
    public override ImageSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetInt32(out int n) => n.ToString(CultureInfo.InvariantCulture),
            JsonTokenType.String => reader.GetString(),
            _ => null,
        };
        try
        {
            return ImageSize.Parse(text ?? "");
        }
        catch (UsageException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, ImageSize value, JsonSerializerOptions options)
    {
        if (value.Width == value.Height)
        {
            writer.WriteNumberValue(value.Width);
        }
        else
        {
            writer.WriteStringValue(value.ToString());
        }
    }
}
