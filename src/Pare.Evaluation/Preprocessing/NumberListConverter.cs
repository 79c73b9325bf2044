using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>Reads and writes a number for all channels, or a list with a number a channel.</summary>
internal sealed class NumberListConverter : JsonConverter<ImmutableArray<double>?>
{
    public override ImmutableArray<double>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number:
                return [reader.GetDouble()];
            case JsonTokenType.StartArray:
                ImmutableArray<double>.Builder list = ImmutableArray.CreateBuilder<double>();
                while (reader.Read() && reader.TokenType == JsonTokenType.Number && list.Count < 4)
                {
                    list.Add(reader.GetDouble());
                }

                return reader.TokenType == JsonTokenType.EndArray && list.Count is 1 or 3
                    ? list.ToImmutable()
                    : throw new JsonException("expected a number, or a list of one or three");
            default:
                throw new JsonException("expected a number, or a list of one or three");
        }
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<double>? value, JsonSerializerOptions options)
    {
        if (value is not { } list)
        {
            writer.WriteNullValue();
        }
        else if (list.Length == 1)
        {
            writer.WriteNumberValue(list[0]);
        }
        else
        {
            writer.WriteStartArray();
            foreach (double d in list)
            {
                writer.WriteNumberValue(d);
            }

            writer.WriteEndArray();
        }
    }
}
