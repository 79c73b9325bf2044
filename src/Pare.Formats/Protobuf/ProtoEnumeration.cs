namespace Pare.Formats.Protobuf;

/// <summary>Names of an enumeration's numbers. Immutable.</summary>
internal sealed class ProtoEnumeration
{
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _names = [];

    public ProtoEnumeration(params IEnumerable<(string Name, long Number)> members)
    {
        foreach ((string name, long number) in members)
        {
            _numbers[name] = number;
            _names.TryAdd(number, name);
        }
    }

    public string? NameOf(long number) => _names.GetValueOrDefault(number);

    public bool TryGetNumber(string name, out long number) => _numbers.TryGetValue(name, out number);
}
