namespace Pare;

/// <summary>A tensor of byte strings.</summary>
public class StringTensorData : TensorData
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _strings;

    /// <summary>Wraps strings without copying them.</summary>
    /// <param name="shape">Extents.</param>
    /// <param name="strings">One for each element, row-major.</param>
    /// <exception cref="GraphException">The number of strings is not that of the shape.</exception>
    public StringTensorData(TensorShape shape, IReadOnlyList<ReadOnlyMemory<byte>> strings)
        : base(DataType.String, shape)
    {
        ArgumentNullException.ThrowIfNull(strings);
        if (strings.Count != shape.Count)
        {
            throw new GraphException($"a string tensor {shape} has {shape.Count} elements, found {strings.Count}");
        }

        _strings = strings;
    }

    /// <inheritdoc/>
    public override void ReadBytes(long offset, Span<byte> destination) => throw new GraphException("a string tensor has no dense form");

    /// <inheritdoc/>
    public override IReadOnlyList<ReadOnlyMemory<byte>> GetStrings() => _strings;
}
