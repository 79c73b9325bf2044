using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Pare;

/// <summary>The extents of a tensor whose every dimension is known. A scalar has no dimensions. Immutable.</summary>
public sealed class TensorShape : IEquatable<TensorShape>
{
    private readonly ImmutableArray<long> _dimensions;

    /// <summary>Creates a shape.</summary>
    /// <param name="dimensions">Extents, each at least 0.</param>
    /// <exception cref="GraphException">An extent is negative, or the product does not fit 63 bits.</exception>
    public TensorShape(params ReadOnlySpan<long> dimensions)
    {
        long count = 1;
        bool empty = false;
        foreach (long d in dimensions)
        {
            if (d < 0)
            {
                throw new GraphException($"a tensor shape has the extent {d}; extents must not be negative");
            }

            empty |= d == 0;
        }

        if (empty)
        {
            count = 0;
        }
        else
        {
            foreach (long d in dimensions)
            {
                if (count > long.MaxValue / 16 / d)
                {
                    throw new GraphException($"the shape [{string.Join(",", dimensions.ToArray())}] has more elements than a tensor can hold");
                }

                count *= d;
            }
        }

        _dimensions = ImmutableArray.Create(dimensions);
        Count = count;
    }

    /// <summary>The shape of a scalar.</summary>
    public static TensorShape Scalar { get; } = new();

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>The extents, outermost first.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions.AsSpan();

    /// <summary>The extent of dimension <paramref name="axis"/>; negative axes count from the end.</summary>
    public long this[int axis] => _dimensions[axis < 0 ? axis + Rank : axis];

    /// <summary>The extents as a new array.</summary>
    public long[] ToArray() => ImmutableCollectionsMarshal.AsArray(_dimensions)!.AsSpan().ToArray();

    /// <inheritdoc/>
    public bool Equals(TensorShape? other) => other is not null && Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (long d in _dimensions)
        {
            hash.Add(d);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(",", _dimensions)}]";
}
