using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>Reads and writes an enumeration by the names of the command line.</summary>
internal abstract class EnumNameConverter<T>(IReadOnlyList<(T Value, string Name)> names) : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        foreach ((T value, string name) in names)
        {
            if (name == text)
            {
                return value;
            }
        }

        throw new JsonException($"expected one of {string.Join(", ", names.Select(n => n.Name))}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(names.First(n => EqualityComparer<T>.Default.Equals(n.Value, value)).Name);
}

/// <summary>Names of <see cref="ResizeMethod"/>.</summary>
internal sealed class ResizeMethodConverter() : EnumNameConverter<ResizeMethod>([.. Enum.GetValues<ResizeMethod>().Select(m => (m, ResizeMethods.NameOf(m)))]);

/// <summary>Names of <see cref="ChannelOrder"/>.</summary>
internal sealed class ChannelOrderConverter() : EnumNameConverter<ChannelOrder>([(ChannelOrder.Rgb, "rgb"), (ChannelOrder.Bgr, "bgr"), (ChannelOrder.Gray, "gray")]);

/// <summary>Names of <see cref="ImageLayout"/>.</summary>
internal sealed class ImageLayoutConverter() : EnumNameConverter<ImageLayout>([(ImageLayout.Nhwc, "nhwc"), (ImageLayout.Nchw, "nchw")]);
