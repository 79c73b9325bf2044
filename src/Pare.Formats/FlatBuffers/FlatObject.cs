using System.Text;

namespace Pare.Formats.FlatBuffers;

/// <summary>
/// A table of a file, or one to be written: the values of its fields, null where the field is left out. Scalars are <see cref="long"/>, <see cref="bool"/> or
/// <see cref="float"/>, texts UTF-8 bytes, vectors <see cref="FlatVector"/> or a list of texts or tables. Not safe for concurrent writing; whoever shares one does not change it.
/// </summary>
internal sealed class FlatObject
{
    private readonly object?[] _values;

    public FlatObject(FlatTable type)
        : this(type, new object?[type.Fields.Count])
    {
    }

    private FlatObject(FlatTable type, object?[] values)
    {
        Type = type;
        _values = values;
    }

    /// <summary>Its type.</summary>
    public FlatTable Type { get; }

    /// <summary>Where it began in the file; -1 for one that was made.</summary>
    public long Offset { get; init; } = -1;

    /// <summary>Number of a union's member that the schema does not know, in one of its fields; 0 where there is none.</summary>
    public int UnknownMember { get; set; }

    /// <summary>The value of a field by its index in the type; null where left out.</summary>
    public object? this[int index]
    {
        get => _values[index];
        set => _values[index] = value;
    }

    /// <summary>The value of a field; null where left out.</summary>
    public object? this[string field]
    {
        get => _values[Type.IndexOf(field)];
        set => _values[Type.IndexOf(field)] = value;
    }

    /// <summary>A copy whose fields can be set apart from this one's.</summary>
    public FlatObject Copy() => new(Type, [.. _values]) { UnknownMember = UnknownMember };

    /// <summary>Sets a field and gives the table itself.</summary>
    public FlatObject With(string field, object? value)
    {
        this[field] = value;
        return this;
    }

    /// <summary>An integer or the number of an enumeration's value; the schema's default where left out.</summary>
    public long Integer(string field) => this[field] is long value ? value : (long)Type.Fields[Type.IndexOf(field)].Default;

    /// <summary>A truth value; the schema's default where left out.</summary>
    public bool Boolean(string field) => this[field] is bool value ? value : Type.Fields[Type.IndexOf(field)].Default != 0;

    /// <summary>A text; null where left out. What is no UTF-8 reads as replacement characters.</summary>
    public string? Text(string field) => this[field] is ReadOnlyMemory<byte> bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>A vector of scalars; null where left out.</summary>
    public FlatVector? Vector(string field) => (FlatVector?)this[field];

    /// <summary>A table; null where left out.</summary>
    public FlatObject? Table(string field) => (FlatObject?)this[field];

    /// <summary>A vector of tables; empty where left out.</summary>
    public IReadOnlyList<FlatObject> Tables(string field) => (IReadOnlyList<FlatObject>?)this[field] ?? [];

    /// <summary>A text as it is stored in a field.</summary>
    public static object FromText(string text) => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text);

    /// <inheritdoc/>
    public override string ToString() => Type.Name;
}
