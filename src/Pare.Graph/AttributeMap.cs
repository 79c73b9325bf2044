using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Pare;

/// <summary>A node's attributes by name, in the order they were added. Not safe for concurrent writing.</summary>
public sealed class AttributeMap : IReadOnlyDictionary<string, AttributeValue>
{
    // Nodes have few attributes, and large models many nodes: up to here looking at one after the other takes less time and memory than a table.
    private const int Few = 16;

    private KeyValuePair<string, AttributeValue>[] _items = [];
    private Dictionary<string, int>? _places;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<string> Keys => this.Select(a => a.Key);

    /// <inheritdoc/>
    public IEnumerable<AttributeValue> Values => this.Select(a => a.Value);

    /// <summary>Gets or sets an attribute; a new one goes to the end.</summary>
    public AttributeValue this[string key]
    {
        get => TryGetValue(key, out AttributeValue? value) ? value : throw new GraphException($"the attribute '{key}' is missing");
        set
        {
            int at = Find(key);
            if (at < 0)
            {
                at = Count++;
                if (at == _items.Length)
                {
                    Array.Resize(ref _items, Math.Max(4, at * 2));
                }

                _places?.Add(key, at);
            }

            _items[at] = new KeyValuePair<string, AttributeValue>(key, value);
        }
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Find(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out AttributeValue value)
    {
        int at = Find(key);
        value = at < 0 ? null : _items[at].Value;
        return at >= 0;
    }

    /// <summary>Removes an attribute.</summary>
    public bool Remove(string key)
    {
        int at = Find(key);
        if (at < 0)
        {
            return false;
        }

        // Into an array of its own, so that whoever walks over the attributes still sees those that were.
        _items = [.. _items.AsSpan(0, at), .. _items.AsSpan(at + 1, Count - at - 1)];
        Count--;
        _places = null;
        return true;
    }

    /// <summary>The integer under <paramref name="key"/>, or the default where it is absent.</summary>
    public long GetInteger(string key, long defaultValue = 0) => TryGetValue(key, out AttributeValue? v) ? v.AsInteger : defaultValue;

    /// <summary>The float under <paramref name="key"/>, or the default where it is absent.</summary>
    public float GetFloat(string key, float defaultValue = 0) => TryGetValue(key, out AttributeValue? v) ? v.AsFloat : defaultValue;

    /// <summary>The truth value under <paramref name="key"/>, or the default where it is absent.</summary>
    public bool GetBoolean(string key, bool defaultValue = false) => TryGetValue(key, out AttributeValue? v) ? v.AsBoolean : defaultValue;

    /// <summary>The text under <paramref name="key"/>, or the default where it is absent.</summary>
    public string GetString(string key, string defaultValue = "") => TryGetValue(key, out AttributeValue? v) ? v.AsString : defaultValue;

    /// <summary>The element type under <paramref name="key"/>, or the default where it is absent.</summary>
    public DataType GetDataType(string key, DataType defaultValue = DataType.Undefined) => TryGetValue(key, out AttributeValue? v) && v.Kind == AttributeKind.Type ? v.AsType : defaultValue;

    /// <summary>The integers under <paramref name="key"/>, or null where it is absent.</summary>
    public long[]? GetIntegers(string key) => TryGetValue(key, out AttributeValue? v) ? [.. v.AsIntegers] : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, AttributeValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, AttributeValue>>)new ArraySegment<KeyValuePair<string, AttributeValue>>(_items, 0, Count)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether an attribute is a graph, or several: a question asked of every node at every walk.</summary>
    internal bool HasGraphs
    {
        get
        {
            for (int i = 0; i < Count; i++)
            {
                if (_items[i].Value.Kind is AttributeKind.Graph or AttributeKind.Graphs)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private int Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (Count > Few)
        {
            return Places().TryGetValue(key, out int place) ? place : -1;
        }

        for (int i = 0; i < Count; i++)
        {
            if (_items[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }

    private Dictionary<string, int> Places()
    {
        if (_places is null)
        {
            Dictionary<string, int> places = new(Count * 2, StringComparer.Ordinal);
            for (int i = 0; i < Count; i++)
            {
                places[_items[i].Key] = i;
            }

            _places = places;
        }

        return _places;
    }
}
