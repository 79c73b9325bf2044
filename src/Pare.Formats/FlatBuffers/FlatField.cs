namespace Pare.Formats.FlatBuffers;

/// <summary>A field of a table as its schema declares it.</summary>
internal sealed record FlatField
{
    /// <summary>Place in the vtable; a union's number has the place before.</summary>
    public required int Id { get; init; }

    /// <summary>Name in the schema.</summary>
    public required string Name { get; init; }

    /// <summary>What it holds, or what the elements of the vector are.</summary>
    public required FlatKind Kind { get; init; }

    /// <summary>Whether it is a vector.</summary>
    public bool IsVector { get; init; }

    /// <summary>Value of a scalar that the file leaves out.</summary>
    public double Default { get; init; }

    /// <summary>Names of the values of an enumeration, or null.</summary>
    public FlatEnumeration? Enumeration { get; init; }

    /// <summary>Name of the table, or of the union, that the offset leads to.</summary>
    public string? Target { get; init; }

    /// <summary>Alignment of a vector's first element where the schema asks for more than its own.</summary>
    public int Alignment { get; init; }

    /// <summary>Whether the schema no longer writes it.</summary>
    public bool IsDeprecated { get; init; }
}
