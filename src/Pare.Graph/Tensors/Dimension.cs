namespace Pare;

/// <summary>One extent of a <see cref="SymbolicShape"/>: known, named, or unknown.</summary>
/// <param name="Value">The extent, or null when it is not known.</param>
/// <param name="Symbol">A name shared by dimensions of equal but unknown extent (ONNX's <c>dim_param</c>), or null.</param>
public readonly record struct Dimension(long? Value, string? Symbol = null)
{
    /// <summary>An extent nothing is known about.</summary>
    public static Dimension Unknown => default;

    /// <summary>A known extent.</summary>
    public static implicit operator Dimension(long value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
