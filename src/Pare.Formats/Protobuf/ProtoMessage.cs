namespace Pare.Formats.Protobuf;

/// <summary>A message type: what the text form must know of it. Immutable.</summary>
internal sealed class ProtoMessage
{
    private readonly Dictionary<string, ProtoField> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<int, ProtoField> _byNumber = [];

    public ProtoMessage(string name, params IEnumerable<ProtoField> fields)
    {
        Name = name;
        foreach (ProtoField f in fields)
        {
            _byName.Add(f.Name, f);
            _byNumber.Add(f.Number, f);
        }
    }

    /// <summary>Name of the type.</summary>
    public string Name { get; }

    public ProtoField? Find(string name) => _byName.GetValueOrDefault(name);

    public ProtoField? Find(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>The entry type of a map from text to a message.</summary>
    public static ProtoField Map(int number, string name, Func<ProtoMessage> value)
    {
        ProtoMessage entry = new(name + " entry", new ProtoField(1, "key", ProtoKind.Bytes), new ProtoField(2, "value", ProtoKind.Message, Message: value));
        return new ProtoField(number, name, ProtoKind.Message, true, () => entry);
    }

    /// <summary>The entry type of a map between plain types.</summary>
    public static ProtoField Map(int number, string name, ProtoKind key, ProtoKind value)
    {
        ProtoMessage entry = new(name + " entry", new ProtoField(1, "key", key), new ProtoField(2, "value", value));
        return new ProtoField(number, name, ProtoKind.Message, true, () => entry);
    }
}
