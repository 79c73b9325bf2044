using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Pare;

/// <summary>A node's attributes by name, in the order they were added. Not safe for concurrent writing.</summary>
public sealed class AttributeMap : IReadOnlyDictionary<string, AttributeValue>
{
    private readonly OrderedDictionary<string, AttributeValue> _values = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _values.Keys;

    /// <inheritdoc/>
    public IEnumerable<AttributeValue> Values => _values.Values;

    /// <summary>Gets or sets an attribute; a new one goes to the end.</summary>
    public AttributeValue this[string key]
    {
        get => _values.TryGetValue(key, out AttributeValue? value) ? value : throw new GraphException($"the attribute '{key}' is missing");
        set => _values[key] = value;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _values.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out AttributeValue value) => _values.TryGetValue(key, out value);

    /// <summary>Removes an attribute.</summary>
    public bool Remove(string key) => _values.Remove(key);

    /// <summary>The integer under <paramref name="key"/>, or the default where it is absent.</summary>
    public long GetInteger(string key, long defaultValue = 0) => _values.TryGetValue(key, out AttributeValue? v) ? v.AsInteger : defaultValue;

    /// <summary>The float under <paramref name="key"/>, or the default where it is absent.</summary>
    public float GetFloat(string key, float defaultValue = 0) => _values.TryGetValue(key, out AttributeValue? v) ? v.AsFloat : defaultValue;

    /// <summary>The truth value under <paramref name="key"/>, or the default where it is absent.</summary>
    public bool GetBoolean(string key, bool defaultValue = false) => _values.TryGetValue(key, out AttributeValue? v) ? v.AsBoolean : defaultValue;

    /// <summary>The text under <paramref name="key"/>, or the default where it is absent.</summary>
    public string GetString(string key, string defaultValue = "") => _values.TryGetValue(key, out AttributeValue? v) ? v.AsString : defaultValue;

    /// <summary>The element type under <paramref name="key"/>, or the default where it is absent.</summary>
    public DataType GetDataType(string key, DataType defaultValue = DataType.Undefined) => _values.TryGetValue(key, out AttributeValue? v) && v.Kind == AttributeKind.Type ? v.AsType : defaultValue;

    /// <summary>The integers under <paramref name="key"/>, or null where it is absent.</summary>
    public long[]? GetIntegers(string key) => _values.TryGetValue(key, out AttributeValue? v) ? [.. v.AsIntegers] : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, AttributeValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
