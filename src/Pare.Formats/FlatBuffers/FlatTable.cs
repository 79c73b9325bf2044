using System.Collections.Frozen;

namespace Pare.Formats.FlatBuffers;

/// <summary>A table type of a schema.</summary>
internal sealed class FlatTable
{
    private readonly FrozenDictionary<string, int> _indices;

    public FlatTable(string name, IReadOnlyList<FlatField> fields)
    {
        Name = name;
        Fields = fields;
        _indices = fields.Select((f, i) => KeyValuePair.Create(f.Name, i)).ToFrozenDictionary(StringComparer.Ordinal);
        SlotCount = fields.Count == 0 ? 0 : fields[^1].Id + 1;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its fields, in the order of the schema.</summary>
    public IReadOnlyList<FlatField> Fields { get; }

    /// <summary>Places that a vtable with all fields has.</summary>
    public int SlotCount { get; }

    /// <summary>Index of a field in <see cref="Fields"/>.</summary>
    public int IndexOf(string field) => _indices.TryGetValue(field, out int i) ? i : throw new ArgumentException($"{Name} has no field '{field}'", nameof(field));

    /// <summary>Whether there is a field of a name.</summary>
    public bool Has(string field) => _indices.ContainsKey(field);
}
