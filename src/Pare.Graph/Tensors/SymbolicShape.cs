using System.Collections.Immutable;

namespace Pare;

/// <summary>The shape of a value as far as it is known: the rank, and for each dimension an extent, a symbol or nothing. Immutable. A value of unknown rank has no such object (null).</summary>
public sealed class SymbolicShape : IEquatable<SymbolicShape>
{
    /// <summary>Creates a shape of known rank.</summary>
    public SymbolicShape(params ReadOnlySpan<Dimension> dimensions) => Dimensions = ImmutableArray.Create(dimensions);

    /// <summary>Creates a fully known shape.</summary>
    public SymbolicShape(TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Dimension[] dimensions = new Dimension[shape.Rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = shape[i];
        }

        Dimensions = [.. dimensions];
    }

    /// <summary>The dimensions, outermost first.</summary>
    public ImmutableArray<Dimension> Dimensions { get; }

    /// <summary>Number of dimensions.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>Whether every extent is known.</summary>
    public bool IsStatic => Dimensions.All(d => d.Value.HasValue);

    /// <summary>Dimension <paramref name="axis"/>; negative axes count from the end.</summary>
    public Dimension this[int axis] => Dimensions[axis < 0 ? axis + Rank : axis];

    /// <summary>The same shape with every extent known, or null when one is not.</summary>
    public TensorShape? ToStatic()
    {
        if (!IsStatic)
        {
            return null;
        }

        long[] extents = new long[Rank];
        for (int i = 0; i < extents.Length; i++)
        {
            extents[i] = Dimensions[i].Value!.Value;
        }

        return new TensorShape(extents);
    }

    /// <inheritdoc/>
    public bool Equals(SymbolicShape? other) => other is not null && Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SymbolicShape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (Dimension d in Dimensions)
        {
            hash.Add(d);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(",", Dimensions)}]";
}
