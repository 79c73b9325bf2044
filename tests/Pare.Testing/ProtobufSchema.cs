namespace Pare.Testing;

/// <summary>What a comparison of protocol buffers messages must know: which fields are messages, which are repeated numbers (packed or not), which keep no order.</summary>
public sealed class ProtobufSchema
{
    /// <summary>Fields that are messages, with their schemas.</summary>
    public Dictionary<int, ProtobufSchema> Messages { get; } = [];

    /// <summary>Repeated numbers, with the wire type of one of them (0 varint, 1 eight bytes, 5 four bytes).</summary>
    public Dictionary<int, int> Numbers { get; } = [];

    /// <summary>Repeated fields whose order means nothing (maps).</summary>
    public HashSet<int> Unordered { get; } = [];

    /// <summary>Adds a message field.</summary>
    public ProtobufSchema With(int field, ProtobufSchema schema)
    {
        Messages[field] = schema;
        return this;
    }

    /// <summary>Adds repeated numbers.</summary>
    public ProtobufSchema WithNumbers(int wireType, params int[] fields)
    {
        foreach (int f in fields)
        {
            Numbers[f] = wireType;
        }

        return this;
    }

    /// <summary>Says that a repeated field keeps no order.</summary>
    public ProtobufSchema WithUnordered(params int[] fields)
    {
        Unordered.UnionWith(fields);
        return this;
    }
}
