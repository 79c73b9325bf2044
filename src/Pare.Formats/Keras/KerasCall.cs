using System.Buffers;
using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>
/// One call of a layer: the tensors it takes in order of appearance, and, where the call says more than that, its arguments as JSON
/// <c>{"args": […], "kwargs": {…}}</c> in which <c>{"$input": i}</c> stands for tensor i. Same for Keras 2 and 3.
/// </summary>
internal sealed class KerasCall
{
    private const string ConstantMark = "_CONSTANT_VALUE";
    private readonly IReadOnlySet<string> _names;

    private KerasCall(IReadOnlySet<string> names) => _names = names;

    /// <summary>The tensors it takes.</summary>
    public List<KerasReference> Inputs { get; } = [];

    /// <summary>The arguments, or null where the call only names its tensors.</summary>
    public byte[]? Arguments { get; private set; }

    /// <summary>Reads one element of <c>inbound_nodes</c>.</summary>
    /// <param name="node">The element.</param>
    /// <param name="names">Names of the network's layers.</param>
    public static KerasCall Read(JsonElement node, IReadOnlySet<string> names)
    {
        KerasCall call = new(names);
        ArrayBufferWriter<byte> buffer = new();
        bool plain;
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            plain = node.ValueKind == JsonValueKind.Object ? call.ReadArguments(node, writer) : call.ReadList(node, writer);
            writer.WriteEndObject();
        }

        call.Arguments = plain ? null : buffer.WrittenSpan.ToArray();
        return call;
    }

    // Keras 3: {"args": [...], "kwargs": {...}}.
    private bool ReadArguments(JsonElement node, Utf8JsonWriter writer)
    {
        JsonElement args = node.Get("args");
        writer.WritePropertyName("args");
        Write(args.ValueKind == JsonValueKind.Array ? args : default, writer, emptyArray: true);
        int positional = args.ValueKind == JsonValueKind.Array ? args.GetArrayLength() : 0;
        bool tensorsOnly = positional == 1 && (IsTensor(args[0]) || (args[0].ValueKind == JsonValueKind.Array && args[0].EnumerateArray().All(IsTensor)));
        return WriteKeywords(node.Get("kwargs"), writer) && tensorsOnly;
    }

    // Keras 1 and 2: a list of [layer, call, tensor, kwargs], kwargs the same in each.
    private bool ReadList(JsonElement node, Utf8JsonWriter writer)
    {
        JsonElement[] items = KerasNetworkReader.TryReference(node, _names) is not null ? [node] : [.. node.Items()];
        writer.WritePropertyName("args");
        writer.WriteStartArray();
        if (items.Length != 1)
        {
            writer.WriteStartArray();
        }

        bool plain = true;
        foreach (JsonElement item in items)
        {
            plain &= IsTensor(item);
            Write(item, writer, emptyArray: false);
        }

        if (items.Length != 1)
        {
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        JsonElement keywords = items.Length > 0 && items[0].ValueKind == JsonValueKind.Array && items[0].GetArrayLength() > 3 ? items[0][3] : default;
        return WriteKeywords(keywords, writer) && plain;
    }

    private bool WriteKeywords(JsonElement keywords, Utf8JsonWriter writer)
    {
        bool plain = true;
        writer.WritePropertyName("kwargs");
        writer.WriteStartObject();
        if (keywords.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty p in keywords.EnumerateObject())
            {
                // What is left at its default, and the mode, which is inference.
                if (p.Value.ValueKind == JsonValueKind.Null || p.Name == "training")
                {
                    continue;
                }

                plain &= p.Name == "name";
                writer.WritePropertyName(p.Name);
                Write(p.Value, writer, emptyArray: false);
            }
        }

        writer.WriteEndObject();
        return plain;
    }

    private void Write(JsonElement element, Utf8JsonWriter writer, bool emptyArray)
    {
        if (Tensor(element) is { } reference)
        {
            writer.WriteStartObject();
            writer.WriteNumber("$input", Inputs.Count);
            writer.WriteEndObject();
            Inputs.Add(reference);
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Array when element.GetArrayLength() >= 3 && element[0].ValueKind == JsonValueKind.String && element[0].ValueEquals(ConstantMark):
                Write(element[2], writer, emptyArray: false);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement e in element.EnumerateArray())
                {
                    Write(e, writer, emptyArray: false);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty p in element.EnumerateObject())
                {
                    writer.WritePropertyName(p.Name);
                    Write(p.Value, writer, emptyArray: false);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Undefined:
                if (emptyArray)
                {
                    writer.WriteStartArray();
                    writer.WriteEndArray();
                }
                else
                {
                    writer.WriteNullValue();
                }

                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private bool IsTensor(JsonElement element) => Tensor(element) is not null;

    private KerasReference? Tensor(JsonElement element) => element.ValueKind == JsonValueKind.Object && element.Text("class_name") == "__keras_tensor__"
        ? KerasNetworkReader.TryReference(element.Get("config").Get("keras_history"), _names) ?? throw new ModelFormatException("Keras", $"a call takes a tensor of no layer: {Shorten(element.GetRawText())}")
        : KerasNetworkReader.TryReference(element, _names);

    private static string Shorten(string text) => text.Length > 200 ? text[..200] : text;
}
