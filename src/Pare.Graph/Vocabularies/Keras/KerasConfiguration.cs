using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Pare;

/// <summary>
/// Turns a layer's configuration into attributes: texts, truth values, numbers and lists of them as such, a shape with open extents as a shape, everything
/// nested as raw JSON (UTF-8). What is null is left out.
/// </summary>
public static class KerasConfiguration
{
    /// <summary>Adds all entries of a configuration but the name.</summary>
    /// <param name="attributes">Where they go.</param>
    /// <param name="config">The configuration; anything but an object adds nothing.</param>
    public static void Add(AttributeMap attributes, JsonElement config)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        if (config.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (JsonProperty p in config.EnumerateObject())
        {
            if (p.Name != "name" && Of(p.Value) is { } value)
            {
                attributes[p.Name] = value;
            }
        }
    }

    private static AttributeValue? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => AttributeValue.Of(element.GetString()!),
        JsonValueKind.True => AttributeValue.Of(true),
        JsonValueKind.False => AttributeValue.Of(false),
        JsonValueKind.Number => Number(element),
        JsonValueKind.Array => List(element),
        JsonValueKind.Object => Raw(element),
        _ => null,
    };

    private static AttributeValue Number(JsonElement element) => element.TryGetInt64(out long integer) ? AttributeValue.Of(integer) : AttributeValue.Of((float)element.GetDouble());

    private static AttributeValue List(JsonElement element)
    {
        JsonElement[] items = [.. element.EnumerateArray()];
        if (items.Length == 0)
        {
            return AttributeValue.EmptyList();
        }

        if (items.All(i => i.ValueKind == JsonValueKind.Number))
        {
            return items.All(i => i.TryGetInt64(out _))
                ? AttributeValue.Of(ImmutableArray.CreateRange(items.Select(i => i.GetInt64())))
                : AttributeValue.Of(ImmutableArray.CreateRange(items.Select(i => (float)i.GetDouble())));
        }

        if (items.All(i => i.ValueKind == JsonValueKind.String))
        {
            return AttributeValue.Of(ImmutableArray.CreateRange(items.Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(i.GetString()!))));
        }

        return TryShape(element) is { } shape ? AttributeValue.OfShape(shape) : Raw(element);
    }

    /// <summary>A list of extents, null for open ones, as a shape; null where it is no such list.</summary>
    public static SymbolicShape? TryShape(JsonElement element)
    {
        List<Dimension> dimensions = [];
        foreach (JsonElement e in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default)
        {
            if (e.ValueKind == JsonValueKind.Null)
            {
                dimensions.Add(Dimension.Unknown);
            }
            else if (e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out long extent) && extent >= -1 && extent <= int.MaxValue)
            {
                dimensions.Add(extent == -1 ? Dimension.Unknown : extent);
            }
            else
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.Array && dimensions.Count <= 32 ? new SymbolicShape([.. dimensions]) : null;
    }

    private static AttributeValue Raw(JsonElement element) => AttributeValue.Raw(Encoding.UTF8.GetBytes(element.GetRawText()));
}
